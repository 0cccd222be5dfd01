// The service with many SKUs and many active holds, against the service with the demo catalogue and none.
import { setTimeout as sleep } from "node:timers/promises";
import { countAll } from "../../src/catalogue/load.ts";
import { hold } from "../../src/store/holds/holds.ts";
import { type Count, listInventory } from "../../src/store/inventory.ts";
import type { Store } from "../../src/commits/store.ts";
import { callersFor } from "./against_naive.ts";
import { runLoad } from "./load.ts";
import {
  connectRedis,
  type RedisHandle,
  residentBytes,
  type Server,
  startService,
} from "./processes.ts";
import { median, type Row, short, withSpread } from "./report.ts";
import { openBenchStore, PLENTY } from "./stock.ts";

const CITIES = ["MUMBAI", "DELHI", "PUNE", "CHENNAI", "KOLKATA"];
const CONNECTIONS = 64;
const DEMO_SKUS = 902;
const SECTION = "At scale";

/** A service, and its Redis seen from beside it. */
interface Place extends AsyncDisposable {
  service: Server;
  redis: RedisHandle;
  store: Store;
}

async function openPlace(dataDir: string): Promise<Place> {
  const service = await startService(dataDir);
  const redis = await connectRedis(`${dataDir}/redis.sock`);
  const store = await openBenchStore(redis);
  return {
    service,
    redis,
    store,
    async [Symbol.asyncDispose]() {
      store.close();
      await redis[Symbol.asyncDispose]();
      await service[Symbol.asyncDispose]();
    },
  };
}

const skuName = (i: number) => `SKU${String(i).padStart(7, "0")}`;

function* manyCounts(skus: number): Generator<Count> {
  for (let i = 1; i <= skus; i++) {
    const stores = CITIES.map((city): [string, number] => [`store:STORE_${city}`, 100_000]);
    yield { sku: skuName(i), onHand: [["online", 100_000], ...stores] };
  }
}

/** Puts that many SKUs into an empty store. */
export async function fill(redis: RedisHandle, skus: number): Promise<void> {
  const store = await openBenchStore(redis);
  await countAll(store, manyCounts(skus));
  store.close();
}

async function usedMemory(redis: RedisHandle): Promise<number> {
  return Number(String(await redis.send("INFO", "memory")).match(/used_memory:(\d+)/)![1]);
}

/** Seeds a large place, then compares it in turns with one that has the demo catalogue alone. */
export async function atScale(
  dataDir: string,
  skus: number,
  rounds: number,
  seconds: number,
): Promise<Row[]> {
  await using small = await openPlace(`${dataDir}/small`);
  await using large = await openPlace(`${dataDir}/large`);
  await large.redis.send("FLUSHALL");
  return [
    ...await seed(large, skus),
    ...await compare(small, large, skus, rounds, seconds),
    await comparePages(large.store, skus),
  ];
}

const figure = (name: string, value: number, unit: string, bar?: string, details = ""): Row => {
  return { section: SECTION, name, value: `${short(value)} ${unit}`, figure: value, bar, details };
};

/** All the SKUs, and a hold of each. */
async function seed({ redis, store }: Place, skus: number): Promise<Row[]> {
  const before = await usedMemory(redis);
  const startedAt = performance.now();
  await countAll(store, manyCounts(skus));
  const seconds = (performance.now() - startedAt) / 1000;
  const residentMemory = `${short(residentBytes(Deno.pid))}B resident`;
  await redis.send("DEL", "events");
  const withSkus = await usedMemory(redis);
  for (let from = 1; from <= skus; from += 1000) {
    const length = Math.min(1000, skus - from + 1);
    await Promise.all(Array.from({ length }, (_, i) => holdOne(store, skuName(from + i))));
  }
  await redis.send("DEL", "events");
  const withHolds = await usedMemory(redis);
  return [
    figure(
      "store rows seeded a second",
      skus * 6 / seconds,
      "/s",
      "100 k",
      `${skus} SKUs in ${seconds.toFixed(0)} s, ${residentMemory}`,
    ),
    figure("Redis memory a SKU", (withSkus - before) / skus, "B", "450 at most"),
    figure("Redis memory an active hold", (withHolds - withSkus) / skus, "B", "700 at most"),
  ];
}

/** Each request is for another of all the SKUs there are, so that a batch meets as many here as there. */
async function compare(
  small: Place,
  large: Place,
  skus: number,
  rounds: number,
  seconds: number,
): Promise<Row[]> {
  for (const { redis } of [small, large]) {
    await redis.send("CONFIG", "SET", "auto-aof-rewrite-percentage", "0"); // measured apart
    await untilRewritten(redis);
  }
  for (let i = 1; i <= DEMO_SKUS; i++) {
    await small.redis.send("HSET", `stock:SKU${String(i).padStart(6, "0")}`, "online", PLENTY);
  }
  const measure = async ({ service, redis }: Place, path: string, body?: string) => {
    const spread = service === large.service
      ? { count: skus, digits: 7 }
      : { count: DEMO_SKUS, digits: 6 };
    const load = { url: service.url + path, body, connections: CONNECTIONS, seconds };
    const before = await redis.cpuMicroseconds();
    const { requests, perSecond } = await runLoad({ ...load, skus: spread });
    return { perSecond, redisMicroseconds: (await redis.cpuMicroseconds() - before) / requests };
  };
  const inTurns = async (path: string, body?: string): Promise<[Measured, Measured]> => [
    await measure(large, path, body),
    await measure(small, path, body),
  ];
  const hold = '{"sku":"SKU","quantity":1,"location":"online","ttl":7200}';
  const [holds, reads, rewriting]: [Measured, Measured][][] = [[], [], []];
  for (let i = 0; i < 3; i++) await inTurns("/hold", hold); // warm-up, until the last rewriting is forgotten
  for (let round = 0; round < rounds; round++) {
    holds.push(await inTurns("/hold", hold));
    reads.push(await inTurns("/inventory/SKU"));
  }
  for (const [before] of holds.slice(0, 3)) {
    await large.redis.send("BGREWRITEAOF");
    rewriting.push([await measure(large, "/hold", hold), before]);
    await untilRewritten(large.redis);
  }
  return [
    ratio("POST /hold a second, of those with 902 SKUs and no holds", holds, "0.90"),
    ratio("GET /inventory/{sku} a second, the same", reads, "0.90"),
    ratio("POST /hold a second while Redis rewrites its file, of those before", rewriting),
  ];
}

/** While Redis writes its file anew, it copies each page of memory that it changes; for a while after, it is asked for each. */
async function untilRewritten(redis: RedisHandle): Promise<void> {
  while (/aof_rewrite_(in_progress|scheduled):1/.test(String(await redis.send("INFO")))) {
    await sleep(100);
  }
}

interface Measured {
  perSecond: number;
  redisMicroseconds: number;
}

function ratio(name: string, rounds: [Measured, Measured][], bar?: string): Row {
  const values = rounds.map(([one, other]) => one.perSecond / other.perSecond);
  const both = (show: (each: Measured) => number, digits: number) =>
    [0, 1].map((i) => median(rounds.map((round) => show(round[i]))).toFixed(digits))
      .join(" against ");
  return {
    section: SECTION,
    name,
    value: withSpread(values),
    figure: median(values),
    bar,
    details: `${both((each) => each.perSecond / 1000, 1)} k/s, Redis CPU a request ` +
      `${both((each) => each.redisMicroseconds, 0)} us`,
  };
}

async function comparePages(store: Store, skus: number): Promise<Row> {
  const first = await pageMs(store, "");
  const last = await pageMs(store, skuName(Math.floor(skus * 0.99)).slice(0, 7));
  return figure(
    "a page of 50 SKUs, begun near the end, in first pages",
    last / first,
    "",
    undefined,
    `${last.toFixed(2)} ms against ${first.toFixed(2)} ms`,
  );
}

function holdOne(store: Store, sku: string): Promise<unknown> {
  const lines = [{ sku, quantity: 1, location: "online" }];
  return hold(store, { lines, ttl: 7200 }, { target: "POST /hold", requestId: "bench" });
}

async function pageMs(store: Store, prefix: string): Promise<number> {
  const latencies = await callersFor(() => listInventory(store, { prefix, limit: 50 }), 1, 1);
  return median(latencies);
}

// The store with many SKUs and many active holds, against the store with the demo catalogue and none.
import { countAll } from "../../src/catalogue/load.ts";
import { demoCatalogue } from "../../src/catalogue/demo.ts";
import { hold } from "../../src/store/holds.ts";
import { type Count, getInventory, listInventory } from "../../src/store/inventory.ts";
import type { Store } from "../../src/store/store.ts";
import { callersFor } from "./against_naive.ts";
import { type RedisHandle, residentBytes } from "./processes.ts";
import { median, type Row, short, withSpread } from "./report.ts";
import { openBenchStore } from "./stock.ts";

const CITIES = ["MUMBAI", "DELHI", "PUNE", "CHENNAI", "KOLKATA"];
const IN_FLIGHT = 64;
const DEMO_SKUS = 902;
const SECTION = "At scale";

export interface Place {
  redis: RedisHandle;
  store: Store;
}

export async function openPlace(redis: RedisHandle): Promise<Place> {
  return { redis, store: await openBenchStore(redis) };
}

const skuName = (i: number) => `SKU${String(i).padStart(7, "0")}`;

function* manyCounts(skus: number): Generator<Count> {
  for (let i = 0; i < skus; i++) {
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

/** Seeds the large place, then compares the two in turns. `small` has the demo catalogue alone. */
export async function atScale(
  small: Place,
  large: Place,
  skus: number,
  rounds: number,
  seconds: number,
): Promise<Row[]> {
  await countAll(small.store, demoCatalogue());
  const rows: Row[] = [];
  const figure = (name: string, value: number, unit: string, bar?: string, details = "") =>
    rows.push({
      section: SECTION,
      name,
      value: `${short(value)} ${unit}`,
      figure: value,
      bar,
      details,
    });

  const before = await usedMemory(large.redis);
  const startedAt = performance.now();
  await countAll(large.store, manyCounts(skus));
  const seedSeconds = (performance.now() - startedAt) / 1000;
  figure(
    "store rows seeded a second",
    skus * 6 / seedSeconds,
    "/s",
    "100 k",
    `${skus} SKUs in ${seedSeconds.toFixed(0)} s, ` +
      `${short(residentBytes(Deno.pid))}B resident`,
  );
  await large.redis.send("DEL", "events");
  const withSkus = await usedMemory(large.redis);
  figure("Redis memory a SKU", (withSkus - before) / skus, "B", "450 at most");

  for (let from = 0; from < skus; from += 1000) {
    await Promise.all(
      Array.from(
        { length: Math.min(1000, skus - from) },
        (_, i) => holdOne(large.store, skuName(from + i)),
      ),
    );
  }
  await large.redis.send("DEL", "events");
  figure(
    "Redis memory an active hold",
    (await usedMemory(large.redis) - withSkus) / skus,
    "B",
    "700 at most",
  );

  const rate = async ({ store }: Place, act: (store: Store, i: number) => Promise<unknown>) => {
    let i = 0;
    return (await callersFor(() => act(store, i++), IN_FLIGHT, seconds)).length / seconds;
  };
  // Both spread over all the SKUs they have, so that a batch meets as many of them here as there.
  const ofMany = (i: number) => skuName(i * 7919 % skus);
  const ofFew = (i: number) => `SKU${String(1 + i % DEMO_SKUS).padStart(6, "0")}`;
  for (let i = 0; i < DEMO_SKUS; i++) {
    await small.redis.send("HSET", `stock:${ofFew(i)}`, "online", "900000000");
  }
  const [holds, reads]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    holds.push(
      await rate(large, (store, i) => holdOne(store, ofMany(i))) /
        await rate(small, (store, i) => holdOne(store, ofFew(i))),
    );
    reads.push(
      await rate(large, (store, i) => getInventory(store, ofMany(i))) /
        await rate(small, (store, i) => getInventory(store, ofFew(i))),
    );
  }
  const ratio = (name: string, values: number[]) =>
    rows.push({
      section: SECTION,
      name,
      value: withSpread(values),
      figure: median(values),
      bar: "0.90",
      details: "",
    });
  ratio("holds a second, of those with 902 SKUs and no holds", holds);
  ratio("reads a second, of those with 902 SKUs and no holds", reads);

  const [first, last] = [
    await pageMs(large.store, ""),
    await pageMs(large.store, skuName(Math.floor(skus * 0.99)).slice(0, 7)),
  ];
  figure(
    "a page of 50 SKUs, begun near the end, in first pages",
    last / first,
    "",
    undefined,
    `${last.toFixed(2)} ms against ${first.toFixed(2)} ms`,
  );
  return rows;
}

function holdOne(store: Store, sku: string): Promise<unknown> {
  const lines = [{ sku, quantity: 1, location: "online" }];
  return hold(store, { lines, ttl: 7200 }, { target: "POST /hold", requestId: "bench" });
}

async function pageMs(store: Store, prefix: string): Promise<number> {
  const latencies = await callersFor(() => listInventory(store, { prefix, limit: 50 }), 1, 1);
  return median(latencies);
}

// The commit path against the naive one: a call of a script for every hold, on a pipelined connection.
import { createClient } from "@redis/client";
import { createHash } from "node:crypto";
import { hold } from "../../src/store/holds/holds.ts";
import type { RedisHandle } from "./processes.ts";
import { median, type Row, short, withSpread } from "./report.ts";
import { openBenchStore, stockForever } from "./stock.ts";

// Takes units, writes the hold, indexes its expiry: no held counters, no events, no idempotency, no settling.
const NAIVE_HOLD = `
local available = tonumber(redis.call('HGET', KEYS[1], ARGV[1]))
if not available then return { 'sku_not_found' } end
if available < tonumber(ARGV[2]) then return { 'insufficient_stock', available } end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HINCRBY', KEYS[1], ARGV[1], -ARGV[2])
redis.call('SET', KEYS[2], cjson.encode({ sku = ARGV[4], location = ARGV[1], quantity = tonumber(ARGV[2]),
  status = 'active', created_at_ms = now, expires_at_ms = now + ARGV[3] * 1000 }))
redis.call('ZADD', KEYS[3], now + ARGV[3] * 1000, KEYS[2])
return { 'active', available - ARGV[2], now + ARGV[3] * 1000 }
`;

interface Measured {
  perSecond: number;
  redisMicroseconds: number;
  p50Ms: number;
}

export async function againstNaive(
  redis: RedisHandle,
  rounds: number,
  seconds: number,
): Promise<Row[]> {
  const store = await openBenchStore(redis);
  const client = createClient({
    maintNotifications: "disabled",
    socket: { path: redis.socketPath, tls: false },
  });
  client.on("error", () => {});
  await client.connect();
  await client.sendCommand(["SCRIPT", "LOAD", NAIVE_HOLD]);
  const sha1 = createHash("sha1").update(NAIVE_HOLD).digest("hex");
  const lines = [{ sku: "BENCH", quantity: 1, location: "online" }];

  const batched = () =>
    hold(store, { lines, ttl: 3600 }, { target: "POST /hold", requestId: "bench" });
  const naive = async () => {
    const holdId = `naive:hold-${crypto.randomUUID()}`;
    const keys = ["3", "naive:stock:BENCH", holdId, "naive:holds_by_expiry"];
    return await client.sendCommand(["EVALSHA", sha1, ...keys, "online", "1", "3600", "BENCH"]);
  };
  const measure = async (act: () => Promise<unknown>, inFlight: number): Promise<Measured> => {
    await redis.send("FLUSHALL");
    await stockForever(redis, "BENCH");
    const [before, startedAt] = [await redis.cpuMicroseconds(), performance.now()];
    const latencies = await callersFor(act, inFlight, seconds);
    const elapsedSeconds = (performance.now() - startedAt) / 1000;
    return {
      perSecond: latencies.length / elapsedSeconds,
      redisMicroseconds: (await redis.cpuMicroseconds() - before) / latencies.length,
      p50Ms: median(latencies),
    };
  };

  const [many, one]: [[Measured, Measured][], [Measured, Measured][]] = [[], []];
  try {
    await measure(batched, 64); // warm-up
    await measure(naive, 64);
    for (let round = 0; round < rounds; round++) {
      many.push([await measure(batched, 64), await measure(naive, 64)]);
      one.push([await measure(batched, 1), await measure(naive, 1)]);
    }
  } finally {
    store.close();
    client.destroy();
  }
  const ratios = (rounds: [Measured, Measured][], pick: (each: Measured) => number) =>
    rounds.map(([ours, theirs]) => pick(ours) / pick(theirs));
  const both = (
    rounds: [Measured, Measured][],
    pick: (each: Measured) => number,
    show: (value: number) => string,
  ) =>
    `${show(median(rounds.map(([ours]) => pick(ours))))} against ${
      show(median(rounds.map(([, theirs]) => pick(theirs))))
    }`;
  const section =
    "Against one EVALSHA a hold, which has no held counters, events, idempotency or settling";
  const row = (name: string, bar: string | undefined, values: number[], details: string): Row => {
    return { section, name, bar, value: withSpread(values), figure: median(values), details };
  };
  return [
    row(
      "Redis CPU a hold, 64 in flight",
      "0.75 at most",
      ratios(many, (m) => m.redisMicroseconds),
      both(many, (m) => m.redisMicroseconds, (us) => `${us.toFixed(1)} us`),
    ),
    row(
      "holds a second, 64 in flight",
      undefined,
      ratios(many, (m) => m.perSecond),
      both(many, (m) => m.perSecond, (n) => `${short(n)}/s`),
    ),
    row(
      "p50 latency, 1 in flight",
      "1.00 at most",
      ratios(one, (m) => m.p50Ms),
      both(one, (m) => m.p50Ms, (ms) => `${(ms * 1000).toFixed(0)} us`),
    ),
  ];
}

/** Lets so many callers act one after the other for a while; answers each latency in milliseconds. */
export async function callersFor(
  act: () => Promise<unknown>,
  callers: number,
  seconds: number,
): Promise<number[]> {
  const latencies: number[] = [];
  const endsAt = performance.now() + seconds * 1000;
  await Promise.all(Array.from({ length: callers }, async () => {
    while (performance.now() < endsAt) {
      const startedAt = performance.now();
      await act();
      latencies.push(performance.now() - startedAt);
    }
  }));
  return latencies;
}

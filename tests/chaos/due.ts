// A crowd of holds that fall due in one instant: none early, all given back soon, and nobody else kept waiting.
import { stock } from "./campaign.ts";
import { sleep } from "./episodes.ts";
import { openWorld, type World } from "./world.ts";

export interface DueFigures {
  holds: number;
  /** From the instant to the event of the first and of the last hold given back, by Redis' clock. */
  firstBackMs: number;
  lastBackMs: number;
  p99BeforeMs: number;
  p99MeanwhileMs: number;
  requestsBefore: number;
  requestsMeanwhile: number;
  failed: number;
  scripts: number;
  scriptP50Ms: number;
  scriptP99Ms: number;
  /** Of the wall clock, so that other processes of the machine count: for how long they had Redis wait is said too. */
  slowestScriptMs: number;
  scriptsOver10Ms: number;
  redisWaitedMs: number;
  serviceWaitedMs: number;
  hasPrecedence: boolean;
  faults: string[];
}

const SKUS = Array.from({ length: 100 }, (_, i) => `DUE${i}`);
const CLIENTS = 16;
const PAUSE_MS = 5;

/** Writes holds as lua/commands/hold.lua does, which would take minutes one request at a time. */
const PLANT = `
for i = tonumber(ARGV[1]), tonumber(ARGV[2]) do
  local sku = 'DUE' .. (i % 100)
  local id = 'hold-due-' .. i
  redis.call('SET', 'hold:' .. id, cjson.encode({ status = 'active', created_at_ms = 0,
    expires_at_ms = tonumber(ARGV[3]), reference = '', lines = { { sku, 'online', 1 } } }))
  redis.call('ZADD', 'holds_by_expiry', ARGV[3], id)
  redis.call('HINCRBY', 'stock:' .. sku, 'held:online', 1)
end`;

/**
 * Requests are timed for `baselineMs` before the instant, and from then until all is given back. With `undisturbed`
 * Redis and the service go before the machine's other work, where that is allowed: the times are then their own.
 */
export async function measureDue(
  holds: number,
  baselineMs = 5000,
  undisturbed = false,
): Promise<DueFigures> {
  // Its requests are timed, not cut off.
  await using world = await openWorld({ durability: "everysec", requestTimeoutMs: 20_000 });
  const hasPrecedence = undisturbed && await world.takePrecedence();
  await stock(world, SKUS, 1_000_000);
  const leadMs = 1000 + holds / 10 + baselineMs;
  const dueAt = await redisNow(world) + Math.round(leadMs);
  for (let from = 0; from < holds; from += 1000) {
    const to = Math.min(holds, from + 1000) - 1;
    await world.redis("EVAL", PLANT, "0", String(from), String(to), String(dueAt));
  }
  const faults: string[] = [];
  const requests: { at: number; ms: number; ok: boolean }[] = [];
  const state = { over: false };
  await sleep(Math.max(0, dueAt - baselineMs - await redisNow(world)));
  await world.redis("CONFIG", "SET", "slowlog-log-slower-than", "500");
  await world.redis("CONFIG", "SET", "slowlog-max-len", "100000");
  await world.redis("SLOWLOG", "RESET");
  const clients = Array.from({ length: CLIENTS }, (_, i) => ask(world, SKUS[i], requests, state));
  while (await redisNow(world) < dueAt) {
    const left = await world.redis("ZCARD", "holds_by_expiry") as number;
    if (left < holds && await redisNow(world) < dueAt) faults.push(`early: ${holds - left}`);
    await sleep(100);
  }
  const dueHere = performance.now() - (await redisNow(world) - dueAt);
  const waitedBefore = [world.redisWaitedMs(), world.serviceWaitedMs()];
  const isOpen = async () =>
    Number(await world.redis("ZCOUNT", "holds_by_expiry", String(dueAt), String(dueAt))) > 0;
  while (await isOpen() && performance.now() < dueHere + 60_000) await sleep(20);
  const backHere = performance.now();
  const redisWaitedMs = Math.round(world.redisWaitedMs() - waitedBefore[0]);
  const serviceWaitedMs = Math.round(world.serviceWaitedMs() - waitedBefore[1]);
  state.over = true;
  await Promise.all(clients);

  const ends = await expiryInstants(world);
  if (ends.count !== holds) faults.push(`${ends.count} hold.expired of ${holds}`);
  if (ends.first < dueAt) faults.push(`given back ${dueAt - ends.first} ms early`);
  for (const sku of SKUS) {
    const held = await world.redis("HGET", `stock:${sku}`, "held:online");
    if (held !== "0") faults.push(`${sku}: ${held} still held`);
  }
  const before = requests.filter(({ at }) => at < dueHere);
  const meanwhile = requests.filter(({ at, ms }) => at + ms > dueHere && at < backHere);
  const scripts = await scriptTimes(world, dueAt);
  return {
    holds,
    firstBackMs: ends.first - dueAt,
    lastBackMs: ends.last - dueAt,
    p99BeforeMs: p99(before),
    p99MeanwhileMs: p99(meanwhile),
    requestsBefore: before.length,
    requestsMeanwhile: meanwhile.length,
    failed: requests.filter(({ ok }) => !ok).length,
    scripts: scripts.length,
    scriptP50Ms: percentile(scripts, 0.5),
    scriptP99Ms: percentile(scripts, 0.99),
    slowestScriptMs: percentile(scripts, 1),
    redisWaitedMs,
    serviceWaitedMs,
    hasPrecedence,
    scriptsOver10Ms: scripts.filter((ms) => ms > 10).length,
    faults,
  };
}

async function redisNow(world: World): Promise<number> {
  const [seconds, micros] = await world.redis("TIME") as [string, string];
  return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
}

/** A hold and its release, again and again, unhurriedly. */
async function ask(
  world: World,
  sku: string,
  requests: { at: number; ms: number; ok: boolean }[],
  state: { over: boolean },
): Promise<void> {
  const post = async (path: string, request: unknown) => {
    const at = performance.now();
    const response = await fetch(world.url + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(request),
    });
    const body = await response.json();
    requests.push({ at, ms: performance.now() - at, ok: response.ok });
    return body;
  };
  while (!state.over) {
    const { hold_id } = await post("/hold", { sku, quantity: 1 });
    if (hold_id) await post("/release", { hold_id });
    await sleep(PAUSE_MS);
  }
}

/** When holds were given back, by the ids of their events. */
async function expiryInstants(
  world: World,
): Promise<{ count: number; first: number; last: number }> {
  let [count, first, last, from] = [0, Infinity, 0, "-"];
  while (true) {
    const entries = await world.redis("XRANGE", "events", from, "+", "COUNT", "1000") as [
      string,
      string[],
    ][];
    if (entries.length === 0) return { count, first, last };
    for (const [id, words] of entries) {
      const expired = words.filter((word, i) => i % 2 === 0 && word === "hold.expired").length;
      if (expired === 0) continue;
      count += expired;
      first = Math.min(first, parseInt(id));
      last = Math.max(last, parseInt(id));
    }
    from = `(${entries.at(-1)![0]}`;
  }
}

/** How long each script ran once the holds were due, in milliseconds; those under half of one are left out. */
async function scriptTimes(world: World, dueAt: number): Promise<number[]> {
  type Entry = [id: number, atSeconds: number, micros: number, command: string[]];
  const entries = await world.redis("SLOWLOG", "GET", "-1") as Entry[];
  return entries
    .filter(([, atSeconds, , [name]]) => name === "FCALL" && atSeconds * 1000 >= dueAt - 1000)
    .map(([, , micros]) => micros / 1000);
}

function p99(requests: { ms: number }[]): number {
  return percentile(requests.map(({ ms }) => ms), 0.99);
}

export function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = Math.min(sorted.length - 1, Math.floor(sorted.length * share));
  return Math.round((sorted[at] ?? 0) * 10) / 10;
}

// What the service measures of itself, from /metrics where that is offered to us: how long requests take, and
// what it refuses, to whomever. Counters only grow; what is shown is what came between two readings.
import { access, keyHeaders, onKeyChange, serverNow } from "../api.ts";

const EVERY_MS = 5000;
const MOST_SAMPLES = 60;
const MOST_CODES = 12;

type Samples = (number | null)[];

export const metrics = {
  state: "unknown" as "unknown" | "there" | "absent" | "refused",
  atSeconds: [] as number[],
  p50Ms: [] as Samples,
  p99Ms: [] as Samples,
  /** Refusals a second, by code; a row for each code that was met since the page was opened. */
  refusals: new Map<string, Samples>(),
  refusedSinceOpened: 0,
};

/** Requests so far by upper bound of their time in seconds, over all routes; each bound counts those below, too. */
type Buckets = Map<number, number>;
/** Refusals so far, by code. */
type Refusals = Map<string, number>;

interface Reading {
  atSecond: number;
  buckets: Buckets;
  refusals: Refusals;
}

/** The last reading, and of which process: several may stand behind one address, each counting for itself. */
const last = new Map<string, Reading>();

export async function runMetrics(): Promise<never> {
  let wake = () => {};
  onKeyChange(() => wake());
  for (;;) {
    const { key } = access;
    await readMetrics();
    if (access.key !== key) continue; // what another key was answered says nothing of this one
    const isIdle = metrics.state === "absent" || metrics.state === "refused";
    await new Promise<void>((resolve) => {
      wake = resolve;
      if (!isIdle) setTimeout(resolve, EVERY_MS);
    });
  }
}

async function readMetrics(): Promise<void> {
  try {
    const response = await fetch("/metrics", { headers: keyHeaders() });
    if (!response.ok) {
      if (response.status === 404) metrics.state = "absent";
      if (response.status === 401 || response.status === 403) metrics.state = "refused";
      return;
    }
    metrics.state = "there";
    const text = await response.text();
    const process = text.match(/^process_start_time_seconds (\S+)/m)?.[1] ?? "";
    const before = last.get(process);
    const now = {
      atSecond: serverNow() / 1000,
      buckets: readBuckets(text),
      refusals: readRefusals(text),
    };
    if (before) addSample(before, now);
    if (last.size > 16) last.clear();
    last.set(process, now);
  } catch {
    // Asked again in a moment.
  }
}

function addSample(before: Reading, now: Reading): void {
  const { atSeconds, p50Ms, p99Ms, refusals } = metrics;
  for (const [code, count] of now.refusals) {
    const more = count - (before.refusals.get(code) ?? 0);
    metrics.refusedSinceOpened += more;
    if (more > 0 && !refusals.has(code) && refusals.size < MOST_CODES) {
      refusals.set(code, atSeconds.map(() => 0));
    }
  }
  const seconds = now.atSecond - before.atSecond;
  for (const [code, row] of refusals) {
    row.push(((now.refusals.get(code) ?? 0) - (before.refusals.get(code) ?? 0)) / seconds);
  }
  atSeconds.push(now.atSecond);
  p50Ms.push(quantile(before.buckets, now.buckets, 0.5));
  p99Ms.push(quantile(before.buckets, now.buckets, 0.99));
  for (const row of [atSeconds, p50Ms, p99Ms, ...refusals.values()]) {
    if (row.length > MOST_SAMPLES) row.shift();
  }
}

/** The outcomes of operations that are refusals or faults, by the codes that callers see; the others are the store's own. */
export const REFUSALS: Record<string, string> = {
  ...Object.fromEntries(
    [
      ..."sku_not_found hold_not_found insufficient_stock stale_quantity store_full".split(" "),
      ..."on_hand_limit_exceeded too_many_active_holds too_many_held_units".split(" "),
      ..."hold_expired hold_released hold_confirmed lifetime_exceeded".split(" "),
      ..."idempotency_key_reused exceeds_held_quantity".split(" "),
      ..."store_unavailable overloaded outcome_unknown".split(" "),
    ].map((code) => [code, code]),
  ),
  limited: "rate_limited",
  failed: "internal_error",
};

/** Reads how many operations were refused, by code, whoever asked for them. */
export function readRefusals(text: string): Refusals {
  const refusals: Refusals = new Map();
  const line = /^inventory_operations_total\{.*\boutcome="([^"]+)".*\} (\S+)$/gm;
  for (const [, outcome, value] of text.matchAll(line)) {
    const code = REFUSALS[outcome];
    if (code) refusals.set(code, (refusals.get(code) ?? 0) + Number(value));
  }
  return refusals;
}

/** Reads the histogram of request times, whatever labels it carries besides `le`. */
export function readBuckets(text: string): Buckets {
  const buckets: Buckets = new Map();
  const line = /^inventory_http_request_duration_seconds_bucket\{(.*)\} (\S+)$/gm;
  for (const [, labels, value] of text.matchAll(line)) {
    const bound = labels.match(/\ble="([^"]+)"/)?.[1];
    // A feed lasts as long as it likes, and the console's own files say nothing of the store.
    if (bound === undefined || /route="\/(events|console)/.test(labels)) continue;
    const seconds = bound === "+Inf" ? Infinity : Number(bound);
    buckets.set(seconds, (buckets.get(seconds) ?? 0) + Number(value));
  }
  return buckets;
}

/** The quantile of what came between two readings, in milliseconds; null where nothing came. */
export function quantile(earlier: Buckets, later: Buckets, q: number): number | null {
  const bounds = [...later.keys()].sort((a, b) => a - b);
  const counts = bounds.map((bound) => later.get(bound)! - (earlier.get(bound) ?? 0));
  const total = counts.at(-1) ?? 0;
  if (total <= 0) return null;
  const rank = q * total;
  const i = counts.findIndex((count) => count >= rank);
  if (bounds[i] === Infinity) return (bounds[i - 1] ?? 0) * 1000;
  const [low, below] = i === 0 ? [0, 0] : [bounds[i - 1], counts[i - 1]];
  const share = (rank - below) / (counts[i] - below);
  return (low + share * (bounds[i] - low)) * 1000;
}

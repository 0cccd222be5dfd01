// Latency as the service measures it, from the histogram at /metrics where that is offered to us.
import { keyHeaders, onKeyChange, serverNow } from "./api.ts";

const EVERY_MS = 5000;
const MOST_SAMPLES = 60;

export const metrics = {
  state: "unknown" as "unknown" | "there" | "absent" | "refused",
  atSeconds: [] as number[],
  p50Ms: [] as (number | null)[],
  p99Ms: [] as (number | null)[],
};

/** Requests so far by upper bound of their time in seconds, over all routes; each bound counts those below, too. */
type Buckets = Map<number, number>;
let before: Buckets | undefined;

export async function runMetrics(): Promise<never> {
  let wake = () => {};
  onKeyChange(() => wake());
  for (;;) {
    await readMetrics();
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
    const now = readBuckets(await response.text());
    if (before) {
      metrics.atSeconds.push(serverNow() / 1000);
      metrics.p50Ms.push(quantile(before, now, 0.5));
      metrics.p99Ms.push(quantile(before, now, 0.99));
      for (const row of [metrics.atSeconds, metrics.p50Ms, metrics.p99Ms]) {
        if (row.length > MOST_SAMPLES) row.shift();
      }
    }
    before = now;
  } catch {
    // Asked again in a moment.
  }
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

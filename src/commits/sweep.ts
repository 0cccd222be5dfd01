// The sweep gives back what nobody's commit has given back yet, so that an idle store heals too.
import { setTimeout as sleep } from "node:timers/promises";
import { settleDueParts } from "./parts.ts";
import { SETTLE_LIMIT, type Store } from "./store.ts";

const SWEEP_EVERY_MS = 1000;
const MINUTE_MS = 60_000;

/** Settles all holds of one partition that are due now, a bounded script at a time; answers how many. */
export async function settleAllDue(
  store: Store,
  partition = 0,
  signal?: AbortSignal,
): Promise<number> {
  let total = 0;
  while (!signal?.aborted) {
    const settled = await store.settle(partition);
    total += settled;
    if (settled < SETTLE_LIMIT) break;
  }
  return total;
}

/**
 * Sweeps one partition every second until the current minute is over, when the next run of the cron takes over. Tells
 * of each sweep, and why it failed if it did. Never throws: a cron handler that throws is run again on a
 * schedule of Deno's own, one that hangs never again.
 */
export async function sweepThisMinute(
  store: Store,
  partition: number,
  onSweep: (error?: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  const minuteEndsAt = Math.ceil((Date.now() + 1) / MINUTE_MS) * MINUTE_MS;
  while (!signal.aborted) {
    try {
      if (store.isReady(partition)) {
        await settleAllDue(store, partition, signal);
        if (store.partitions > 1) await settleDueParts(store, partition);
        onSweep();
      }
    } catch (error) {
      onSweep(error);
    }
    if (Date.now() + SWEEP_EVERY_MS >= minuteEndsAt) return;
    await sleep(SWEEP_EVERY_MS, undefined, { signal }).catch(() => {}); // aborted: the loop ends
  }
}

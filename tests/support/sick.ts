// What tests of a Redis that is not well have in common.
import assert from "node:assert/strict";
import { type Answer, openTestApp, type TestApp } from "./app.ts";
import { startStopwatch } from "./stopwatch.ts";
import { stockUp } from "./store.ts";

export const TIMEOUT_MS = 1000;
export const hold = { sku: "A", quantity: 1 };

/** An answer, and how long the service and Redis took for it. */
export async function timed(
  { redis }: TestApp,
  ask: () => Promise<Answer>,
): Promise<Answer & { ms: number }> {
  const elapsedMs = startStopwatch(redis.pid);
  const answer = await ask();
  return { ...answer, ms: elapsedMs() };
}

/** Until holds are taken again, and reads, which have a connection of their own, would be answered. */
export async function untilTaken(t: TestApp, withinMs = 2000): Promise<number> {
  const elapsedMs = startStopwatch(t.redis.pid);
  while ((await t.post("/hold", hold)).status !== 200 || !t.store.ready) {
    assert(elapsedMs() < withinMs, `no hold within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return elapsedMs();
}

/** Refused at once: within 50 ms, of which a busy machine may need several tries; a deadline is twenty times as long. */
export async function assertUnavailable(t: TestApp): Promise<void> {
  let fastest = Infinity;
  for (let tries = 0; tries < 20 && fastest >= 50; tries++) {
    const answer = await timed(t, () => t.post("/hold", hold));
    assert.deepEqual([answer.status, answer.body.code, answer.headers.get("retry-after")], [
      503,
      "store_unavailable",
      "1",
    ]);
    fastest = Math.min(fastest, answer.ms);
  }
  assert(fastest < 50, `${fastest} ms`);
}

export async function openStockedApp(redisSettings: Record<string, string> = {}): Promise<TestApp> {
  const t = await openTestApp({ timeoutMs: TIMEOUT_MS, redisSettings });
  await stockUp(t.store, "A", 1_000_000);
  return t;
}

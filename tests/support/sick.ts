// What tests of a Redis that is not well have in common.
import assert from "node:assert/strict";
import { type Answer, openTestApp, type TestApp } from "./app.ts";
import { stockUp } from "./store.ts";

export const TIMEOUT_MS = 500;
export const hold = { sku: "A", quantity: 1 };

export async function timed(ask: () => Promise<Answer>): Promise<Answer & { ms: number }> {
  const startedAt = performance.now();
  const answer = await ask();
  return { ...answer, ms: performance.now() - startedAt };
}

/** Until holds are taken again, and reads, which have a connection of their own, would be answered. */
export async function untilTaken(t: TestApp, withinMs = 2000): Promise<number> {
  const startedAt = performance.now();
  while ((await t.post("/hold", hold)).status !== 200 || !t.store.ready) {
    assert(performance.now() - startedAt < withinMs, `no hold within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return performance.now() - startedAt;
}

/** Refused at once: within 50 ms, of which a busy machine may need several tries; a deadline is ten times as long. */
export async function assertUnavailable(t: TestApp): Promise<void> {
  let fastest = Infinity;
  for (let tries = 0; tries < 20 && fastest >= 50; tries++) {
    const answer = await timed(() => t.post("/hold", hold));
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

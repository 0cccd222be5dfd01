// The replies of lua/commands/confirm.lua, in the order of its header, and the instant at which it turns.
import assert from "node:assert/strict";
import {
  confirmHold,
  eventsOf,
  lineOf,
  makeHold,
  openTestStore,
  releaseHold,
  START_MS,
  stockUp,
} from "../support/store.ts";

Deno.test("hold_not_found", async () => {
  await using t = await openTestStore();
  assert.deepEqual(await confirmHold(t.store, "hold-nosuch"), { status: "hold_not_found" });
});

Deno.test("hold_released", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 10);
  const holdId = await makeHold(t.store, "A", 4);
  await releaseHold(t.store, holdId);
  assert.deepEqual(await confirmHold(t.store, holdId), { status: "hold_released" });
  assert.equal(await lineOf(t.store, "A"), "10/0");
});

Deno.test("hold_expired: at exactly expires_at, and settled in the same step", async () => {
  await using t = await openTestStore({ ownTime: true });
  await stockUp(t.store, "A", 10);
  const holdId = await makeHold(t.store, "A", 4, 60);
  await t.setTime(START_MS + 60_000);
  assert.deepEqual(await confirmHold(t.store, holdId), { status: "hold_expired" });
  assert.equal(await lineOf(t.store, "A"), "10/0");
  assert.equal(await t.redis.send("ZCARD", "holds_by_expiry"), 0);
});

Deno.test("hold_expired: also when more holds are due than one script settles", async () => {
  await using t = await openTestStore({ ownTime: true });
  await stockUp(t.store, "A", 1000);
  await Promise.all(Array.from({ length: 250 }, () => makeHold(t.store, "A", 1, 60)));
  const last = await makeHold(t.store, "A", 1, 61);
  await t.setTime(START_MS + 61_000);
  assert.deepEqual(await confirmHold(t.store, last), { status: "hold_expired" });
});

Deno.test("confirmed: one millisecond before expires_at; the same answer each time", async () => {
  await using t = await openTestStore({ ownTime: true });
  await stockUp(t.store, "A", 10);
  const holdId = await makeHold(t.store, "A", 4, 60);
  await t.setTime(START_MS + 59_999);
  const sold = {
    status: "confirmed" as const,
    confirmedAtMs: START_MS + 59_999,
    lines: [{ sku: "A", quantity: 4, location: "online" }],
    returned: [],
  };
  assert.deepEqual(await confirmHold(t.store, holdId), sold);
  await t.setTime(START_MS + 99_000);
  assert.deepEqual(await confirmHold(t.store, holdId), sold);
  assert.equal(await lineOf(t.store, "A"), "6/0");
});

Deno.test("events: the sale", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 40);
  const holdId = await makeHold(t.store, "A", 4);
  await confirmHold(t.store, holdId);
  assert.equal((await eventsOf(t.redis)).at(-1), `hold.confirmed ${holdId}  A online 4`);
});

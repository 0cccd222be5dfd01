// The replies of lua/commands/release.lua, in the order of its header.
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
  assert.deepEqual(await releaseHold(t.store, "hold-nosuch"), { status: "hold_not_found" });
});

Deno.test("hold_confirmed: a sale cannot be released", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 10);
  const holdId = await makeHold(t.store, "A", 4);
  await confirmHold(t.store, holdId);
  assert.deepEqual(await releaseHold(t.store, holdId), { status: "hold_confirmed" });
  assert.equal(await lineOf(t.store, "A"), "6/0");
});

Deno.test("expired: a hold past its time, settled here, and the same answer again", async () => {
  await using t = await openTestStore({ ownTime: true });
  await stockUp(t.store, "A", 10);
  const holdId = await makeHold(t.store, "A", 4, 60);
  await t.setTime(START_MS + 60_000);
  assert.deepEqual(await releaseHold(t.store, holdId), { status: "expired", restoredStock: 10 });
  await makeHold(t.store, "A", 1);
  assert.deepEqual(await releaseHold(t.store, holdId), { status: "expired", restoredStock: 10 });
  assert.equal(await lineOf(t.store, "A"), "10/1");
});

Deno.test("released: units are back, and the same answer again gives nothing back twice", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 10);
  const holdId = await makeHold(t.store, "A", 4);
  assert.deepEqual(await releaseHold(t.store, holdId), { status: "released", restoredStock: 10 });
  assert.deepEqual(await releaseHold(t.store, holdId), { status: "released", restoredStock: 10 });
  assert.equal(await lineOf(t.store, "A"), "10/0");
  assert.equal(await t.redis.send("ZCARD", "holds_by_expiry"), 0);
});

Deno.test("released: the record is kept for a day", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 1);
  const holdId = await makeHold(t.store, "A", 1);
  await releaseHold(t.store, holdId);
  const seconds = await t.redis.send("TTL", `hold:${holdId}`) as number;
  assert(seconds > 86_390 && seconds <= 86_400, `${seconds}`);
});

Deno.test("events: the release, and stock that is back", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 4);
  const holdId = await makeHold(t.store, "A", 4);
  await releaseHold(t.store, holdId);
  assert.deepEqual((await eventsOf(t.redis)).slice(-2), [
    "stock.back A online 4",
    `hold.released ${holdId}  A online 4`,
  ]);
});

// The replies of lua/commands/extend.lua, in the order of its header.
import assert from "node:assert/strict";
import { getHold } from "../../src/store/holds/records.ts";
import { extend } from "../../src/store/holds/holds.ts";
import type { Store } from "../../src/commits/store.ts";
import {
  call,
  confirmHold,
  eventsOf,
  lineOf,
  makeHold,
  openTestStore,
  releaseHold,
  START_MS,
  stockUp,
} from "../support/store.ts";

const extendBy = (store: Store, hold_id: string, ttl: number) =>
  extend(store, { hold_id, ttl }, call("POST /extend"));

Deno.test("hold_not_found, hold_confirmed, hold_released", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 5);
  assert.deepEqual(await extendBy(t.store, "hold-nosuch", 10), { status: "hold_not_found" });
  const confirmed = await makeHold(t.store, "A", 1);
  await confirmHold(t.store, confirmed);
  assert.deepEqual(await extendBy(t.store, confirmed, 10), { status: "hold_confirmed" });
  const released = await makeHold(t.store, "A", 1);
  await releaseHold(t.store, released);
  assert.deepEqual(await extendBy(t.store, released, 10), { status: "hold_released" });
});

Deno.test("hold_expired: never revives, and settles", async () => {
  await using t = await openTestStore({ ownTime: true });
  await stockUp(t.store, "A", 5);
  const holdId = await makeHold(t.store, "A", 2, 60);
  await t.setTime(START_MS + 60_000);
  assert.deepEqual(await extendBy(t.store, holdId, 10), { status: "hold_expired" });
  assert.equal(await lineOf(t.store, "A"), "5/0");
});

Deno.test("lifetime_exceeded: counted from the creation, and nothing changes", async () => {
  await using t = await openTestStore({ ownTime: true, holdLifetimeMaxSeconds: 100 });
  await stockUp(t.store, "A", 5);
  const holdId = await makeHold(t.store, "A", 2, 60);
  await t.setTime(START_MS + 50_000);
  const max = START_MS + 100_000;
  assert.deepEqual(await extendBy(t.store, holdId, 51), {
    status: "lifetime_exceeded",
    maxExpiresAtMs: max,
  });
  const found = await getHold(t.store, holdId);
  assert(found.status === "active");
  assert.equal(found.expiresAtMs, START_MS + 60_000);
  assert.deepEqual(await extendBy(t.store, holdId, 50), {
    status: "extended",
    expiresAtMs: max,
    maxExpiresAtMs: max,
  });
});

Deno.test("extended: later or sooner, in the record and where it decides", async () => {
  await using t = await openTestStore({ partitions: 1, ownTime: true });
  await stockUp(t.store, "A", 5);
  const holdId = await makeHold(t.store, "A", 2, 60);
  await extendBy(t.store, holdId, 120);
  await t.setTime(START_MS + 119_999);
  assert.equal((await getHold(t.store, holdId)).status, "active");
  const sooner = await extendBy(t.store, holdId, 1);
  assert(sooner.status === "extended");
  await t.setTime(START_MS + 120_999);
  assert.equal((await getHold(t.store, holdId)).status, "expired");
  assert.equal(await t.store.settle(), 1);
  assert((await eventsOf(t.redis)).includes(`hold.extended ${holdId} ${START_MS + 120_000} `));
});

// lua/commands/confirm.lua for a part of a hold, and for a hold that has expired.
import assert from "node:assert/strict";
import { getHold } from "../../src/store/holds/records.ts";
import { confirm } from "../../src/store/holds/holds.ts";
import type { HeldLine } from "../../src/store/holds/lines.ts";
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

interface Part {
  lines?: HeldLine[];
  remainder?: "release" | "keep";
  on_expired?: "refuse" | "reacquire";
  key?: string;
}

function confirmPart(store: Store, holdId: string, part: Part) {
  const { key, remainder = "release", on_expired = "refuse", lines } = part;
  return confirm(
    store,
    { hold_id: holdId, lines, remainder, on_expired },
    call("POST /confirm", key),
  );
}

const some = (quantity: number, sku = "A"): HeldLine[] => [{ sku, quantity, location: "online" }];

Deno.test("exceeds_held_quantity: more than is held, added up, or what is not held at all", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 10);
  const holdId = await makeHold(t.store, "A", 4);
  const refused = {
    status: "exceeds_held_quantity",
    sku: "A",
    location: "online",
    requested: 5,
    held: 4,
  };
  assert.deepEqual(await confirmPart(t.store, holdId, { lines: some(5) }), refused);
  assert.deepEqual(
    await confirmPart(t.store, holdId, { lines: [...some(3), ...some(2)] }),
    refused,
  );
  assert.deepEqual(await confirmPart(t.store, holdId, { lines: [...some(1), ...some(1, "B")] }), {
    ...refused,
    sku: "B",
    requested: 1,
    held: 0,
  });
  assert.equal(await lineOf(t.store, "A"), "10/4");
});

Deno.test("exceeds_held_quantity, once per key: the repeat gets it again, whatever was sold since", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 10);
  const holdId = await makeHold(t.store, "A", 4);
  const first = await confirmPart(t.store, holdId, { lines: some(5), key: "k" });
  assert.equal(first.status, "exceeds_held_quantity");
  const mended = await confirmPart(t.store, holdId, { lines: some(4), key: "k" });
  assert.equal(mended.status, "idempotency_key_reused");
  assert.equal((await confirmHold(t.store, holdId)).status, "confirmed");
  assert.deepEqual(await confirmPart(t.store, holdId, { lines: some(5), key: "k" }), first);
});

Deno.test("a part, the rest released: the hold has ended, and the same answer each time", async () => {
  await using t = await openTestStore({ ownTime: true });
  await stockUp(t.store, "A", 10);
  const holdId = await makeHold(t.store, "A", 4);
  const sold = { status: "confirmed", confirmedAtMs: START_MS, lines: some(1), returned: some(3) };
  assert.deepEqual(await confirmPart(t.store, holdId, { lines: some(1) }), sold);
  await t.setTime(START_MS + 1000);
  assert.deepEqual(await confirmPart(t.store, holdId, { lines: some(1) }), sold);
  assert.deepEqual(await confirmHold(t.store, holdId), sold);
  assert.equal(await lineOf(t.store, "A"), "9/0");
  assert.equal(await t.redis.send("ZCARD", "holds_by_expiry"), 0);
  assert((await eventsOf(t.redis)).includes(`hold.confirmed ${holdId}  A online 1 / A online 3`));
});

Deno.test("a part, the rest kept: still active, then the rest", async () => {
  await using t = await openTestStore({ ownTime: true });
  await stockUp(t.store, "A", 10);
  const holdId = await makeHold(t.store, "A", 4);
  const keep = (quantity: number) =>
    confirmPart(t.store, holdId, { lines: some(quantity), remainder: "keep" });
  const first = {
    status: "partly_confirmed",
    confirmedAtMs: START_MS,
    lines: some(1),
    remaining: some(3),
  };
  assert.deepEqual(await keep(1), first);
  assert.equal(await lineOf(t.store, "A"), "9/3");
  const found = await getHold(t.store, holdId);
  assert(found.status === "active");
  assert.deepEqual([found.lines, found.sold], [some(3), some(1)]);
  const last = { status: "confirmed", confirmedAtMs: START_MS, lines: some(4), returned: [] };
  assert.deepEqual(await keep(3), last);
  assert.equal(await lineOf(t.store, "A"), "6/0");
  assert.deepEqual(await confirmHold(t.store, holdId), last);
});

Deno.test("a kept rest expires and is released like any hold, and what was sold stays sold", async () => {
  await using t = await openTestStore({ ownTime: true });
  await stockUp(t.store, "A", 10);
  const [released, expired] = [
    await makeHold(t.store, "A", 4, 60),
    await makeHold(t.store, "A", 4, 60),
  ];
  for (const holdId of [released, expired]) {
    await confirmPart(t.store, holdId, { lines: some(1), remainder: "keep" });
  }
  assert.deepEqual(await releaseHold(t.store, released), { status: "released", restoredStock: 5 });
  await t.setTime(START_MS + 60_000);
  assert.deepEqual(await releaseHold(t.store, expired), { status: "expired", restoredStock: 8 });
  assert.equal(await lineOf(t.store, "A"), "8/0");
});

Deno.test("reacquire: an expired hold is sold after all if its units are there, once", async () => {
  await using t = await openTestStore({ ownTime: true });
  await stockUp(t.store, "A", 10);
  const holdId = await makeHold(t.store, "A", 4, 60);
  await t.setTime(START_MS + 61_000);
  const sold = {
    status: "confirmed",
    confirmedAtMs: START_MS + 61_000,
    lines: some(4),
    returned: [],
  };
  assert.deepEqual(await confirmPart(t.store, holdId, { on_expired: "reacquire" }), sold);
  await t.setTime(START_MS + 62_000);
  assert.deepEqual(await confirmPart(t.store, holdId, { on_expired: "reacquire" }), sold);
  assert.deepEqual(await confirmHold(t.store, holdId), sold);
  assert.equal(await lineOf(t.store, "A"), "6/0");
  const found = await getHold(t.store, holdId);
  assert(found.status === "expired"); // a hold ends once
  assert.equal(found.reacquiredAtMs, START_MS + 61_000);
  assert.deepEqual(await releaseHold(t.store, holdId), { status: "hold_confirmed" });
});

Deno.test("reacquire: refused with the shortage when the units are gone", async () => {
  await using t = await openTestStore({ ownTime: true });
  await stockUp(t.store, "A", 5);
  const holdId = await makeHold(t.store, "A", 4, 60);
  await t.setTime(START_MS + 60_000);
  await makeHold(t.store, "A", 3);
  assert.deepEqual(await confirmPart(t.store, holdId, { on_expired: "reacquire" }), {
    status: "insufficient_stock",
    shortages: [{ sku: "A", location: "online", requested: 4, available: 2, elsewhere: {} }],
  });
  assert.equal(
    (await confirmPart(t.store, holdId, { lines: some(2), on_expired: "reacquire" })).status,
    "confirmed",
  );
  assert.equal(await lineOf(t.store, "A"), "3/3");
});

Deno.test("reacquire: a released hold stays released, an active one is just confirmed", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 5);
  const [released, active] = [await makeHold(t.store, "A", 1), await makeHold(t.store, "A", 1)];
  await releaseHold(t.store, released);
  assert.deepEqual(await confirmPart(t.store, released, { on_expired: "reacquire" }), {
    status: "hold_released",
  });
  assert.equal(
    (await confirmPart(t.store, active, { on_expired: "reacquire" })).status,
    "confirmed",
  );
  assert.equal(await lineOf(t.store, "A"), "4/0");
});

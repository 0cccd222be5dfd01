// The replies of lua/commands/adjust.lua, in the order of its header.
import assert from "node:assert/strict";
import type { z } from "@hono/zod-openapi";
import type { AdjustRequest } from "../../src/contract/movements.ts";
import { MAX_ON_HAND, MAX_QUANTITY } from "../../src/contract/fields.ts";
import { adjust } from "../../src/store/movements.ts";
import type { Store } from "../../src/commits/store.ts";
import {
  call,
  confirmHold,
  eventsOf,
  lineOf,
  makeHold,
  openTestStore,
  stockUp,
} from "../support/store.ts";

function adjustBy(
  store: Store,
  change: Partial<z.infer<typeof AdjustRequest>>,
  idempotencyKey?: string,
) {
  const request = { sku: "A", location: "online", reason: "other" as const, ...change };
  return adjust(store, request, call("POST /adjust", idempotencyKey));
}

Deno.test("sku_not_found: units to take of a SKU never counted, whatever was expected", async () => {
  await using t = await openTestStore();
  const unknown = { status: "sku_not_found", sku: "A" };
  assert.deepEqual(await adjustBy(t.store, { delta: -1 }), unknown);
  assert.deepEqual(await adjustBy(t.store, { delta: -1, expected: 5 }), unknown);
  const keys = await t.redis.send("KEYS", "*") as string[];
  assert.deepEqual(keys.filter((key) => !key.endsWith("commits")), []); // which a cluster counts
});

Deno.test("stale_quantity: other than expected, and nothing changes", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 10);
  for (const change of [{ delta: 1 }, { delta: -11 }, { count: 10 }]) {
    const outcome = await adjustBy(t.store, { ...change, expected: 9 });
    assert.deepEqual(outcome, { status: "stale_quantity", onHand: 10 });
  }
  assert.equal(await lineOf(t.store, "A"), "10/0");
});

Deno.test("stale_quantity: nothing is on hand where nobody has counted", async () => {
  await using t = await openTestStore();
  const stale = { status: "stale_quantity", onHand: 0 };
  assert.deepEqual(await adjustBy(t.store, { delta: 1, expected: 1 }), stale);
  const keys = await t.redis.send("KEYS", "*") as string[];
  assert.deepEqual(keys.filter((key) => !key.endsWith("commits")), []); // which a cluster counts
  assert.equal((await adjustBy(t.store, { delta: 1, expected: 0 })).status, "adjusted");
});

Deno.test("stale_quantity: of many who saw the same, one wins", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 10);
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, () => adjustBy(t.store, { delta: 5, expected: 10 })),
  );
  assert.equal(outcomes.filter(({ status }) => status === "adjusted").length, 1);
  assert.equal(await lineOf(t.store, "A"), "15/0");
});

Deno.test("insufficient_stock: fewer on hand than the units to take, held ones included", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 5);
  await makeHold(t.store, "A", 3);
  assert.deepEqual(await adjustBy(t.store, { delta: -6 }), {
    status: "insufficient_stock",
    shortages: [{ sku: "A", location: "online", requested: 6, available: 5, elsewhere: {} }],
  });
  assert.equal(await lineOf(t.store, "A"), "5/3");
});

Deno.test("insufficient_stock: a location where a known SKU was never counted", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 5);
  const outcome = await adjustBy(t.store, { delta: -1, location: "store:S1" });
  assert.equal(outcome.status, "insufficient_stock");
  assert.equal(await lineOf(t.store, "A", "store:S1"), "unknown");
});

Deno.test("on_hand_limit_exceeded: up to the limit and not a unit more", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", MAX_ON_HAND - 3);
  const exceeded = { status: "on_hand_limit_exceeded", onHand: MAX_ON_HAND - 3 };
  assert.deepEqual(await adjustBy(t.store, { delta: 4 }), exceeded);
  assert.equal((await adjustBy(t.store, { delta: 3 })).status, "adjusted");
  assert.equal(await lineOf(t.store, "A"), `${MAX_ON_HAND}/0`);
});

Deno.test("adjusted: SKUs and locations come into being by a receipt or a count", async () => {
  await using t = await openTestStore();
  assert.deepEqual(await adjustBy(t.store, { delta: 7 }), {
    status: "adjusted",
    onHand: 7,
    held: 0,
  });
  await adjustBy(t.store, { count: 2, location: "store:S1" });
  await adjustBy(t.store, { count: 0, sku: "B" });
  assert.equal(await lineOf(t.store, "A"), "7/0");
  assert.equal(await lineOf(t.store, "A", "store:S1"), "2/0");
  assert.equal(await lineOf(t.store, "B"), "0/0");
  const skus = await t.redis.send("ZRANGE", "skus", "0", "-1") as string[];
  assert.deepEqual(skus.toSorted(), ["A", "B"]);
});

Deno.test("adjusted: what is held stays held, even where less is left", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 10);
  await makeHold(t.store, "A", 4);
  const changes: [Parameters<typeof adjustBy>[1], string][] = [
    [{ delta: -2 }, "8/4"],
    [{ count: 6, expected: 8 }, "6/4"],
    [{ delta: -3, reason: "damaged" }, "3/4"],
    [{ count: 1 }, "1/4"],
    [{ delta: -1 }, "0/4"],
    [{ delta: 9, reason: "received" }, "9/4"],
  ];
  for (const [change, line] of changes) {
    const outcome = await adjustBy(t.store, change);
    assert(outcome.status === "adjusted");
    assert.equal(`${outcome.onHand}/${outcome.held}`, line);
    assert.equal(await lineOf(t.store, "A"), line);
  }
});

Deno.test("adjusted, once per key: the repeat gets the first outcome", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 10);
  const first = await adjustBy(t.store, { delta: 5 }, "k");
  assert.deepEqual(await adjustBy(t.store, { delta: 5 }, "k"), first);
  assert.equal(await lineOf(t.store, "A"), "15/0");
});

Deno.test("events: what was and is on hand, why, and the reference; none where nothing changes", async () => {
  await using t = await openTestStore({ lowStockThreshold: 3 });
  await adjustBy(t.store, { delta: 8, reason: "received", reference: "PO-1042" });
  await adjustBy(t.store, { count: 8, reason: "cycle_count" });
  await adjustBy(t.store, { delta: -6, reason: "damaged" });
  await adjustBy(t.store, { count: 0, reason: "shrinkage" });
  assert.deepEqual(await eventsOf(t.redis), [
    "stock.back A online 8",
    "stock.adjusted A online 0 8 received PO-1042",
    "stock.low A online 2",
    "stock.adjusted A online 8 2 damaged ",
    "stock.out A online 0",
    "stock.adjusted A online 2 0 shrinkage ",
  ]);
});

Deno.test("bounds that the contract keeps out are faults", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 10);
  const bad = [
    ["add", "0", ""],
    ["add", "-1", ""],
    ["take", "1000001", ""],
    ["take", "nan", ""],
    ["count", "1000000001", ""],
    ["count", "1", "-1000000001"],
    ["count", "1", "--1"],
    ["count", "1", "-0"],
    ["count", "1", "1e3"],
    ["double", "1", ""],
  ];
  await Promise.all(bad.map(([change, units, expected]) => {
    const args = ["A", "online", change, units, "other", "", expected];
    return assert.rejects(t.store.commit({ verb: "adjust", args }), /^Error: adjust: /);
  }));
  assert.equal(await lineOf(t.store, "A"), "10/0");
});

Deno.test("adjusted: units owed for a sale come out of what is received next", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 5);
  const holdId = await makeHold(t.store, "A", 4);
  await stockUp(t.store, "A", 1);
  assert.equal((await confirmHold(t.store, holdId)).status, "confirmed");
  assert.equal(await lineOf(t.store, "A"), "-3/0");
  const line = { sku: "A", location: "online", reason: "received" as const };
  const first = await adjust(t.store, { ...line, delta: 2 }, call("POST /adjust"));
  assert.deepEqual(first, { status: "adjusted", onHand: -1, held: 0 });
  await adjust(t.store, { ...line, delta: 10 }, call("POST /adjust"));
  assert.equal(await lineOf(t.store, "A"), "9/0");
});

/** Three units of A that were sold and not there. */
async function oweUnits(store: Store): Promise<void> {
  await stockUp(store, "A", 3);
  const holdId = await makeHold(store, "A", 3);
  await stockUp(store, "A", 0);
  await confirmHold(store, holdId);
}

Deno.test("insufficient_stock: nothing is available of what is owed, not less than nothing", async () => {
  await using t = await openTestStore();
  await oweUnits(t.store);
  const outcome = await adjustBy(t.store, { delta: -2 });
  const shortage = { sku: "A", location: "online", requested: 2, available: 0, elsewhere: {} };
  assert.deepEqual(outcome, { status: "insufficient_stock", shortages: [shortage] });
});

Deno.test("expected: also units that are owed can be guarded, as `current` tells them", async () => {
  await using t = await openTestStore();
  await oweUnits(t.store);
  const stale = await adjustBy(t.store, { delta: 5, expected: 0 });
  assert.deepEqual(stale, { status: "stale_quantity", onHand: -3 });
  const guarded = await adjustBy(t.store, { delta: 5, expected: -3 });
  assert.deepEqual(guarded, { status: "adjusted", onHand: 2, held: 0 });
});

Deno.test("no more can be owed than may be expected: what is held when a count finds nothing", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", MAX_ON_HAND);
  const holdIds: string[] = [];
  for (let held = 0; held < MAX_ON_HAND; held += MAX_QUANTITY) {
    holdIds.push(await makeHold(t.store, "A", MAX_QUANTITY));
  }
  await stockUp(t.store, "A", 0);
  await Promise.all(holdIds.map((holdId) => confirmHold(t.store, holdId)));
  assert.equal(await lineOf(t.store, "A"), `${-MAX_ON_HAND}/0`);
  const guarded = await adjustBy(t.store, { count: 0, expected: -MAX_ON_HAND });
  assert.equal(guarded.status, "adjusted");
});

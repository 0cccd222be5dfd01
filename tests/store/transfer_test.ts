// The replies of lua/commands/transfer.lua, in the order of its header.
import assert from "node:assert/strict";
import { MAX_ON_HAND } from "../../src/contract/fields.ts";
import { transfer } from "../../src/store/movements.ts";
import { SETTLE_LIMIT, type Store } from "../../src/commits/store.ts";
import {
  call,
  eventsOf,
  lineOf,
  makeHold,
  openTestStore,
  START_MS,
  stockUp,
} from "../support/store.ts";

function move(store: Store, quantity: number, from = "online", to = "store:S1", key?: string) {
  return transfer(store, { sku: "A", quantity, from, to }, call("POST /transfer", key));
}

Deno.test("sku_not_found", async () => {
  await using t = await openTestStore();
  assert.deepEqual(await move(t.store, 1), { status: "sku_not_found", sku: "A" });
});

Deno.test("unsettled: it waits for the units of due holds instead of being refused", async () => {
  await using t = await openTestStore({ ownTime: true });
  const many = 2 * SETTLE_LIMIT + 5;
  await stockUp(t.store, "A", many);
  await Promise.all(Array.from({ length: many }, () => makeHold(t.store, "A", 1, 60)));
  await t.setTime(START_MS + 60_000);
  assert.equal((await move(t.store, many, "online", "store:S1", "k")).status, "transferred");
  assert.equal(await lineOf(t.store, "A", "store:S1"), `${many}/0`);
});

Deno.test("insufficient_stock: units that are held do not move, and neither side changes", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 5);
  await makeHold(t.store, "A", 3);
  assert.deepEqual(await move(t.store, 3), {
    status: "insufficient_stock",
    shortages: [{ sku: "A", location: "online", requested: 3, available: 2, elsewhere: {} }],
  });
  assert.equal(await lineOf(t.store, "A"), "5/3");
  assert.equal(await lineOf(t.store, "A", "store:S1"), "unknown");
});

Deno.test("insufficient_stock: a location where a known SKU was never counted", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 5);
  assert.equal((await move(t.store, 1, "store:S1", "online")).status, "insufficient_stock");
});

Deno.test("on_hand_limit_exceeded: neither side changes", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 5);
  await stockUp(t.store, "A", MAX_ON_HAND - 1, "store:S1");
  assert.deepEqual(await move(t.store, 2), {
    status: "on_hand_limit_exceeded",
    onHand: MAX_ON_HAND - 1,
  });
  assert.equal(await lineOf(t.store, "A"), "5/0");
  assert.equal((await move(t.store, 1)).status, "transferred");
});

Deno.test("transferred: both sides, what is held stays, and a new location comes into being", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 10);
  await makeHold(t.store, "A", 3);
  assert.deepEqual(await move(t.store, 7), {
    status: "transferred",
    availableFrom: 0,
    availableTo: 7,
  });
  assert.equal(await lineOf(t.store, "A"), "3/3");
  assert.equal(await lineOf(t.store, "A", "store:S1"), "7/0");
});

Deno.test("transferred to where less is on hand than held: what is missing there is made up first", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 5);
  await makeHold(t.store, "A", 5);
  await stockUp(t.store, "A", 1);
  await stockUp(t.store, "A", 9, "store:S1");
  const outcome = await move(t.store, 5, "store:S1", "online");
  assert.deepEqual(outcome, { status: "transferred", availableFrom: 4, availableTo: 1 });
  assert.equal(await lineOf(t.store, "A"), "6/5");
});

Deno.test("transferred, once per key: the repeat gets the first outcome", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 10);
  const first = await move(t.store, 2, "online", "store:S1", "k");
  assert.deepEqual(await move(t.store, 2, "online", "store:S1", "k"), first);
  assert.equal(await lineOf(t.store, "A"), "8/0");
});

Deno.test("many at once, there and back: no unit is made or lost", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 50);
  await stockUp(t.store, "A", 50, "store:S1");
  await Promise.all(
    Array.from(
      { length: 400 },
      (_, i) => i % 2 ? move(t.store, 1 + i % 7) : move(t.store, 1 + i % 5, "store:S1", "online"),
    ),
  );
  const lines = [await lineOf(t.store, "A"), await lineOf(t.store, "A", "store:S1")];
  const units = lines.map((line) => parseInt(line));
  assert(units.every((each) => each >= 0), lines.join());
  assert.equal(units[0] + units[1], 100);
});

Deno.test("events: the transfer, and each edge that stock crosses", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 5);
  await move(t.store, 5);
  assert.deepEqual((await eventsOf(t.redis)).slice(-3), [
    "stock.out A online 0",
    "stock.back A store:S1 5",
    "stock.transferred A online store:S1 5",
  ]);
});

Deno.test("a transfer to where it comes from would make units: a fault", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 5);
  await assert.rejects(move(t.store, 1, "online", "online"), /transfer: .*from and to are both/);
  assert.equal(await lineOf(t.store, "A"), "5/0");
});

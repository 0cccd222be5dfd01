// The replies of lua/commands/sell.lua, in the order of its header.
import assert from "node:assert/strict";
import { sell } from "../../src/store/sales.ts";
import type { Store } from "../../src/commits/store.ts";
import { call, eventsOf, lineOf, makeHold, openTestStore, stockUp } from "../support/store.ts";

const sellUnits = (store: Store, sku: string, quantity: number) =>
  sell(store, { sku, quantity, location: "online" }, call("POST /simulate/sale"));

Deno.test("sku_not_found", async () => {
  await using t = await openTestStore();
  assert.deepEqual(await sellUnits(t.store, "NOSUCH", 1), {
    status: "sku_not_found",
    sku: "NOSUCH",
  });
});

Deno.test("insufficient_stock: units that are held are not for sale", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 5);
  await makeHold(t.store, "A", 3);
  assert.deepEqual(await sellUnits(t.store, "A", 3), {
    status: "insufficient_stock",
    shortages: [{ sku: "A", location: "online", requested: 3, available: 2, elsewhere: {} }],
  });
  assert.equal(await lineOf(t.store, "A"), "5/3");
});

Deno.test("sold", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 5);
  assert.deepEqual(await sellUnits(t.store, "A", 2), { status: "sold", remainingStock: 3 });
  assert.equal(await lineOf(t.store, "A"), "3/0");
  assert.equal((await eventsOf(t.redis)).at(-1), "stock.sold A online 2");
});

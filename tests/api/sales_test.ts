import assert from "node:assert/strict";
import { openTestApp } from "../support/app.ts";
import { stockUp } from "../support/store.ts";

Deno.test("POST /simulate/sale: sold, short, unknown", async () => {
  await using t = await openTestApp();
  await stockUp(t.store, "A", 182, "store:STORE_MUMBAI");
  const sale = { sku: "A", quantity: 2, location: "store:STORE_MUMBAI" };
  assert.deepEqual((await t.post("/simulate/sale", sale)).body, {
    sku: "A",
    quantity_sold: 2,
    location: "store:STORE_MUMBAI",
    remaining_stock: 180,
    status: "sold",
  });
  const short = await t.post("/simulate/sale", { ...sale, quantity: 181 });
  assert.deepEqual([short.status, short.body.detail], [
    409,
    "Insufficient stock for A at store:STORE_MUMBAI",
  ]);
  assert.equal((await t.post("/simulate/sale", { ...sale, sku: "NOSUCH" })).status, 404);
});

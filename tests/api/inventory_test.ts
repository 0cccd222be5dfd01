import assert from "node:assert/strict";
import { count } from "../../src/store/inventory.ts";
import { openTestApp } from "../support/app.ts";

Deno.test("GET /inventory/{sku}: the older shape, and what is held", async () => {
  await using t = await openTestApp();
  await count(t.store, {
    sku: "A",
    onHand: [["online", 500], ["store:MUMBAI", 182], ["store:PUNE", 0]],
  });
  await t.post("/hold", { sku: "A", quantity: 3 });
  const { status, body } = await t.get("/inventory/A");
  assert.equal(status, 200);
  assert.deepEqual(body, {
    sku: "A",
    online_stock: 497,
    store_stock: { MUMBAI: 182, PUNE: 0 },
    total_stock: 679,
    held: { online: 3 },
  });
});

Deno.test("GET /inventory/{sku}: 404 sku_not_found", async () => {
  await using t = await openTestApp();
  const { status, body } = await t.get("/inventory/NOSUCH");
  assert.equal(status, 404);
  assert.equal(body.code, "sku_not_found");
  assert.equal(body.detail, "SKU NOSUCH not found");
});

Deno.test("GET /inventory/{sku}: 422 for what can be no SKU", async () => {
  await using t = await openTestApp();
  for (const sku of ["A%20B", "A%0A", "%7B7%7D", "A*", "x".repeat(65)]) {
    const { status, body } = await t.get(`/inventory/${sku}`);
    assert.equal(status, 422, sku);
    assert.deepEqual([body.errors[0].in, body.errors[0].pointer], ["path", "/sku"]);
  }
});

Deno.test("SKUs and stores named like properties of every object are just names", async () => {
  await using t = await openTestApp();
  await count(t.store, {
    sku: "constructor",
    onHand: [["store:__proto__", 5], ["store:toString", 6]],
  });
  const { text } = await t.get("/inventory/constructor");
  assert.match(text, /"store_stock":\{"__proto__":5,"toString":6\}/);
  assert.equal((await t.get("/inventory/__proto__")).status, 404);
});

import assert from "node:assert/strict";
import { count } from "../../src/store/inventory.ts";
import { openTestApp } from "../support/app.ts";
import { stockUp } from "../support/store.ts";

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

Deno.test("GET /inventory: pages in order of SKU, each item as a single look answers it", async () => {
  await using t = await openTestApp();
  for (const sku of ["B2", "A", "B1"]) await stockUp(t.store, sku, 5);
  const first = (await t.get("/inventory?limit=2")).body;
  const last = (await t.get(`/inventory?limit=2&cursor=${first.next_cursor}`)).body;
  assert.deepEqual(first.items.map(({ sku }: { sku: string }) => sku), ["A", "B1"]);
  assert.match(first.next_cursor, /^[A-Za-z0-9_-]+$/);
  assert.deepEqual(last, { items: [(await t.get("/inventory/B2")).body] });
  assert.equal((await t.get("/inventory")).body.items.length, 3);
  const { items } = (await t.get("/inventory?prefix=B")).body;
  assert.deepEqual(items.map(({ sku }: { sku: string }) => sku), ["B1", "B2"]);
});

Deno.test("GET /inventory: 50 on a page unless said otherwise", async () => {
  await using t = await openTestApp();
  await Promise.all(Array.from({ length: 101 }, (_, i) => stockUp(t.store, `SKU${i}`, 1)));
  for (const [query, length] of [["", 50], ["?limit=100", 100], ["?limit=1", 1]] as const) {
    const { body } = await t.get(`/inventory${query}`);
    assert.equal(body.items.length, length);
    assert(body.next_cursor);
  }
});

Deno.test("GET /inventory: 422 for each part of the query that is not as it must be", async () => {
  await using t = await openTestApp();
  await stockUp(t.store, "A", 1);
  await stockUp(t.store, "B", 1);
  const { next_cursor } = (await t.get("/inventory?limit=1")).body;
  const bad: [string, string][] = [
    ...["", "0", "-1", "101", "1e1", "0x10", "%205", "01", "1.5", "ten", "1&limit=2"]
      .map((limit): [string, string] => ["/limit", `limit=${limit}`]),
    ...["*", "A%20", "%5B", "%00", "A%0A", "x".repeat(65)]
      .map((prefix): [string, string] => ["/prefix", `prefix=${prefix}`]),
    ...["", "A", "nonsense!", "bnVsbA", "IiI", "e30", `${next_cursor}=`, `${next_cursor}&prefix=B`]
      .map((cursor): [string, string] => ["/cursor", `cursor=${cursor}`]),
    ["", "sku=A"],
  ];
  for (const [pointer, query] of bad) {
    const { status, body } = await t.get(`/inventory?${query}`);
    assert.equal(status, 422, query);
    assert.deepEqual([body.errors[0].in, body.errors[0].pointer], ["query", pointer], query);
  }
});

Deno.test("POST /inventory/query: items in the order asked, and the missing", async () => {
  await using t = await openTestApp();
  await stockUp(t.store, "A", 5);
  await stockUp(t.store, "B", 6);
  const { status, body } = await t.post("/inventory/query", { skus: ["B", "X", "A", "B"] });
  assert.equal(status, 200);
  assert.deepEqual(body, {
    items: [(await t.get("/inventory/B")).body, (await t.get("/inventory/A")).body],
    missing: ["X"],
  });
});

Deno.test("POST /inventory/query: a key sent has no meaning, the answer is always of now", async () => {
  await using t = await openTestApp();
  await stockUp(t.store, "A", 5);
  const ask = (skus: string[]) => t.post("/inventory/query", { skus }, { "idempotency-key": "k" });
  assert.equal((await ask(["A"])).body.items[0].online_stock, 5);
  await stockUp(t.store, "A", 6);
  const again = await ask(["A"]);
  assert.equal(again.body.items[0].online_stock, 6);
  assert.equal(again.headers.get("idempotent-replayed"), null);
  assert.equal((await ask(["B"])).status, 200);
});

Deno.test("POST /inventory/query: 1 to 100 SKUs, and nothing else", async () => {
  await using t = await openTestApp();
  const many = (count: number) => Array.from({ length: count }, (_, i) => `SKU${i}`);
  assert.equal((await t.post("/inventory/query", { skus: many(100) })).body.missing.length, 100);
  const bad: [string, unknown][] = [
    ["/skus", { skus: many(101) }],
    ["/skus", { skus: [] }],
    ["/skus", {}],
    ["/skus/1", { skus: ["A", "A B"] }],
    ["", { skus: ["A"], sku: "A" }],
  ];
  for (const [pointer, request] of bad) {
    const { status, body } = await t.post("/inventory/query", request);
    assert.equal(status, 422);
    assert.equal(body.errors[0].pointer, pointer);
  }
});

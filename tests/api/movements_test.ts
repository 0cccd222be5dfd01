import assert from "node:assert/strict";
import { openTestApp } from "../support/app.ts";
import { stockUp } from "../support/store.ts";

const receipt = { sku: "A", location: "online", delta: 20, reason: "received" };

Deno.test("POST /adjust: a receipt brings a SKU into being", async () => {
  await using t = await openTestApp();
  const { status, body } = await t.post("/adjust", { ...receipt, reference: "PO-1042" });
  assert.equal(status, 200);
  assert.deepEqual(body, {
    sku: "A",
    location: "online",
    on_hand: 20,
    held: 0,
    available: 20,
    oversold: 0,
    reason: "received",
    reference: "PO-1042",
  });
  assert.equal((await t.get("/inventory/A")).body.online_stock, 20);
});

Deno.test("POST /adjust: less than is held is accepted, told, and seen in the inventory", async () => {
  await using t = await openTestApp();
  await stockUp(t.store, "A", 10);
  await t.post("/hold", { sku: "A", quantity: 8 });
  const count = { sku: "A", location: "online", count: 5, reason: "cycle_count", expected: 10 };
  assert.deepEqual((await t.post("/adjust", count)).body, {
    sku: "A",
    location: "online",
    on_hand: 5,
    held: 8,
    available: 0,
    oversold: 3,
    reason: "cycle_count",
  });
  const { body } = await t.get("/inventory/A");
  assert.deepEqual([body.total_stock, body.held, body.oversold], [0, { online: 8 }, { online: 3 }]);
  await t.post("/adjust", receipt);
  assert.equal("oversold" in (await t.get("/inventory/A")).body, false);
});

Deno.test("POST /adjust: 409 stale_quantity with the current value", async () => {
  await using t = await openTestApp();
  await stockUp(t.store, "A", 10);
  const { status, body } = await t.post("/adjust", { ...receipt, expected: 9 });
  assert.deepEqual([status, body.code, body.current], [409, "stale_quantity", 10]);
  assert.equal(body.detail, "10 units of A are on hand at online");
  assert.equal((await t.post("/adjust", { ...receipt, expected: 10 })).body.on_hand, 30);
});

Deno.test("POST /adjust: 409 insufficient_stock, where available is what is on hand", async () => {
  await using t = await openTestApp();
  await stockUp(t.store, "A", 10);
  await t.post("/hold", { sku: "A", quantity: 8 });
  const { status, body } = await t.post("/adjust", { ...receipt, delta: -11, reason: "damaged" });
  assert.deepEqual([status, body.code], [409, "insufficient_stock"]);
  assert.deepEqual(body.shortages, [
    { sku: "A", location: "online", requested: 11, available: 10, elsewhere: {} },
  ]);
});

Deno.test("POST /adjust: where units are owed nothing is available, and what is there may be expected", async () => {
  await using t = await openTestApp();
  await stockUp(t.store, "A", 5);
  const { body: { hold_id } } = await t.post("/hold", { sku: "A", quantity: 5 });
  await stockUp(t.store, "A", 2);
  assert.equal((await t.post("/confirm", { hold_id })).status, 200);
  const { body } = await t.get("/inventory/A");
  assert.deepEqual([body.total_stock, body.held, body.oversold], [0, {}, { online: 3 }]);
  const taken = await t.post("/adjust", { ...receipt, delta: -1, reason: "damaged" });
  assert.deepEqual([taken.status, taken.body.code], [409, "insufficient_stock"]);
  assert.equal(taken.body.shortages[0].available, 0);
  const stale = await t.post("/adjust", { ...receipt, expected: 0 });
  assert.deepEqual([stale.body.code, stale.body.current], ["stale_quantity", -3]);
  const guarded = await t.post("/adjust", { ...receipt, expected: stale.body.current });
  assert.deepEqual([guarded.status, guarded.body.on_hand], [200, 17]);
});

Deno.test("POST /adjust: 404 sku_not_found, 409 on_hand_limit_exceeded", async () => {
  await using t = await openTestApp();
  const unknown = await t.post("/adjust", { ...receipt, delta: -1 });
  assert.deepEqual([unknown.status, unknown.body.code], [404, "sku_not_found"]);
  await stockUp(t.store, "A", 999_999_990);
  const { status, body } = await t.post("/adjust", receipt);
  assert.deepEqual([status, body.code, body.current], [409, "on_hand_limit_exceeded", 999_999_990]);
});

Deno.test("POST /adjust: every field out of bounds is named by its pointer", async () => {
  await using t = await openTestApp();
  const { delta: _, ...plain } = receipt;
  const bad: [string, Record<string, unknown>][] = [
    ["/delta", plain],
    ["/delta", { ...receipt, count: 1 }],
    ["/delta", { ...receipt, delta: 0 }],
    ["/delta", { ...receipt, delta: -0 }],
    ["/delta", { ...receipt, delta: 1.5 }],
    ["/delta", { ...receipt, delta: "5" }],
    ["/delta", { ...receipt, delta: 1_000_001 }],
    ["/delta", { ...receipt, delta: -1_000_001 }],
    ["/delta", { ...receipt, delta: null }],
    ["/count", { ...plain, count: -1 }],
    ["/count", { ...plain, count: 1_000_000_001 }],
    ["/count", { ...plain, count: 2 ** 53 }],
    ["/expected", { ...receipt, expected: -1_000_000_001 }],
    ["/expected", { ...receipt, expected: 1_000_000_001 }],
    ["/expected", { ...receipt, expected: 0.5 }],
    ["/reason", { ...receipt, reason: "theft" }],
    ["/reason", { ...receipt, reason: undefined }],
    ["/location", { ...receipt, location: undefined }],
    ["/location", { ...receipt, location: "store:a b" }],
    ["/sku", { ...receipt, sku: "" }],
    ["/reference", { ...receipt, reference: "" }],
    ["/reference", { ...receipt, reference: "two words" }],
    ["/reference", { ...receipt, reference: "line\nbreak" }],
    ["/reference", { ...receipt, reference: "x".repeat(129) }],
    ["", { ...receipt, resaon: "received" }],
  ];
  for (const [pointer, request] of bad) {
    const { status, body } = await t.post("/adjust", request);
    const what = JSON.stringify(request);
    assert.deepEqual([status, body.code], [422, "validation_failed"], what);
    assert(body.errors.every((error: { pointer: string }) => error.pointer === pointer), what);
  }
  assert.equal((await t.get("/inventory/A")).status, 404);
});

Deno.test("POST /transfer: both ends as they stand now", async () => {
  await using t = await openTestApp();
  await stockUp(t.store, "A", 10);
  await t.post("/hold", { sku: "A", quantity: 3 });
  const move = { sku: "A", quantity: 5, from: "online", to: "store:S1" };
  assert.deepEqual((await t.post("/transfer", move)).body, {
    sku: "A",
    quantity: 5,
    from: { location: "online", available: 2 },
    to: { location: "store:S1", available: 5 },
  });
  const short = await t.post("/transfer", move);
  assert.deepEqual([short.status, short.body.code], [409, "insufficient_stock"]);
  assert.deepEqual(short.body.shortages, [
    { sku: "A", location: "online", requested: 5, available: 2, elsewhere: { "store:S1": 5 } },
  ]);
  const { body } = await t.get("/inventory/A");
  assert.deepEqual([body.online_stock, body.store_stock], [2, { S1: 5 }]);
});

Deno.test("POST /transfer: 404 sku_not_found, 409 on_hand_limit_exceeded", async () => {
  await using t = await openTestApp();
  const move = { sku: "A", quantity: 5, from: "online", to: "store:S1" };
  assert.equal((await t.post("/transfer", move)).body.code, "sku_not_found");
  await stockUp(t.store, "A", 10);
  await stockUp(t.store, "A", 1_000_000_000, "store:S1");
  const { status, body } = await t.post("/transfer", move);
  assert.deepEqual([status, body.code], [409, "on_hand_limit_exceeded"]);
  assert.equal(body.current, 1_000_000_000);
});

Deno.test("POST /transfer: every field out of bounds is named by its pointer", async () => {
  await using t = await openTestApp();
  await stockUp(t.store, "A", 10);
  const good = { sku: "A", quantity: 1, from: "online", to: "store:S1" };
  const bad: [string, unknown][] = [
    ["/to", "online"],
    ["/to", "any"],
    ["/from", undefined],
    ["/quantity", 0],
    ["/quantity", 1_000_001],
    ["/sku", "A B"],
  ];
  for (const [pointer, value] of bad) {
    const { status, body } = await t.post("/transfer", { ...good, [pointer.slice(1)]: value });
    assert.equal(status, 422, pointer);
    assert.deepEqual(body.errors.map((error: { pointer: string }) => error.pointer), [pointer]);
  }
});

Deno.test("both have one effect per key, and the repeat gets the same bytes", async () => {
  await using t = await openTestApp();
  await stockUp(t.store, "A", 10);
  const requests: [string, Record<string, unknown>][] = [
    ["/adjust", receipt],
    ["/adjust", { ...receipt, delta: -31 }],
    ["/adjust", { ...receipt, expected: 29 }],
    ["/transfer", { sku: "A", quantity: 5, from: "online", to: "store:S1" }],
    ["/transfer", { sku: "A", quantity: 26, from: "online", to: "store:S1" }],
  ];
  for (const [i, [path, request]] of requests.entries()) {
    const first = await t.post(path, request, { "idempotency-key": `k${i}` });
    const again = await t.post(path, request, { "idempotency-key": `k${i}` });
    assert.equal(again.text, first.text);
    assert.equal(again.headers.get("idempotent-replayed"), "true");
  }
  const { body } = await t.get("/inventory/A");
  assert.deepEqual([body.online_stock, body.store_stock], [25, { S1: 5 }]);
  const reused = await t.post("/transfer", requests[3][1], { "idempotency-key": "k0" });
  assert.equal(reused.body.code, "idempotency_key_reused");
});

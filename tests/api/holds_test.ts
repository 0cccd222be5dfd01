import assert from "node:assert/strict";
import { openTestApp } from "../support/app.ts";
import { START_MS, stockUp } from "../support/store.ts";

Deno.test("POST /hold: the older shape", async () => {
  await using t = await openTestApp({ ownTime: true });
  await stockUp(t.store, "A", 500);
  const { status, body } = await t.post("/hold", {
    sku: "A",
    quantity: 3,
    location: "online",
    ttl: 60,
  });
  assert.equal(status, 200);
  assert.match(body.hold_id, /^hold-[0-9a-f-]{36}$/);
  assert.deepEqual(body, {
    hold_id: body.hold_id,
    sku: "A",
    quantity: 3,
    location: "online",
    remaining_stock: 497,
    expires_at: "2026-01-01T00:01:00.000Z",
    status: "active",
  });
});

Deno.test("POST /hold: online for 300 s unless said otherwise", async () => {
  await using t = await openTestApp({ ownTime: true });
  await stockUp(t.store, "A", 5);
  const { body } = await t.post("/hold", { sku: "A", quantity: 1 });
  assert.deepEqual([body.location, body.expires_at], ["online", "2026-01-01T00:05:00.000Z"]);
});

Deno.test("POST /hold: 409 insufficient_stock in the older words, with the shortage", async () => {
  await using t = await openTestApp();
  await stockUp(t.store, "SKU000001", 2);
  const { status, body } = await t.post("/hold", { sku: "SKU000001", quantity: 3 });
  assert.equal(status, 409);
  assert.equal(body.code, "insufficient_stock");
  assert.equal(body.detail, "Insufficient stock for SKU000001 at online");
  assert.deepEqual(body.shortages, [
    { sku: "SKU000001", location: "online", requested: 3, available: 2, elsewhere: {} },
  ]);
});

Deno.test("POST /hold: 404 for a SKU nobody has counted", async () => {
  await using t = await openTestApp();
  assert.equal((await t.post("/hold", { sku: "NOSUCH", quantity: 1 })).body.code, "sku_not_found");
});

Deno.test("POST /hold: every field out of bounds is named by its pointer", async () => {
  await using t = await openTestApp();
  await stockUp(t.store, "A", 5);
  const good = { sku: "A", quantity: 1, location: "online", ttl: 60 };
  const bad: [string, unknown][] = [
    ["/sku", "A B"],
    ["/sku", ""],
    ["/sku", 5],
    ["/quantity", 0],
    ["/quantity", -1],
    ["/quantity", -0],
    ["/quantity", 1.5],
    ["/quantity", "5"],
    ["/quantity", 1_000_001],
    ["/quantity", 2 ** 53],
    ["/quantity", null],
    ["/location", "STORE_MUMBAI"],
    ["/location", "store:"],
    ["/location", "store:a:b"],
    ["/ttl", 0],
    ["/ttl", -5],
    ["/ttl", 1.5],
    ["/ttl", 7201],
    ["/ttl", 1e15],
  ];
  for (const [pointer, value] of bad) {
    const { status, body } = await t.post("/hold", { ...good, [pointer.slice(1)]: value });
    const what = `${pointer} ${JSON.stringify(value)}`;
    assert.equal(status, 422, what);
    assert.equal(body.code, "validation_failed", what);
    assert(body.errors.every((error: { pointer: string }) => error.pointer === pointer), what);
  }
  assert.equal((await t.get("/inventory/A")).body.online_stock, 5);
});

Deno.test("POST /hold: unknown fields and missing ones are refused", async () => {
  await using t = await openTestApp();
  assert.equal((await t.post("/hold", { sku: "A", quantity: 1, tll: 5 })).status, 422);
  assert.equal((await t.post("/hold", { sku: "A" })).body.errors[0].pointer, "/quantity");
  assert.equal((await t.post("/hold", [])).status, 422);
});

Deno.test("POST /release: released, then the same body again; unknown and confirmed are refused", async () => {
  await using t = await openTestApp();
  await stockUp(t.store, "A", 5);
  const { hold_id } = (await t.post("/hold", { sku: "A", quantity: 2 })).body;
  const first = await t.post("/release", { hold_id });
  assert.deepEqual(first.body, { hold_id, status: "released", restored_stock: 5 });
  assert.equal((await t.post("/release", { hold_id })).text, first.text);

  const unknown = await t.post("/release", { hold_id: "hold-nosuch" });
  assert.equal(unknown.status, 404);
  assert.equal(unknown.body.detail, "Hold hold-nosuch not found or already expired");

  const sold = (await t.post("/hold", { sku: "A", quantity: 2 })).body.hold_id;
  await t.post("/confirm", { hold_id: sold });
  const refused = await t.post("/release", { hold_id: sold });
  assert.deepEqual([refused.status, refused.body.code], [409, "hold_confirmed"]);
});

Deno.test("POST /release: a hold whose time is over is answered as expired", async () => {
  await using t = await openTestApp({ ownTime: true });
  await stockUp(t.store, "A", 5);
  const { hold_id } = (await t.post("/hold", { sku: "A", quantity: 2, ttl: 60 })).body;
  await t.setTime(START_MS + 60_000);
  assert.deepEqual((await t.post("/release", { hold_id })).body, {
    hold_id,
    status: "expired",
    restored_stock: 5,
  });
});

Deno.test("POST /confirm: a sale, then the same body again", async () => {
  await using t = await openTestApp({ ownTime: true });
  await stockUp(t.store, "A", 5);
  const { hold_id } = (await t.post("/hold", { sku: "A", quantity: 2 })).body;
  const first = await t.post("/confirm", { hold_id });
  assert.deepEqual(first.body, {
    hold_id,
    status: "confirmed",
    confirmed_at: "2026-01-01T00:00:00.000Z",
    lines: [{ sku: "A", quantity: 2, location: "online" }],
  });
  assert.equal((await t.post("/confirm", { hold_id })).text, first.text);
  assert.equal((await t.get("/inventory/A")).body.online_stock, 3);
});

Deno.test("POST /confirm: 404 unknown, 409 released, 409 expired", async () => {
  await using t = await openTestApp({ ownTime: true });
  await stockUp(t.store, "A", 5);
  const codeOf = async (hold_id: string) => {
    const { status, body } = await t.post("/confirm", { hold_id });
    return `${status} ${body.code}`;
  };
  assert.equal(await codeOf("hold-nosuch"), "404 hold_not_found");
  const released = (await t.post("/hold", { sku: "A", quantity: 2 })).body.hold_id;
  await t.post("/release", { hold_id: released });
  assert.equal(await codeOf(released), "409 hold_released");
  const expired = (await t.post("/hold", { sku: "A", quantity: 2, ttl: 1 })).body.hold_id;
  await t.setTime(START_MS + 1000);
  assert.equal(await codeOf(expired), "409 hold_expired");
});

Deno.test("GET /holds/{hold_id}: active, and each end with its instant", async () => {
  await using t = await openTestApp({ ownTime: true });
  await stockUp(t.store, "A", 9);
  const make = async () => (await t.post("/hold", { sku: "A", quantity: 2, ttl: 60 })).body.hold_id;
  const [active, confirmed, released] = [await make(), await make(), await make()];
  await t.setTime(START_MS + 1000);
  await t.post("/confirm", { hold_id: confirmed });
  await t.post("/release", { hold_id: released });
  assert.deepEqual((await t.get(`/holds/${active}`)).body, {
    hold_id: active,
    status: "active",
    lines: [{ sku: "A", quantity: 2, location: "online" }],
    created_at: "2026-01-01T00:00:00.000Z",
    expires_at: "2026-01-01T00:01:00.000Z",
  });
  for (const [hold_id, status] of [[confirmed, "confirmed"], [released, "released"]]) {
    const { body } = await t.get(`/holds/${hold_id}`);
    assert.deepEqual([body.status, body.ended_at], [status, "2026-01-01T00:00:01.000Z"]);
  }
  await t.setTime(START_MS + 60_000);
  const { body } = await t.get(`/holds/${active}`);
  assert.deepEqual([body.status, body.ended_at], ["expired", "2026-01-01T00:01:00.000Z"]);
  assert.equal((await t.get("/holds/hold-nosuch")).body.code, "hold_not_found");
  assert.equal((await t.get("/holds/nosuch")).body.code, "validation_failed");
});

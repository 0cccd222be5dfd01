import assert from "node:assert/strict";
import { count } from "../../src/store/inventory.ts";
import { openTestApp, type TestApp } from "../support/app.ts";
import { START_MS, stockUp } from "../support/store.ts";

async function stockShirts(t: TestApp): Promise<void> {
  await count(t.store, { sku: "SHIRT", onHand: [["online", 3], ["store:A", 5]] });
  await count(t.store, { sku: "HAT", onHand: [["online", 2]] });
}

Deno.test("POST /hold/cart: all lines, by one hold_id", async () => {
  await using t = await openTestApp({ ownTime: true });
  await stockShirts(t);
  const { status, body } = await t.post("/hold/cart", {
    lines: [{ sku: "SHIRT", quantity: 2 }, { sku: "HAT", quantity: 1, location: "online" }],
    ttl: 60,
    reference: "basket-1",
  });
  assert.equal(status, 200);
  assert.deepEqual(body, {
    hold_id: body.hold_id,
    status: "active",
    lines: [
      { sku: "SHIRT", quantity: 2, location: "online", remaining_stock: 1 },
      { sku: "HAT", quantity: 1, location: "online", remaining_stock: 1 },
    ],
    expires_at: "2026-01-01T00:01:00.000Z",
    reference: "basket-1",
  });
  const { body: page } = await t.get("/holds?reference=basket-1");
  assert.deepEqual(page.items.map((hold: { hold_id: string }) => hold.hold_id), [body.hold_id]);
  assert.deepEqual((await t.post("/release", { hold_id: body.hold_id })).body.status, "released");
  assert.deepEqual((await t.get("/holds?reference=basket-1")).body, { items: [] });
});

Deno.test("POST /hold/cart: every shortage, with what there is elsewhere", async () => {
  await using t = await openTestApp();
  await stockShirts(t);
  const { status, body } = await t.post("/hold/cart", {
    lines: [{ sku: "SHIRT", quantity: 4 }, {
      sku: "HAT",
      quantity: 3,
      location: "any",
      split: true,
    }],
  });
  assert.deepEqual([status, body.code, body.detail], [
    409,
    "insufficient_stock",
    "Insufficient stock for SHIRT at online",
  ]);
  assert.deepEqual(body.shortages, [
    { sku: "SHIRT", location: "online", requested: 4, available: 3, elsewhere: { "store:A": 5 } },
    { sku: "HAT", location: "any", requested: 3, available: 2, elsewhere: { online: 2 } },
  ]);
});

Deno.test("POST /hold/cart: 1 to 50 lines, and split only with any", async () => {
  await using t = await openTestApp();
  const line = { sku: "A", quantity: 1 };
  const pointerOf = async (body: unknown) =>
    (await t.post("/hold/cart", body)).body.errors[0].pointer;
  assert.equal(await pointerOf({ lines: [] }), "/lines");
  assert.equal(await pointerOf({ lines: Array(51).fill(line) }), "/lines");
  assert.equal(await pointerOf({ lines: [line, { ...line, quantity: 0 }] }), "/lines/1/quantity");
  assert.equal(await pointerOf({ lines: [{ ...line, split: true }] }), "/lines/0/location");
  assert.equal(await pointerOf({ lines: [line], reference: "two words" }), "/reference");
  assert.equal(await pointerOf({ lines: [line], ttl: 7201 }), "/ttl");
});

Deno.test("a place that is listed twice is refused, and named; nothing is held", async () => {
  await using t = await openTestApp();
  await count(t.store, { sku: "X", onHand: [["online", 5]] });
  const twenty = Array(20).fill("online");
  const wish = { sku: "X", quantity: 8, location: "any", split: true };
  for (const locations of [["online", "online"], twenty, ["store:A", "online", "store:A"]]) {
    const repeated = locations.length - 1;
    const one = await t.post("/hold", { ...wish, locations });
    assert.deepEqual([one.status, one.body.code], [422, "validation_failed"]);
    assert.equal(one.body.errors.at(-1).pointer, `/locations/${repeated}`);
    assert.equal(one.body.errors.at(-1).detail, "repeats /0");
    const cart = await t.post("/hold/cart", {
      lines: [{ sku: "X", quantity: 1 }, { ...wish, locations }],
    });
    assert.equal(cart.body.errors.at(-1).pointer, `/lines/1/locations/${repeated}`);
  }
  assert.deepEqual((await t.get("/inventory/X")).body.held, {});
});

Deno.test("sums of lines over the bound of a line are answered by the contract, never as an error", async () => {
  await using t = await openTestApp();
  await count(t.store, { sku: "X", onHand: [["online", 3_000_000]] });
  const million = { sku: "X", quantity: 1_000_000, location: "online" };
  const tooMany = await t.post("/hold/cart", { lines: [million, { ...million, quantity: 1 }] });
  assert.deepEqual([tooMany.status, tooMany.body.errors], [422, [{
    in: "body",
    pointer: "/lines/1/quantity",
    detail: "makes it 1000001 of X at online: must be at most 1000000",
  }]]);
  const anywhere = await t.post("/hold/cart", {
    lines: [million, { ...million, location: "any" }],
  });
  assert.deepEqual([anywhere.status, anywhere.body.code], [409, "insufficient_stock"]);
  const { body: { hold_id } } = await t.post("/hold/cart", { lines: [million] });
  const confirmed = await t.post("/confirm", { hold_id, lines: [million, million] });
  assert.deepEqual([confirmed.status, confirmed.body.code], [422, "exceeds_held_quantity"]);
});

Deno.test("POST /hold with any: the chosen location, and what was taken where", async () => {
  await using t = await openTestApp();
  await stockShirts(t);
  const one = (await t.post("/hold", { sku: "SHIRT", quantity: 1, location: "any" })).body;
  assert.deepEqual([one.location, one.remaining_stock, one.allocations], [
    "store:A",
    4,
    [{ location: "store:A", quantity: 1, remaining_stock: 4 }],
  ]);
  const split =
    (await t.post("/hold", { sku: "SHIRT", quantity: 6, location: "any", split: true })).body;
  assert.deepEqual([split.location, split.quantity, split.remaining_stock, split.allocations], [
    "any",
    6,
    1,
    [{ location: "store:A", quantity: 4, remaining_stock: 0 }, {
      location: "online",
      quantity: 2,
      remaining_stock: 1,
    }],
  ]);
  const { body } = await t.post("/hold", { sku: "SHIRT", quantity: 1, locations: ["online"] });
  assert.equal(body.errors[0].pointer, "/location");
});

Deno.test("POST /hold that replaces: one step; unknown and sold holds are refused", async () => {
  await using t = await openTestApp();
  await stockUp(t.store, "A", 5);
  const old = (await t.post("/hold", { sku: "A", quantity: 5 })).body.hold_id;
  const { body } = await t.post("/hold", { sku: "A", quantity: 4, replaces: old });
  assert.equal(body.remaining_stock, 1);
  assert.equal((await t.get(`/holds/${old}`)).body.status, "released");
  await t.post("/confirm", { hold_id: body.hold_id });
  const sold = await t.post("/hold", { sku: "A", quantity: 1, replaces: body.hold_id });
  assert.deepEqual([sold.status, sold.body.code], [409, "hold_confirmed"]);
  const unknown = await t.post("/hold/cart", {
    lines: [{ sku: "A", quantity: 1 }],
    replaces: "hold-nosuch",
  });
  assert.deepEqual([unknown.status, unknown.body.code], [404, "hold_not_found"]);
});

Deno.test("POST /confirm for a part: returned, remaining, and too much", async () => {
  await using t = await openTestApp();
  await stockUp(t.store, "A", 9);
  const make = async () => (await t.post("/hold", { sku: "A", quantity: 3 })).body.hold_id;
  const some = (quantity: number) => [{ sku: "A", quantity, location: "online" }];
  const released = await t.post("/confirm", { hold_id: await make(), lines: some(1) });
  assert.deepEqual([released.body.status, released.body.lines, released.body.returned], [
    "confirmed",
    some(1),
    some(2),
  ]);
  const hold_id = await make();
  const kept = await t.post("/confirm", { hold_id, lines: some(1), remainder: "keep" });
  assert.deepEqual([kept.body.status, kept.body.lines, kept.body.remaining], [
    "active",
    some(1),
    some(2),
  ]);
  const { status, body } = await t.post("/confirm", { hold_id, lines: some(3) });
  assert.deepEqual([status, body.code, body.detail], [
    422,
    "exceeds_held_quantity",
    "3 of A at online were asked for, 2 are held",
  ]);
});

Deno.test("POST /confirm with reacquire", async () => {
  await using t = await openTestApp({ ownTime: true });
  await stockUp(t.store, "A", 3);
  const { hold_id } = (await t.post("/hold", { sku: "A", quantity: 3, ttl: 60 })).body;
  await t.setTime(START_MS + 60_000);
  const other = (await t.post("/hold", { sku: "A", quantity: 1 })).body.hold_id;
  const short = await t.post("/confirm", { hold_id, on_expired: "reacquire" });
  assert.deepEqual([short.status, short.body.shortages[0].available], [409, 2]);
  await t.post("/release", { hold_id: other });
  const sold = await t.post("/confirm", { hold_id, on_expired: "reacquire" });
  assert.deepEqual([sold.status, sold.body.status], [200, "confirmed"]);
  assert.equal((await t.get(`/holds/${hold_id}`)).body.reacquired_at, "2026-01-01T00:01:00.000Z");
});

Deno.test("POST /extend", async () => {
  await using t = await openTestApp({ ownTime: true });
  await stockUp(t.store, "A", 3);
  const { hold_id } = (await t.post("/hold", { sku: "A", quantity: 3, ttl: 60 })).body;
  await t.setTime(START_MS + 30_000);
  assert.deepEqual((await t.post("/extend", { hold_id, ttl: 60 })).body, {
    hold_id,
    status: "active",
    expires_at: "2026-01-01T00:01:30.000Z",
    max_expires_at: "2026-01-01T02:00:00.000Z",
  });
  const late = await t.post("/extend", { hold_id, ttl: 7200 });
  assert.deepEqual([late.status, late.body.code, late.body.max_expires_at], [
    409,
    "lifetime_exceeded",
    "2026-01-01T02:00:00.000Z",
  ]);
  assert.equal((await t.post("/extend", { hold_id, ttl: 7201 })).body.errors[0].pointer, "/ttl");
  await t.setTime(START_MS + 90_000);
  assert.equal((await t.post("/extend", { hold_id, ttl: 60 })).body.code, "hold_expired");
});

Deno.test("GET /holds: pages, and strict about its query", async () => {
  await using t = await openTestApp();
  await stockUp(t.store, "A", 9);
  for (let ttl = 1; ttl <= 3; ttl++) {
    await t.post("/hold", { sku: "A", quantity: 1, ttl: ttl * 100 });
  }
  const first = (await t.get("/holds?limit=2")).body;
  assert.equal(first.items.length, 2);
  const second = (await t.get(`/holds?limit=2&cursor=${first.next_cursor}`)).body;
  assert.deepEqual([second.items.length, second.next_cursor], [1, undefined]);
  for (
    const query of [
      "limit=0",
      "limit=101",
      "limit=1e1",
      "limit=",
      "status=ended",
      "cursor=%20",
      "cursor=abc",
      "x=1",
    ]
  ) {
    const { status, body } = await t.get(`/holds?${query}`);
    assert.deepEqual([status, body.errors[0].in], [422, "query"], query);
  }
});

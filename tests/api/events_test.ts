import assert from "node:assert/strict";
import { openTestApp } from "../support/app.ts";
import { stockUp } from "../support/store.ts";

const sale = { sku: "A", quantity: 2 };

Deno.test("GET /events: pages from the oldest on, and only what is new behind `next`", async () => {
  await using t = await openTestApp();
  await stockUp(t.store, "A", 20);
  await t.post("/simulate/sale", sale);
  const first = await t.get("/events");
  assert.equal(first.status, 200);
  const { id, at, ...event } = first.body.items.at(-1);
  assert.deepEqual(event, { kind: "stock.sold", ...sale, location: "online" });
  assert.match(at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.deepEqual([first.body.next, first.body.has_more, first.body.truncated], [
    id,
    false,
    false,
  ]);
  const empty = await t.get(`/events?after=${first.body.next}`);
  assert.deepEqual(empty.body, { items: [], next: id, has_more: false, truncated: false });
  await t.post("/simulate/sale", { ...sale, quantity: 8 });
  const then = await t.get(`/events?after=${empty.body.next}`);
  assert.deepEqual(then.body.items.map(({ kind }: { kind: string }) => kind), [
    "stock.low",
    "stock.sold",
  ]);
});

Deno.test("GET /events: limit and sku", async () => {
  await using t = await openTestApp();
  await Promise.all(["A", "B", "C"].map((sku) => stockUp(t.store, sku, 20)));
  const back = { kind: "stock.back", sku: "B", location: "online", available: 20 };
  const one = await t.get("/events?limit=1&sku=B");
  const [{ id: _, at: __, ...event }] = one.body.items;
  assert.deepEqual(event, back);
  assert.equal(one.body.items.length, 1);
  assert.equal((await t.get("/events?limit=1000")).status, 200);
});

Deno.test("GET /events: an `after` that is kept no longer is told", async () => {
  await using t = await openTestApp();
  await stockUp(t.store, "A", 20);
  const { next } = (await t.get("/events")).body;
  await t.post("/simulate/sale", sale);
  await t.redis.send("XTRIM", "events", "MAXLEN", "1");
  const { body } = await t.get(`/events?after=${next}`);
  assert.deepEqual([body.truncated, body.items.length], [true, 1]);
});

Deno.test("GET /events: 422 points at what is wrong", async () => {
  await using t = await openTestApp();
  const cases: [query: string, pointer: string][] = [
    ["after=abc", "/after"],
    ["after=", "/after"],
    ["after=MS0x", "/after"],
    ["limit=0", "/limit"],
    ["limit=1001", "/limit"],
    ["limit=1e2", "/limit"],
    ["sku=a:b", "/sku"],
  ];
  for (const [query, pointer] of cases) {
    const { status, body } = await t.get(`/events?${query}`);
    assert.deepEqual([status, body.code], [422, "validation_failed"], query);
    assert.deepEqual([body.errors[0].in, body.errors[0].pointer], ["query", pointer], query);
  }
  const { status, body } = await t.send("/events", {
    headers: { accept: "text/event-stream", "last-event-id": "abc" },
  });
  assert.deepEqual([status, body.errors[0].in, body.errors[0].pointer], [
    422,
    "header",
    "/last-event-id",
  ]);
});

Deno.test("GET /events: 503 while Redis is away, as a page and as a feed", async () => {
  await using t = await openTestApp();
  Deno.kill(t.redis.pid, "SIGKILL");
  while (t.store.ready) await new Promise((resolve) => setTimeout(resolve, 1));
  for (const accept of ["application/json", "text/event-stream"]) {
    const { status, body } = await t.send("/events", { headers: { accept } });
    assert.deepEqual([status, body.code], [503, "store_unavailable"]);
  }
});

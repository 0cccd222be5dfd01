// The replies of lua/hold.lua, in the order of its header.
import assert from "node:assert/strict";
import { eventsOf, holdUnits, lineOf, openTestStore, START_MS, stockUp } from "../support/store.ts";

Deno.test("sku_not_found: a SKU never counted anywhere", async () => {
  await using t = await openTestStore();
  assert.deepEqual(await holdUnits(t.store, "NOSUCH", 1), {
    status: "sku_not_found",
    sku: "NOSUCH",
  });
});

Deno.test("insufficient_stock: names what is short, and changes nothing", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 2);
  assert.deepEqual(await holdUnits(t.store, "A", 3), {
    status: "insufficient_stock",
    shortages: [{ sku: "A", location: "online", requested: 3, available: 2, elsewhere: {} }],
  });
  assert.equal(await lineOf(t.store, "A"), "2/0");
});

Deno.test("insufficient_stock: a location where a known SKU was never counted", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 2);
  const outcome = await holdUnits(t.store, "A", 1, { location: "store:S1" });
  assert.equal(outcome.status, "insufficient_stock");
});

Deno.test("active: units are held until now + ttl, and the rest remains", async () => {
  await using t = await openTestStore({ partitions: 1, ownTime: true });
  await stockUp(t.store, "A", 10);
  const outcome = await holdUnits(t.store, "A", 3, { ttl: 60 });
  assert(outcome.status === "active");
  assert.match(outcome.holdId, /^hold-[0-9a-f-]{36}$/);
  assert.equal(outcome.expiresAtMs, START_MS + 60_000);
  assert.deepEqual(outcome.lines, [{
    sku: "A",
    quantity: 3,
    location: "online",
    remaining_stock: 7,
  }]);
  assert.equal(await lineOf(t.store, "A"), "10/3");
  assert.equal(await t.redis.send("ZSCORE", "holds_by_expiry", outcome.holdId), START_MS + 60_000);
});

Deno.test("active: the record has no TTL", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 1);
  const outcome = await holdUnits(t.store, "A", 1);
  assert(outcome.status === "active");
  assert.equal(await t.redis.send("TTL", `hold:${outcome.holdId}`), -1);
});

Deno.test("active: the last unit can be held, once", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 1);
  assert.equal((await holdUnits(t.store, "A", 1)).status, "active");
  assert.equal((await holdUnits(t.store, "A", 1)).status, "insufficient_stock");
});

Deno.test("events: the hold, and each edge that stock crosses", async () => {
  await using t = await openTestStore({ ownTime: true, lowStockThreshold: 3 });
  await stockUp(t.store, "A", 5);
  const low = await holdUnits(t.store, "A", 2);
  const out = await holdUnits(t.store, "A", 3);
  assert(low.status === "active" && out.status === "active");
  const expiry = START_MS + 300_000;
  assert.deepEqual((await eventsOf(t.redis)).slice(-4), [
    "stock.low A online 3",
    `hold.created ${low.holdId} ${expiry}  A online 2`,
    "stock.out A online 0",
    `hold.created ${out.holdId} ${expiry}  A online 3`,
  ]);
});

Deno.test("bounds that the contract keeps out are faults, and do not hurt the neighbours in the batch", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 10);
  const bad = ["nan", "-1", "0x10", " 5", "1.5", "0", "1000000001", "1e3", ""].map((quantity) =>
    assert.rejects(
      t.store.commit({
        verb: "hold",
        args: ["hold-x", 300, "", "A", "online", quantity, ""],
      }),
      /hold: .*(not a whole number|out of bounds)/,
    )
  );
  const good = holdUnits(t.store, "A", 1);
  await Promise.all(bad);
  assert.equal((await good).status, "active");
  assert.equal(await lineOf(t.store, "A"), "10/1");
});

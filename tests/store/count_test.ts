// The reply of lua/commands/count.lua.
import assert from "node:assert/strict";
import { countAll } from "../../src/catalogue/load.ts";
import { demoCatalogue } from "../../src/catalogue/demo.ts";
import { available, count, getInventory } from "../../src/store/inventory.ts";
import { eventsOf, lineOf, makeHold, openTestStore, stockUp } from "../support/store.ts";

Deno.test("counted: SKUs and locations come into being, others stay", async () => {
  await using t = await openTestStore();
  await count(t.store, { sku: "A", onHand: [["online", 5], ["store:S1", 0]] });
  await count(t.store, { sku: "A", onHand: [["store:S2", 7]] });
  assert.equal(await lineOf(t.store, "A", "online"), "5/0");
  assert.equal(await lineOf(t.store, "A", "store:S1"), "0/0");
  assert.equal(await lineOf(t.store, "A", "store:S2"), "7/0");
  assert.deepEqual(await t.redis.send("ZRANGE", "skus", "0", "-1"), ["A"]);
});

Deno.test("counted: a SKU may be in very many locations", async () => {
  await using t = await openTestStore();
  const onHand = Array.from({ length: 9000 }, (_, i): [string, number] => [`store:S${i}`, i]);
  await count(t.store, { sku: "A", onHand });
  assert.equal(await lineOf(t.store, "A", "store:S8999"), "8999/0");
  const outcome = await getInventory(t.store, "A");
  assert(outcome.status === "found" && outcome.lines.size === 9000);
});

Deno.test("counted: what is held stays held, and too little on hand makes none available", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 10);
  await makeHold(t.store, "A", 4);
  await stockUp(t.store, "A", 3);
  assert.equal(await lineOf(t.store, "A"), "3/4");
  const outcome = await getInventory(t.store, "A");
  assert(outcome.status === "found");
  assert.equal(available(outcome.lines.get("online")!), 0);
});

Deno.test("counted: the same count again is no event", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 10);
  await stockUp(t.store, "A", 10);
  assert.deepEqual(await eventsOf(t.redis), [
    "stock.back A online 10",
    "stock.adjusted A online 0 10 cycle_count ",
  ]);
});

Deno.test("a Redis that takes no commits for longer than a request may wait is waited for", async () => {
  await using t = await openTestStore({ timeoutMs: 200, redisSettings: {} });
  const counts = [...demoCatalogue()].slice(0, 50);
  await t.redis.send("CLIENT", "PAUSE", "1000", "WRITE");
  let repeats = 0;
  await countAll(t.store, counts, { onRepeat: () => repeats++ });
  assert(repeats > 0, "it did not wait");
  for (const { sku, onHand } of counts) {
    assert.equal(await lineOf(t.store, sku), `${onHand[0][1]}/0`);
  }
});

// Operations that travel in one commit see each other's changes, and are written as one.
import assert from "node:assert/strict";
import { getHold } from "../../src/store/holds/records.ts";
import { getInventory } from "../../src/store/inventory.ts";
import type { Operation } from "../../src/commits/operation.ts";
import {
  call,
  eventsOf,
  lineOf,
  openTestStore,
  START_MS,
  stockUp,
  type TestStore,
} from "../support/store.ts";

/** Sends these in one batch: they wait together while the one before them is on its way. */
async function inOneBatch(t: TestStore, operations: Operation[]) {
  const [, ...replies] = await Promise.all([
    t.store.commit({ verb: "spend", args: ["nobody", 10] }),
    ...operations.map((operation) => t.store.commit(operation)),
  ]);
  return replies;
}

const hold = (id: string, sku: string, location: string, units: number): Operation => ({
  verb: "hold",
  args: [id, 60, "", sku, location, units, ""],
});

Deno.test("a SKU that comes into being is there for the operations behind it", async () => {
  await using t = await openTestStore({ partitions: 1, ownTime: true });
  const replies = await inOneBatch(t, [
    { verb: "count", args: ["NEW", "online", 5, "store:S", 3] },
    hold("hold-1", "NEW", "online", 4),
    hold("hold-2", "NEW", "any", 2),
    hold("hold-3", "NEW", "online", 2),
    { verb: "transfer", args: ["NEW", "online", "store:T", 1] },
    { verb: "adjust", args: ["NEW", "store:S", "take", 9, "damaged", "", ""] },
  ]);
  assert.deepEqual(replies.map(([status]) => status), [
    "counted",
    "active",
    "active",
    "insufficient_stock",
    "transferred",
    "insufficient_stock",
  ]);
  assert.deepEqual(replies[2].slice(1), [`hold-2 ${START_MS + 60_000}  NEW store:S 2`, 1]);
  assert.deepEqual(replies[3].slice(1), [["NEW", "online", 2, 1, ["store:S", 1]]]);
  const outcome = await getInventory(t.store, "NEW");
  assert(outcome.status === "found");
  assert.deepEqual([...outcome.lines].sort(), [
    ["online", { onHand: 4, held: 4 }],
    ["store:S", { onHand: 3, held: 2 }],
    ["store:T", { onHand: 1, held: 0 }],
  ]);
});

Deno.test("a hold that begins and ends in one commit leaves nothing held and nothing to fall due", async () => {
  await using t = await openTestStore({ partitions: 1 });
  await stockUp(t.store, "A", 10);
  const replies = await inOneBatch(t, [
    hold("hold-1", "A", "online", 4),
    hold("hold-2", "A", "online", 6),
    { verb: "release", args: ["hold-1"] },
    { verb: "confirm", args: ["hold-2", "release", "refuse"] },
    { verb: "release", args: ["hold-1"] },
    hold("hold-3", "A", "online", 1),
    { verb: "extend", args: ["hold-3", 120] },
  ]);
  assert.deepEqual(replies.map(([status, field]) => status === "released" ? field : status), [
    "active",
    "active",
    4,
    "confirmed",
    4,
    "active",
    "extended",
  ]);
  assert.equal(await lineOf(t.store, "A"), "4/1");
  assert.deepEqual(await t.redis.send("ZRANGE", "holds_by_expiry", "0", "-1"), ["hold-3"]);
  assert.equal((await getHold(t.store, "hold-1")).status, "released");
  assert.equal(await t.redis.send("GET", "units_held"), "1");
  assert.deepEqual((await eventsOf(t.redis)).map((event) => event.split(" ")[0]), [
    "stock.back",
    "stock.adjusted",
    "hold.created",
    "stock.out",
    "hold.created",
    "stock.back",
    "hold.released",
    "hold.confirmed",
    "hold.created",
    "hold.extended",
  ]);
});

Deno.test("the same key twice in one commit has one effect", async () => {
  await using t = await openTestStore({ partitions: 1 });
  await stockUp(t.store, "A", 10);
  const request = { sku: "A" };
  const [, first, again] = await Promise.all([
    t.store.commit({ verb: "spend", args: ["nobody", 10] }),
    t.store.commit({ ...hold("hold-1", "A", "online", 4), request }, call("POST /hold", "k")),
    t.store.commit({ ...hold("hold-2", "A", "online", 4), request }, call("POST /hold", "k")),
  ]);
  assert.deepEqual(again, first);
  assert.equal(await lineOf(t.store, "A"), "10/4");
});

Deno.test("more events than one call can carry are all told", async () => {
  await using t = await openTestStore({ partitions: 1, ownTime: true });
  const places = Array.from({ length: 50 }, (_, i) => `store:S${i}`);
  const skus = Array.from({ length: 80 }, (_, i) => `SKU${i}`);
  await Promise.all(
    skus.map((sku) =>
      t.store.commit({ verb: "count", args: [sku, ...places.flatMap((place) => [place, 1])] })
    ),
  );
  await Promise.all(skus.map((sku) => {
    const wishes = places.flatMap((place) => [sku, place, 1, ""]);
    return t.store.commit({ verb: "hold", args: [`hold-${sku}`, 60, "", ...wishes] });
  }));
  await t.setTime(START_MS + 60_000);
  assert.equal(await t.store.settle(), skus.length);
  const events = await eventsOf(t.redis);
  assert.equal(events.filter((event) => event.startsWith("stock.back")).length, 4000 + 4000);
  assert.equal(events.filter((event) => event.startsWith("hold.expired")).length, skus.length);
});

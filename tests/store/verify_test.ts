// Verification: right while traffic goes on, finds what is wrong, and repairs only when asked.
import assert from "node:assert/strict";
import { confirm, extend, hold } from "../../src/store/holds/holds.ts";
import { readEvents } from "../../src/store/events/events.ts";
import { sell } from "../../src/store/sales.ts";
import type { Store } from "../../src/commits/store.ts";
import { settleAllDue } from "../../src/commits/sweep.ts";
import { verify } from "../../src/store/verification/verify.ts";
import {
  call,
  confirmHold,
  lineOf,
  makeHold,
  openTestStore,
  releaseHold,
  START_MS,
  stockUp,
  type TestStore,
} from "../support/store.ts";

const LOOK = { repair: false };
const REPAIR = { repair: true };
const SKUS = Array.from({ length: 7 }, (_, i) => `SKU${i}`);

/** Buyers who do at random whatever takes units or lets them go, until they are stopped. */
function startTraffic(store: Store, buyers: number) {
  let isOver = false;
  const pick = (count: number) => Math.floor(Math.random() * count);
  const line = () => ({
    sku: SKUS[pick(SKUS.length)],
    quantity: 1 + pick(3),
    location: pick(2) ? "online" : "store:S",
  });
  const take = (replaces?: string) => {
    const options = { ttl: 1 + pick(2), reference: pick(2) ? "basket" : undefined, replaces };
    return hold(store, { lines: [line(), line()], ...options }, call("POST /x"));
  };
  const sellPart = (hold_id: string) => {
    const remainder = pick(2) ? "keep" as const : "release" as const;
    const on_expired = pick(2) ? "refuse" as const : "reacquire" as const;
    const lines = SKUS.slice(pick(7)).map((sku) => ({ ...line(), sku, quantity: 1 })).slice(0, 1);
    return confirm(store, { hold_id, lines, remainder, on_expired }, call("POST /x"));
  };
  const buyer = async () => {
    const mine: string[] = [];
    let operations = 0;
    for (; !isOver; operations++) {
      const old = mine[pick(mine.length)];
      const action = old ? pick(mine.length > 20 ? 4 : 8) : 7;
      if (action <= 1) mine.splice(mine.indexOf(old), 1);
      if (action === 0) await confirmHold(store, old);
      else if (action === 1) await releaseHold(store, old);
      else if (action <= 3) await sellPart(old);
      else if (action === 4) await extend(store, { hold_id: old, ttl: 1 }, call("POST /x"));
      else if (action === 5) await sell(store, line(), call("POST /x"));
      else {
        const outcome = await take(action === 6 ? old : undefined);
        if (outcome.status === "active") mine.push(outcome.holdId);
      }
      if (mine.length > 30) mine.shift();
    }
    return operations;
  };
  const running = Array.from({ length: buyers }, buyer);
  const stop = async () => {
    isOver = true;
    return (await Promise.all(running)).reduce((sum, operations) => sum + operations, 0);
  };
  return { stop, [Symbol.asyncDispose]: async () => void await stop() };
}

async function openBusyStore(): Promise<TestStore> {
  const t = await openTestStore({ ownTime: true });
  for (const sku of SKUS) {
    await stockUp(t.store, sku, 1_000_000);
    await stockUp(t.store, sku, 1_000_000, "store:S");
  }
  // More than one step of the walk, and more than Redis keeps in one piece.
  await Promise.all(Array.from({ length: 1500 }, (_, i) => makeHold(t.store, SKUS[i % 7], 2)));
  return t;
}

Deno.test("nothing to find: an empty store, and one at rest", async () => {
  await using t = await openTestStore();
  const nothing = { drift_count: 0, drifts: [], orphan_count: 0, orphans: [] };
  assert.deepEqual(await verify(t.store, LOOK), { checked_skus: 0, checked_holds: 0, ...nothing });
  await stockUp(t.store, "A", 10);
  await stockUp(t.store, "B", 10, "store:S");
  await makeHold(t.store, "A", 3);
  await releaseHold(t.store, await makeHold(t.store, "A", 2));
  assert.deepEqual(await verify(t.store, LOOK), { checked_skus: 2, checked_holds: 1, ...nothing });
});

Deno.test("holds that are due and not settled are no drift", async () => {
  await using t = await openTestStore({ ownTime: true });
  await stockUp(t.store, "A", 10);
  await makeHold(t.store, "A", 3, 60);
  await t.setTime(START_MS + 60_000);
  assert.equal((await verify(t.store, LOOK)).drift_count, 0);
  await settleAllDue(t.store);
  assert.equal((await verify(t.store, LOOK)).drift_count, 0);
});

Deno.test("no drift is reported while traffic goes on", async () => {
  await using t = await openBusyStore();
  await using traffic = startTraffic(t.store, 40);
  for (let round = 0; round < 20; round++) {
    await t.setTime(START_MS + round * 200); // many holds expire on the way
    const findings = await verify(t.store, LOOK);
    assert.deepEqual(findings.drifts, [], `round ${round}`);
    assert.deepEqual(findings.orphans, []);
    assert(findings.checked_holds >= 1500);
  }
  const operations = await traffic.stop();
  assert(operations > 500, `${operations} operations`);
  assert.equal((await verify(t.store, LOOK)).drift_count, 0);
});

Deno.test("a planted drift is found exactly, and repaired exactly, while traffic goes on", async () => {
  await using t = await openBusyStore();
  await using traffic = startTraffic(t.store, 10);
  await t.redis.send("HINCRBY", "stock:SKU3", "held:online", "5");
  await t.redis.send("HINCRBY", "stock:SKU5", "held:online", "-4");
  const seen = await verify(t.store, LOOK);
  assert.deepEqual(
    seen.drifts.map(({ sku, location, held, expected, repaired }) => [
      sku,
      location,
      held - expected,
      repaired,
    ]).toSorted(),
    [["SKU3", "online", 5, false], ["SKU5", "online", -4, false]],
  );
  const mended = await verify(t.store, REPAIR);
  assert.deepEqual(mended.drifts.map(({ sku, repaired }) => [sku, repaired]).toSorted(), [
    ["SKU3", true],
    ["SKU5", true],
  ]);
  assert.equal((await verify(t.store, LOOK)).drift_count, 0);
  await traffic.stop();
  assert.equal((await verify(t.store, LOOK)).drift_count, 0);
});

Deno.test("nothing is changed unless asked; a repair is an event and keeps what is on hand", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 10);
  await makeHold(t.store, "A", 3);
  await t.redis.send("HSET", "stock:A", "held:online", "10");
  const drift = { sku: "A", location: "online", held: 10, expected: 3 };
  assert.deepEqual((await verify(t.store, LOOK)).drifts, [{ ...drift, repaired: false }]);
  assert.equal(await lineOf(t.store, "A"), "10/10");
  assert.deepEqual((await verify(t.store, REPAIR)).drifts, [{ ...drift, repaired: true }]);
  assert.equal(await lineOf(t.store, "A"), "10/3");
  const { items } = await readEvents(t.store, undefined, { limit: 100 });
  const [back, repaired] = items.slice(-2).map(({ id: _, at: __, ...event }) => event);
  assert.deepEqual(back, { kind: "stock.back", sku: "A", location: "online", available: 7 });
  assert.deepEqual(repaired, {
    kind: "stock.repaired",
    sku: "A",
    location: "online",
    held_before: 10,
    held_after: 3,
  });
});

Deno.test("two repairs at once repair once", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 10);
  await t.redis.send("HSET", "stock:A", "held:online", "4");
  await Promise.all(Array.from({ length: 5 }, () => verify(t.store, REPAIR)));
  const { items } = await readEvents(t.store, undefined, { limit: 100 });
  assert.equal(items.filter(({ kind }) => kind === "stock.repaired").length, 1);
  assert.equal(await lineOf(t.store, "A"), "10/0");
});

Deno.test("units held where no SKU is listed or counted are found", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 10);
  await makeHold(t.store, "A", 3);
  await t.redis.send("DEL", "stock:A");
  await t.redis.send("DEL", "skus");
  const { checked_skus, drifts } = await verify(t.store, LOOK);
  assert.equal(checked_skus, 1);
  assert.deepEqual(drifts, [
    { sku: "A", location: "online", held: 0, expected: 3, repaired: false },
  ]);
});

Deno.test("orphans: an entry whose record is missing, and one whose hold has ended", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 10);
  const lost = await makeHold(t.store, "A", 3);
  const ended = await makeHold(t.store, "A", 2);
  await t.redis.send("DEL", `hold:${lost}`);
  await releaseHold(t.store, ended);
  await t.redis.send("ZADD", "holds_by_expiry", String(Date.now() + 60_000), ended);
  const { checked_holds, drifts, orphan_count, orphans } = await verify(t.store, REPAIR);
  assert.equal(checked_holds, 0);
  assert.equal(orphan_count, 2);
  const byProblem = Object.fromEntries(orphans.map(({ hold_id, problem }) => [problem, hold_id]));
  assert.deepEqual(byProblem, { record_missing: lost, record_ended: ended });
  // What the lost hold had taken is given back.
  assert.deepEqual(drifts, [{
    sku: "A",
    location: "online",
    held: 3,
    expected: 0,
    repaired: true,
  }]);
  assert.equal(await lineOf(t.store, "A"), "10/0");
});

Deno.test("lua/commands/repair.lua: repaired, also where the line is busy; changed, where it may have been", async () => {
  await using t = await openTestStore({ partitions: 1 });
  await stockUp(t.store, "A", 10);
  await stockUp(t.store, "AA", 500);
  const repair = (drift: number, seenAt: string) =>
    t.store.commit({ verb: "repair", args: ["A", "online", drift, seenAt] });
  const end = async () => (await t.store.ask({ verb: "last_event", args: [] }))[1] as string;
  const sale = () =>
    sell(t.store, { sku: "AA", quantity: 1, location: "online" }, call("POST /simulate/sale"));

  const start = await end();
  await t.redis.send("HSET", "stock:A", "held:online", "2");
  await makeHold(t.store, "A", 3);
  assert.deepEqual(await repair(2, start), ["repaired", 5, 3]);
  assert.deepEqual(await repair(2, start), ["changed"], "it has been repaired since");
  const now = await end();
  // The last two travel in one commit, because two are on their way already.
  const [, , added, again] = await Promise.all([sale(), sale(), repair(-1, now), repair(-1, now)]);
  assert.deepEqual([added, again], [["repaired", 3, 4], ["changed"]]);
  assert.deepEqual(await repair(5, await end()), ["changed"], "so much is not held");
  const quiet = await end();
  for (let i = 0; i < 99; i++) await sale();
  assert.deepEqual(await repair(1, quiet), ["repaired", 4, 3]);
  const long = await end();
  for (let i = 0; i < 100; i++) await sale();
  assert.deepEqual(await repair(1, long), ["changed"], "too much has happened to tell");
  assert.equal(await lineOf(t.store, "A"), "10/3");
});

// Several partitions: where things live, lists and events over all of them.
import assert from "node:assert/strict";
import { partitionPrefix } from "../../src/commits/keys.ts";
import { keepPartitions } from "../../src/commits/partitions.ts";
import { patiently } from "../../src/commits/patience.ts";
import { readEvents } from "../../src/store/events/events.ts";
import { adjust } from "../../src/store/movements.ts";
import type { Position } from "../../src/store/events/positions.ts";
import { hold } from "../../src/store/holds/holds.ts";
import { listHolds } from "../../src/store/holds/records.ts";
import { getInventory, listInventory, queryInventory } from "../../src/store/inventory.ts";
import { call, confirmHold, connectStore, openTestStore, stockUp } from "../support/store.ts";
import { lines, makeCart, openStocked, PARTITIONS, SKUS } from "../support/carts.ts";
import { allEvents, replay } from "../support/replay.ts";

Deno.test("every key of a partition begins with its tag", async () => {
  await using t = await openStocked();
  await keepPartitions(t.store);
  await makeCart(t);
  const keys = await t.redis.send("KEYS", "*") as string[];
  assert(keys.length > 10);
  for (const key of keys) assert.match(key, /^\{[0-7]\}:/);
  for (const [i, sku] of SKUS.entries()) {
    assert.equal(await t.redis.send("EXISTS", `{${[3, 1, 7][i]}}:stock:${sku}`), 1);
  }
});

Deno.test("the number of partitions is kept, and another is found out", async () => {
  await using t = await openTestStore({ partitions: PARTITIONS, redisSettings: {} });
  assert.equal(await keepPartitions(t.store), PARTITIONS);
  assert.equal(await keepPartitions(t.store), PARTITIONS);
  for (const partitions of [1, 4]) {
    const other = await connectStore(t.redis.address, { partitions });
    assert.equal(await keepPartitions(other), PARTITIONS);
    other.close();
  }
  await using single = await openTestStore({ partitions: 1 });
  assert.equal(await keepPartitions(single.store), 1);
  const many = await connectStore(single.redis.address, { partitions: 2 });
  assert.equal(await keepPartitions(many), 1);
  many.close();
});

Deno.test("a store written before the number was kept has one partition", async () => {
  await using t = await openTestStore({ partitions: 1 });
  await stockUp(t.store, "A", 1);
  const many = await connectStore(t.redis.address, { partitions: 2 });
  assert.equal(await keepPartitions(many), 1);
  many.close();
});

Deno.test("a store that is slow to answer is not taken for a new one: it is asked until it has answered", async () => {
  await using t = await openTestStore({ partitions: 1 });
  await keepPartitions(t.store);
  const many = await connectStore(t.redis.address, { partitions: 2, timeoutMs: 200 });
  await t.redis.send("CLIENT", "PAUSE", "1000", "ALL");
  let repeats = 0;
  assert.equal(await patiently(() => keepPartitions(many), { onRepeat: () => repeats++ }), 1);
  assert(repeats > 0, "it did not wait");
  many.close();
});

Deno.test("lists and events of all partitions are one, page by page", async () => {
  await using t = await openTestStore({ partitions: PARTITIONS, ownTime: true });
  const skus = Array.from({ length: 40 }, (_, i) => `S${String(i).padStart(2, "0")}`);
  for (const sku of skus) await stockUp(t.store, sku, 5);
  const listed: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listInventory(t.store, { prefix: "S", limit: 7, cursor });
    assert(page.status === "page" && page.items.length <= 7);
    listed.push(...page.items.map(({ sku }) => sku));
    cursor = page.nextCursor;
  } while (cursor);
  assert.deepEqual(listed, skus);
  const { items, missing } = await queryInventory(t.store, ["S05", "NONE", "S03"]);
  assert.deepEqual([items.map(({ sku }) => sku), missing], [["S05", "S03"], ["NONE"]]);

  const holdIds: string[] = [];
  for (const [i, sku] of skus.entries()) {
    const request = { lines: [{ sku, quantity: 1, location: "online" }], ttl: 10 + (i * 7) % 20 };
    const outcome = await hold(t.store, request, call("POST /hold"));
    assert(outcome.status === "active");
    holdIds.push(outcome.holdId);
  }
  const found = [];
  do {
    const page = await listHolds(t.store, { limit: 9, cursor });
    assert(page.status === "found");
    found.push(...page.holds);
    cursor = page.nextCursor;
  } while (cursor);
  assert.deepEqual(found.map(({ holdId }) => holdId).toSorted(), holdIds.toSorted());
  const expiries = found.map(({ expiresAtMs }) => expiresAtMs);
  assert.deepEqual(expiries, expiries.toSorted((a, b) => a - b));

  const whole = (await readEvents(t.store, undefined, { limit: 1000 })).items;
  assert.equal(whole.length, 3 * skus.length); // counted, which makes it low, and held
  for (const limit of [1, 7]) {
    const ids: string[] = [];
    let after: Position | undefined;
    for (let more = true; more;) {
      const page = await readEvents(t.store, after, { limit });
      ids.push(...page.items.map((event) => JSON.stringify({ ...event, id: "" })));
      [after, more] = [page.next, page.hasMore];
    }
    assert.deepEqual(
      ids.toSorted(),
      whole.map((event) => JSON.stringify({ ...event, id: "" })).toSorted(),
    );
  }
});

Deno.test("a cart over partitions is one event to callers, and the parts' own are not shown", async () => {
  await using t = await openStocked();
  const { next } = await readEvents(t.store, undefined, { limit: 100 });
  await confirmHold(t.store, await makeCart(t));
  const { items } = await readEvents(t.store, next, { limit: 100 });
  const holds = items.filter(({ kind }) => kind.startsWith("hold."));
  assert.deepEqual(holds.map(({ kind }) => kind), ["hold.created", "hold.confirmed"]);
  assert(items.every(({ kind }) => !String(kind).startsWith("part.")));
  const streams = await Promise.all(
    [1, 3, 7].map((partition) =>
      t.redis.send("XLEN", `${partitionPrefix(partition, PARTITIONS)}events`)
    ),
  );
  assert(streams.every((length) => Number(length) >= 3));
  assert.equal((await getInventory(t.store, "A")).status, "found");
});

Deno.test("events tell in the order of their commits, whatever their partitions: what was before is what they made", async () => {
  await using t = await openStocked(1000);
  const receive = (sku: string) =>
    adjust(
      t.store,
      { sku, location: "online", delta: 1, reason: "received" },
      call("POST /adjust"),
    );
  // Several of these fall into one millisecond.
  for (let i = 0; i < 100; i++) {
    const holdId = await makeCart(t, 1);
    for (const sku of SKUS) await receive(sku);
    await confirmHold(t.store, holdId);
    for (const sku of SKUS) await receive(sku);
  }
  const replayed = replay(await allEvents(t.store));
  for (const sku of SKUS) {
    assert.deepEqual(replayed.get(`${sku} online`), { onHand: 1100, held: 0 });
  }
});

Deno.test("what is kept no longer is said to be missing once, however late a partition's turn comes", async () => {
  await using t = await openTestStore({ partitions: PARTITIONS });
  const before = (await readEvents(t.store, undefined, { limit: 1 })).next;
  for (const sku of SKUS) {
    for (let units = 1; units <= 10; units++) await stockUp(t.store, sku, units);
  }
  for (const partition of [3, 1, 7]) {
    await t.redis.send("XTRIM", `{${partition}}:events`, "MAXLEN", "8");
  }
  const whole = await allEvents(t.store);
  for (const from of [undefined, before]) {
    const said: boolean[] = [];
    const items = [];
    let after: Position | undefined = from;
    for (let more = true; more;) {
      const page = await readEvents(t.store, after, { limit: 5 });
      said.push(page.truncated);
      items.push(...page.items);
      [after, more] = [page.next, page.hasMore];
    }
    assert.deepEqual(items, whole);
    assert(said.length > 4);
    assert.deepEqual(said, said.map((_, i) => i === 0 && from !== undefined));
  }
});

Deno.test("events go on where the clock of Redis was set back", async () => {
  await using t = await openStocked();
  const ahead = Date.now() + 3_600_000;
  for (const partition of [3, 1, 7]) {
    const words = ["stock.sold", "Z online 1"];
    await t.redis.send("XADD", `{${partition}}:events`, `${ahead}-5`, ...words);
  }
  await confirmHold(t.store, await makeCart(t));
  const kinds = (await allEvents(t.store)).slice(-2).map(({ kind }) => kind);
  assert.deepEqual(kinds, ["hold.created", "hold.confirmed"]);
  assert.deepEqual(await lines(t), ["8/0", "8/0", "8/0"]);
});

Deno.test("of two entries in one millisecond the one of the earlier microsecond is told first", async () => {
  await using t = await openTestStore({ partitions: PARTITIONS });
  const entries = [[1, 700], [3, 200], [7, 450], [1, 900], [3, 800]];
  for (const [partition, micros] of entries) {
    const words = ["stock.sold", `A online ${micros}`];
    await t.redis.send("XADD", `{${partition}}:events`, `1000-${micros}`, ...words);
  }
  const told = (await allEvents(t.store)).map((event) => "quantity" in event && event.quantity);
  assert.deepEqual(told, [200, 450, 700, 800, 900]);
});

Deno.test("the id of an entry says the microsecond of its commit", async () => {
  await using t = await openTestStore({ partitions: PARTITIONS });
  for (let units = 1; units <= 50; units++) await stockUp(t.store, "A", units);
  const entries = await t.redis.send("XRANGE", "{3}:events", "-", "+") as [string][];
  const micros = entries.map(([id]) => Number(id.split("-")[1]));
  assert.equal(entries.length, 50);
  assert(
    Math.max(...micros) > 50,
    `a count within the millisecond would not get so far: ${micros}`,
  );
  assert(Math.max(...micros) < 1000);
});

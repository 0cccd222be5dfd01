// Several partitions: where things live, carts over them, keys, lists and events.
import assert from "node:assert/strict";
import { commitUnderClaim, takeClaim } from "../../src/commits/claims.ts";
import { StoreFault } from "../../src/redis/faults.ts";
import { getHold, listHolds } from "../../src/store/holds/records.ts";
import { homeOf } from "../../src/commits/hold_ids.ts";
import { confirm, extend, hold } from "../../src/store/holds/holds.ts";
import { readEvents } from "../../src/store/events/events.ts";
import { getInventory, listInventory, queryInventory } from "../../src/store/inventory.ts";
import { partitionPrefix } from "../../src/commits/keys.ts";
import { keepPartitions } from "../../src/commits/partitions.ts";
import { settleDueParts } from "../../src/commits/parts.ts";
import { adjust } from "../../src/store/movements.ts";
import type { Position } from "../../src/store/events/positions.ts";
import { sell } from "../../src/store/sales.ts";
import { settleAllDue } from "../../src/commits/sweep.ts";
import { verify } from "../../src/store/verification/verify.ts";
import { allEvents, replay } from "../support/replay.ts";
import {
  call,
  confirmHold,
  connectStore,
  holdUnits,
  lineOf,
  makeHold,
  openTestStore,
  releaseHold,
  START_MS,
  stockUp,
  type TestStore,
} from "../support/store.ts";

const PARTITIONS = 8;
/** In partitions 3, 1 and 7. */
const SKUS = ["A", "B", "C"];

async function openStocked(units = 10): Promise<TestStore> {
  const t = await openTestStore({ partitions: PARTITIONS, ownTime: true });
  for (const sku of SKUS) await stockUp(t.store, sku, units);
  return t;
}

const cart = (quantity = 2, ttl = 60) => ({
  lines: SKUS.map((sku) => ({ sku, quantity, location: "online" })),
  ttl,
});

async function makeCart(t: TestStore, quantity = 2, ttl = 60): Promise<string> {
  const outcome = await hold(t.store, cart(quantity, ttl), call("POST /holds"));
  assert(outcome.status === "active");
  return outcome.holdId;
}

const lines = (t: TestStore) => Promise.all(SKUS.map((sku) => lineOf(t.store, sku)));

async function assertSound(t: TestStore): Promise<void> {
  const { drifts, orphans } = await verify(t.store, { repair: false });
  assert.deepEqual([drifts, orphans], [[], []]);
}

async function sweepAll(t: TestStore): Promise<void> {
  for (let partition = 0; partition < PARTITIONS; partition++) {
    await settleAllDue(t.store, partition);
    await settleDueParts(t.store, partition);
  }
}

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

Deno.test("a cart over partitions: held, shown, and confirmed everywhere", async () => {
  await using t = await openStocked();
  const holdId = await makeCart(t);
  assert.match(holdId, /^hold-7c-/);
  assert.deepEqual(await lines(t), ["10/2", "10/2", "10/2"]);
  const found = await getHold(t.store, holdId);
  assert(found.status === "active");
  assert.deepEqual(found.lines.map(({ sku }) => sku).toSorted(), SKUS);
  await assertSound(t);
  assert.equal((await confirmHold(t.store, holdId)).status, "confirmed");
  assert.deepEqual(await lines(t), ["8/0", "8/0", "8/0"]);
  await assertSound(t);
});

Deno.test("a cart over partitions: released everywhere, and only once", async () => {
  await using t = await openStocked();
  const holdId = await makeCart(t);
  assert.equal((await releaseHold(t.store, holdId)).status, "released");
  assert.equal((await releaseHold(t.store, holdId)).status, "released");
  assert.deepEqual(await lines(t), ["10/0", "10/0", "10/0"]);
  await assertSound(t);
});

Deno.test("a cart that is short anywhere takes nothing anywhere, and says all that is short", async () => {
  await using t = await openStocked();
  await stockUp(t.store, "A", 1);
  await stockUp(t.store, "C", 1);
  const outcome = await hold(t.store, cart(), call("POST /holds"));
  assert(outcome.status === "insufficient_stock");
  assert.deepEqual(outcome.shortages.map(({ sku }) => sku).toSorted(), ["A", "C"]);
  assert.deepEqual(await lines(t), ["1/0", "10/0", "1/0"]);
  const request = { lines: [...cart().lines, { sku: "NONE", quantity: 1, location: "online" }] };
  const unknown = await hold(t.store, { ...request, ttl: 60 }, call("POST /holds"));
  assert.deepEqual(unknown, { status: "sku_not_found", sku: "NONE" });
  assert.deepEqual(await lines(t), ["1/0", "10/0", "1/0"]);
  await assertSound(t);
});

Deno.test("a part of a cart is confirmed, the rest kept, and then released", async () => {
  await using t = await openStocked();
  const hold_id = await makeCart(t, 4);
  const sold = [{ sku: "B", quantity: 1, location: "online" }, {
    sku: "A",
    quantity: 4,
    location: "online",
  }];
  const part = { hold_id, lines: sold, remainder: "keep" as const, on_expired: "refuse" as const };
  const kept = await confirm(t.store, part, call("POST /confirm"));
  assert(kept.status === "partly_confirmed");
  assert.deepEqual(await lines(t), ["6/0", "9/3", "10/4"]);
  await assertSound(t);
  const rest = {
    ...part,
    lines: [{ sku: "C", quantity: 1, location: "online" }],
    remainder: "release" as const,
  };
  assert.equal((await confirm(t.store, rest, call("POST /confirm"))).status, "confirmed");
  assert.deepEqual(await lines(t), ["6/0", "9/0", "9/0"]);
  await assertSound(t);
});

Deno.test("a cart that expires comes back everywhere, at the first look behind that moment", async () => {
  await using t = await openStocked();
  const holdId = await makeCart(t, 2, 60);
  await t.setTime(START_MS + 59_999);
  assert.deepEqual(await lines(t), ["10/2", "10/2", "10/2"]);
  await t.setTime(START_MS + 60_000);
  assert.deepEqual(await lines(t), ["10/0", "10/0", "10/0"]);
  assert.equal((await getHold(t.store, holdId)).status, "expired");
  await assertSound(t);
  await sweepAll(t);
  assert.deepEqual(await lines(t), ["10/0", "10/0", "10/0"]);
});

Deno.test("nobody is refused for want of units that a cart has given back by then", async () => {
  await using t = await openStocked();
  const wants: ((sku: string, key?: string) => Promise<{ status: string }>)[] = [
    (sku, key) => holdUnits(t.store, sku, 10, { key, ttl: 1 }),
    (sku, key) => sell(t.store, { sku, quantity: 10, location: "online" }, call("POST /sale", key)),
  ];
  for (const [i, want] of wants.entries()) {
    for (const [j, sku] of SKUS.entries()) {
      const startMs = START_MS + (3 * i + j) * 100_000;
      await t.setTime(startMs);
      for (const each of SKUS) await stockUp(t.store, each, 10);
      await makeCart(t, 2, 60);
      await t.setTime(startMs + 59_999);
      assert.equal((await want(sku)).status, "insufficient_stock");
      await t.setTime(startMs + 60_000);
      const outcome = await want(sku, `k${i}${j}`);
      assert(["active", "sold"].includes(outcome.status), `${sku}: ${outcome.status}`);
      assert.deepEqual(await want(sku, `k${i}${j}`), outcome, "and that is kept under the key");
    }
  }
});

Deno.test("a part whose home is out of reach keeps its units, and others are refused rather than kept waiting", async () => {
  await using t = await openStocked();
  await makeCart(t, 2, 60);
  await t.setTime(START_MS + 60_000);
  const { store } = t;
  const commit = store.commit;
  store.commit = (operation, call) =>
    operation.verb === "judge_part"
      ? Promise.reject(new StoreFault("store_unavailable", "home is away"))
      : commit.call(store, operation, call);
  assert.equal((await holdUnits(store, "A", 10)).status, "insufficient_stock");
  assert.equal((await holdUnits(store, "A", 8)).status, "active");
  store.commit = commit;
  assert.equal((await holdUnits(store, "A", 2)).status, "active");
});

Deno.test("a part that asks before its hold has expired waits on, also when the hold was extended", async () => {
  await using t = await openStocked();
  const hold_id = await makeCart(t, 2, 10);
  await t.setTime(START_MS + 5_000);
  assert.equal(
    (await extend(t.store, { hold_id, ttl: 60 }, call("POST /extend"))).status,
    "extended",
  );
  await t.setTime(START_MS + 64_999);
  await sweepAll(t);
  assert.deepEqual(await lines(t), ["10/2", "10/2", "10/2"]);
  await t.setTime(START_MS + 65_000);
  await sweepAll(t);
  assert.deepEqual(await lines(t), ["10/0", "10/0", "10/0"]);
});

Deno.test("a cart that nobody decided: its parts come back, and a decision that comes too late is none", async () => {
  await using t = await openStocked();
  const holdId = "hold-7c-11111111-1111-4111-8111-111111111111";
  const wish = ["B", "online", 2, ""];
  await t.store.commit({ verb: "take_part", args: [holdId, 60, 1, ...wish], partition: 1 });
  assert.equal(await lineOf(t.store, "B"), "10/2");
  await assertSound(t);
  await t.setTime(START_MS + 60_000);
  await sweepAll(t);
  assert.equal(await lineOf(t.store, "B"), "10/0");
  const elsewhere = JSON.stringify({ taken: [["B", "online", 2, 8, 1]] });
  const args = [holdId, 60, "", elsewhere, "C", "online", 2, ""];
  assert.deepEqual(await t.store.commit({ verb: "hold_cart", args, partition: 7 }), ["given_up"]);
  assert.deepEqual(await lines(t), ["10/0", "10/0", "10/0"]);
  assert.equal((await getHold(t.store, holdId)).status, "hold_not_found");
});

Deno.test("verdicts that come twice, late or out of order change nothing", async () => {
  await using t = await openStocked();
  const holdId = await makeCart(t, 4);
  const judge = async () => {
    const operation = { verb: "judge_part" as const, args: [holdId, 1], partition: 7 };
    return (await t.store.commit(operation))[1] as string;
  };
  const settle = (verdict: string) =>
    t.store.commit({ verb: "settle_part", args: [holdId, verdict], partition: 1 });
  const early = await judge();
  assert.equal((await confirmHold(t.store, holdId)).status, "confirmed");
  const late = await judge();
  for (const verdict of [late, early, late]) {
    assert.deepEqual(await settle(verdict), ["nothing_new"]);
  }
  assert.deepEqual(await lines(t), ["6/0", "6/0", "6/0"]);
});

Deno.test("a cart under a key: the same answer again, and the same request at once is one hold", async () => {
  await using t = await openStocked(2);
  const outcomes = await Promise.all(
    Array.from({ length: 16 }, () => hold(t.store, cart(), call("POST /holds", "k"))),
  );
  for (const outcome of outcomes) assert.deepEqual(outcome, outcomes[0]);
  assert.equal(outcomes[0].status, "active");
  assert.deepEqual(await lines(t), ["2/2", "2/2", "2/2"]);
  assert.deepEqual(await hold(t.store, cart(), call("POST /holds", "k")), outcomes[0]);
  const other = await hold(t.store, cart(1), call("POST /holds", "k"));
  assert.deepEqual(other, { status: "idempotency_key_reused" });
  await assertSound(t);
});

Deno.test("a key belongs to one request, wherever its effect is", async () => {
  await using t = await openStocked();
  const take = (sku: string, key: string) => {
    const request = { lines: [{ sku, quantity: 1, location: "online" }], ttl: 60 };
    return hold(t.store, request, call("POST /hold", key));
  };
  for (const key of ["k1", "k2", "k3", "k4", "k5"]) {
    const first = await take("A", key);
    assert.equal(first.status, "active");
    assert.deepEqual(await take("A", key), first);
    assert.equal((await take("B", key)).status, "idempotency_key_reused");
    assert.equal((await take("C", key)).status, "idempotency_key_reused");
  }
  assert.deepEqual(await lines(t), ["10/5", "10/0", "10/0"]);
});

Deno.test("exceeds_held_quantity is kept, wherever the key belongs", async () => {
  await using t = await openStocked();
  const hold_id = await makeCart(t);
  const part = (quantity: number, key: string) => {
    const sold = [{ sku: "A", quantity, location: "online" }];
    const request = {
      hold_id,
      lines: sold,
      remainder: "keep" as const,
      on_expired: "refuse" as const,
    };
    return confirm(t.store, request, call("POST /confirm", key));
  };
  const keys = ["k1", "k2", "k3", "k4"];
  const first = await Promise.all(keys.map((key) => part(3, key)));
  for (const { status } of first) assert.equal(status, "exceeds_held_quantity");
  for (const key of keys) assert.equal((await part(1, key)).status, "idempotency_key_reused");
  assert.equal((await confirmHold(t.store, hold_id)).status, "confirmed");
  assert.deepEqual(await Promise.all(keys.map((key) => part(3, key))), first);
});

Deno.test("a key whose request decided nothing is free again", async () => {
  await using t = await openStocked();
  const key = "k";
  const request = { ...cart(), lines: [{ sku: "A", quantity: 1, location: "online" }] };
  const claim = await takeClaim(t.store, call("POST /hold", key), { request, keepSeconds: 60 });
  assert.equal(claim.status, "claimed");
  const away = () => Promise.reject(new StoreFault("store_unavailable", "its partition is away"));
  await assert.rejects(commitUnderClaim(claim, away), StoreFault);
  for (const sku of ["B", "C"]) {
    const other = { ...request, lines: [{ ...request.lines[0], sku }] };
    const { status } = await hold(t.store, other, call("POST /hold", key));
    assert.equal(status, sku === "B" ? "active" : "idempotency_key_reused");
  }
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

Deno.test("a hold is replaced by a cart in one step; what is not at its home is taken before the old units are back", async () => {
  await using t = await openStocked(3);
  const replaces = await makeCart(t, 2);
  const full = await hold(t.store, { ...cart(2), replaces }, call("POST /holds"));
  assert(full.status === "insufficient_stock");
  assert.deepEqual(full.shortages.map(({ sku }) => sku), ["A", "B"], "at home, C would fit");
  assert.equal((await getHold(t.store, replaces)).status, "active");
  assert.deepEqual(await lines(t), ["3/2", "3/2", "3/2"]);
  const fits = await hold(t.store, { ...cart(1), replaces }, call("POST /holds"));
  assert.equal(fits.status, "active");
  assert.equal((await getHold(t.store, replaces)).status, "released");
  assert.deepEqual(await lines(t), ["3/1", "3/1", "3/1"]);
  const unknown = { ...cart(1), replaces: "hold-nosuch" };
  assert.equal((await hold(t.store, unknown, call("POST /holds"))).status, "hold_not_found");
  assert.deepEqual(await lines(t), ["3/1", "3/1", "3/1"]);
  await assertSound(t);
});

Deno.test("the end of a replaced hold belongs to the birth of the new one: both are decided at one home", async () => {
  await using t = await openStocked();
  for (const sku of SKUS) {
    const replaces = await makeHold(t.store, sku, 1);
    const outcome = await hold(t.store, { ...cart(1), replaces }, call("POST /holds"));
    assert(outcome.status === "active");
    assert.equal(homeOf(t.store, outcome.holdId), homeOf(t.store, replaces));
    assert.equal((await confirmHold(t.store, replaces)).status, "hold_released");
    await releaseHold(t.store, outcome.holdId);
    assert.deepEqual(await lines(t), ["10/0", "10/0", "10/0"]);
  }
  const elsewhere = await makeHold(t.store, "C", 1);
  const request = { lines: cart(1).lines.slice(0, 2), ttl: 60, replaces: elsewhere };
  const outcome = await hold(t.store, request, call("POST /holds"));
  assert(outcome.status === "active", "no line of it is at home");
  assert.deepEqual(await lines(t), ["10/1", "10/1", "10/0"]);
  assert.equal((await confirmHold(t.store, outcome.holdId)).status, "confirmed");
  assert.deepEqual(await lines(t), ["9/0", "9/0", "10/0"]);
  await assertSound(t);
});

Deno.test("a hold that is confirmed while a cart replaces it: one of both is sold", async () => {
  await using t = await openStocked(1000);
  const seen = new Set<string>();
  for (let round = 0; round < 40; round++) {
    const replaces = round % 2 ? await makeCart(t, 1) : await makeHold(t.store, SKUS[round % 3], 1);
    const confirming = async () => {
      for (let turn = 0; turn < round % 8; turn++) await new Promise((go) => setTimeout(go));
      return await confirmHold(t.store, replaces);
    };
    const [cartOutcome, confirmed] = await Promise.all([
      hold(t.store, { ...cart(1), replaces }, call("POST /holds", `k${round}`)),
      confirming(),
    ]);
    const statuses = `${cartOutcome.status} ${confirmed.status}`;
    assert(
      ["active hold_released", "hold_confirmed confirmed"].includes(statuses),
      `round ${round}: ${statuses}`,
    );
    seen.add(statuses);
    if (cartOutcome.status === "active") await releaseHold(t.store, cartOutcome.holdId);
  }
  assert.equal(seen.size, 2, "both have won");
  await sweepAll(t);
  await assertSound(t);
});

Deno.test("a repeat of a replacing cart finishes what the first sending began", async () => {
  await using t = await openStocked();
  const replaces = await makeCart(t, 2);
  const request = { ...cart(1), replaces };
  const { store } = t;
  const commit = store.commit;
  // The service dies as soon as home has decided: the parts of the old hold are not told.
  store.commit = (operation, call) =>
    operation.verb === "judge_part"
      ? Promise.reject(new StoreFault("outcome_unknown", "dead"))
      : commit.call(store, operation, call);
  const first = await hold(store, request, call("POST /holds", "k"));
  assert(first.status === "active");
  store.commit = commit;
  assert.equal((await confirmHold(store, replaces)).status, "hold_released");
  assert.deepEqual(await hold(store, request, call("POST /holds", "k")), first);
  assert.deepEqual(await lines(t), ["10/1", "10/1", "10/1"]);
  await assertSound(t);
});

Deno.test("a hold to replace does not count against its owner's limits, wherever the cart is", async () => {
  await using t = await openTestStore({ partitions: PARTITIONS, maxActiveHoldsPerKey: 1 });
  for (const sku of SKUS) await stockUp(t.store, sku, 10);
  const mine = { ...call("POST /holds"), owner: "shop" };
  let replaces: string | undefined;
  for (let round = 0; round < 4; round++) {
    const lines = round % 2 ? cart(1).lines : cart(1).lines.slice(0, 2);
    const outcome = await hold(t.store, { lines, ttl: 60, replaces }, mine);
    assert(outcome.status === "active", outcome.status);
    replaces = outcome.holdId;
  }
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

Deno.test("claim: claimed, pending while it is leased, known after; another request is refused; unclaim frees it", async () => {
  await using t = await openTestStore({ partitions: PARTITIONS, ownTime: true });
  const claim = (fingerprint: string, attempt: string, leaseMs = 1000) =>
    t.store.commit({ verb: "claim", args: ["k", fingerprint, 60, attempt, leaseMs] });
  assert.deepEqual(await claim("f", "a1"), ["claimed"]);
  assert.deepEqual(await claim("f", "a2"), ["pending"]);
  assert.deepEqual(await claim("g", "a3"), ["idempotency_key_reused"]);
  await t.setTime(START_MS + 1000);
  assert.deepEqual(await claim("f", "a4"), ["known"]);
  const unclaim = (attempt: string) => t.store.commit({ verb: "unclaim", args: ["k", attempt] });
  assert.deepEqual(await unclaim("a1"), ["unclaimed"]);
  assert.deepEqual(await claim("g", "a5"), ["idempotency_key_reused"], "a4 has it");
  assert.deepEqual(await unclaim("a4"), ["unclaimed"]);
  assert.deepEqual(await claim("g", "a6", 0), ["claimed"]);
  assert.deepEqual(await claim("g", "a7", 0), ["known"]);
});

Deno.test("carts for the same last units, asked for in any order: exactly one gets them", async () => {
  await using t = await openStocked(1);
  for (let round = 0; round < 10; round++) {
    const carts = Array.from({ length: 8 }, (_, i) => {
      const { lines } = cart(1);
      return { lines: i % 2 ? lines : lines.toReversed(), ttl: 60 };
    });
    const outcomes = await Promise.all(
      carts.map((request) => hold(t.store, request, call("POST /holds"))),
    );
    const made = outcomes.filter((outcome) => outcome.status === "active");
    assert.equal(made.length, 1);
    await releaseHold(t.store, made[0].holdId);
    assert.deepEqual(await lines(t), ["1/0", "1/0", "1/0"]);
  }
});

Deno.test("a service that dies between any two steps of a cart leaves one outcome, and no unit held", async () => {
  const id = "hold-7c-22222222-2222-4222-8222-222222222222";
  const taken = JSON.stringify({ taken: [["B", "online", 2, 8, 1], ["A", "online", 2, 8, 3]] });
  const step = (verb: "take_part" | "hold_cart" | "confirm" | "release", partition: number) =>
  (
    ...args: (string | number)[]
  ) =>
  (t: TestStore) => t.store.commit({ verb, args: [id, ...args], partition });
  const follow = (partition: number) => async (t: TestStore) => {
    const judge = { verb: "judge_part" as const, args: [id, partition], partition: 7 };
    const [, verdict] = await t.store.commit(judge) as [string, string];
    return await t.store.commit({ verb: "settle_part", args: [id, verdict], partition });
  };
  const making = [
    step("take_part", 1)(60, 1, "B", "online", 2, ""),
    step("take_part", 3)(60, 1, "A", "online", 2, ""),
    step("hold_cart", 7)(60, "", taken, "C", "online", 2, ""),
  ];
  const endings = {
    sold: [step("confirm", 7)("release", "refuse"), follow(1), follow(3)],
    returned: [step("release", 7)(), follow(1), follow(3)],
  };
  for (const [ending, ends] of Object.entries(endings)) {
    const steps = [...making, ...ends];
    for (let done = 0; done <= steps.length; done++) {
      await using t = await openStocked();
      for (const each of steps.slice(0, done)) await each(t);
      await assertSound(t);
      await t.setTime(START_MS + 63_000);
      await sweepAll(t);
      await sweepAll(t);
      const isSold = ending === "sold" && done > making.length;
      const left = isSold ? "8/0" : "10/0";
      assert.deepEqual(await lines(t), [left, left, left], `${ending}, ${done} steps done`);
      await assertSound(t);
    }
  }
});

Deno.test("a repeat that fails does not free a key whose request has had its effect", async () => {
  await using t = await openStocked();
  const request = { lines: [{ sku: "A", quantity: 1, location: "online" }], ttl: 60 };
  const keyOf = (i: number) => `k${i}`;
  const key = keyOf(
    Array.from({ length: 100 }, (_, i) => i)
      .find((i) => t.store.partitionOf(keyOf(i)) !== t.store.partitionOf("A"))!,
  );
  assert.equal((await hold(t.store, request, call("POST /hold", key))).status, "active");
  const claim = await takeClaim(t.store, call("POST /hold", key), { request, keepSeconds: 60 });
  assert.equal(claim.status, "known");
  const away = () => Promise.reject(new StoreFault("store_unavailable", "its partition is away"));
  await assert.rejects(commitUnderClaim(claim, away), StoreFault);
  const other = { ...request, lines: [{ ...request.lines[0], sku: "B" }] };
  const reused = await hold(t.store, other, call("POST /hold", key));
  assert.equal(reused.status, "idempotency_key_reused");
  assert.deepEqual(await lines(t), ["10/1", "10/0", "10/0"]);
});

// Parts of carts over partitions: they fall due with their hold, ask home, and follow what it decided.
import assert from "node:assert/strict";
import { StoreFault } from "../../src/redis/faults.ts";
import { extend } from "../../src/store/holds/holds.ts";
import { getHold } from "../../src/store/holds/records.ts";
import { sell } from "../../src/store/sales.ts";
import {
  call,
  confirmHold,
  holdUnits,
  lineOf,
  START_MS,
  stockUp,
  type TestStore,
} from "../support/store.ts";
import { assertSound, lines, makeCart, openStocked, SKUS, sweepAll } from "../support/carts.ts";

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

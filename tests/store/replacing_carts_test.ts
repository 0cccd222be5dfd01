// Carts over partitions that take the place of another hold: one ends and the other begins in one commit.
import assert from "node:assert/strict";
import { homeOf } from "../../src/commits/hold_ids.ts";
import { StoreFault } from "../../src/redis/faults.ts";
import { hold } from "../../src/store/holds/holds.ts";
import { getHold } from "../../src/store/holds/records.ts";
import {
  call,
  confirmHold,
  makeHold,
  openTestStore,
  releaseHold,
  stockUp,
} from "../support/store.ts";
import {
  assertSound,
  cart,
  lines,
  makeCart,
  openStocked,
  PARTITIONS,
  SKUS,
  sweepAll,
} from "../support/carts.ts";

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
  assert.deepEqual(await lines(t), ["10/3", "10/3", "10/1"], "where the old one is still held");
  assert.deepEqual(await hold(store, request, call("POST /holds", "k")), first);
  assert.deepEqual(await lines(t), ["10/1", "10/1", "10/1"]);
  assert.equal((await confirmHold(store, replaces)).status, "hold_released");
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

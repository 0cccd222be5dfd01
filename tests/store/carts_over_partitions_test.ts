// Carts whose lines are in several partitions: held, sold and given back everywhere or nowhere.
import assert from "node:assert/strict";
import { confirm, hold } from "../../src/store/holds/holds.ts";
import { getHold } from "../../src/store/holds/records.ts";
import { call, confirmHold, releaseHold, stockUp } from "../support/store.ts";
import { assertSound, cart, lines, makeCart, openStocked, SKUS } from "../support/carts.ts";

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

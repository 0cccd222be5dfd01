// Idempotency keys with several partitions: claimed where the key belongs, kept where the effect is.
import assert from "node:assert/strict";
import { commitUnderClaim, takeClaim } from "../../src/commits/claims.ts";
import { StoreFault } from "../../src/redis/faults.ts";
import { confirm, hold } from "../../src/store/holds/holds.ts";
import { call, confirmHold, openTestStore, START_MS } from "../support/store.ts";
import { assertSound, cart, lines, makeCart, openStocked, PARTITIONS } from "../support/carts.ts";

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

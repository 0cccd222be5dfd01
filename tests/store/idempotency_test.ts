// One effect per key, and every decision of the script kept under it.
import assert from "node:assert/strict";
import { hold } from "../../src/store/holds/holds.ts";
import { sell } from "../../src/store/sales.ts";
import {
  call,
  confirmHold,
  lineOf,
  makeHold,
  openTestStore,
  releaseHold,
  START_MS,
  stockUp,
} from "../support/store.ts";

const line = { sku: "A", quantity: 3, location: "online" };
const request = { lines: [line], ttl: 300 };

Deno.test("the same key and request: the first outcome again, with the first request's id", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 10);
  const first = call("POST /hold", "k");
  const second = call("POST /hold", "k");
  const outcome = await hold(t.store, request, first);
  assert.deepEqual(await hold(t.store, request, second), outcome);
  assert.equal(first.replayOf, undefined);
  assert.equal(second.replayOf, first.requestId);
  assert.equal(await lineOf(t.store, "A"), "10/3");
});

Deno.test("a refusal is a decision, and kept", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 2);
  const refused = await hold(t.store, request, call("POST /hold", "k"));
  assert.equal(refused.status, "insufficient_stock");
  await stockUp(t.store, "A", 10);
  assert.deepEqual(await hold(t.store, request, call("POST /hold", "k")), refused);
});

Deno.test("the same key with another request, or on another path, is refused and changes nothing", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 10);
  await hold(t.store, request, call("POST /hold", "k"));
  const reused = { status: "idempotency_key_reused" };
  assert.deepEqual(
    await hold(t.store, { ...request, lines: [{ ...line, quantity: 4 }] }, call("POST /hold", "k")),
    reused,
  );
  assert.deepEqual(
    await sell(t.store, { sku: "A", quantity: 3, location: "online" }, call("POST /s", "k")),
    reused,
  );
  assert.deepEqual(
    await releaseHold(t.store, "hold-x", "k"),
    reused,
  );
  assert.deepEqual(
    await confirmHold(t.store, "hold-x", "k"),
    reused,
  );
  assert.equal(await lineOf(t.store, "A"), "10/3");
});

Deno.test("32 identical requests at once: one effect, one outcome, 31 replays", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 100);
  const calls = Array.from({ length: 32 }, () => call("POST /hold", "k"));
  const outcomes = await Promise.all(calls.map((each) => hold(t.store, request, each)));
  assert.equal(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size, 1);
  assert.equal(calls.filter((each) => each.replayOf !== undefined).length, 31);
  assert.equal(await lineOf(t.store, "A"), "100/3");
});

Deno.test("a key lives as long as configured, and that of a hold as long as the hold may", async () => {
  await using t = await openTestStore({
    partitions: 1,
    idempotencyTtlSeconds: 100,
    holdLifetimeMaxSeconds: 500,
  });
  await stockUp(t.store, "A", 10);
  await hold(t.store, request, call("POST /hold", "of-hold"));
  await sell(
    t.store,
    { sku: "A", quantity: 1, location: "online" },
    call("POST /simulate/sale", "of-sale"),
  );
  const ttl = async (key: string) => await t.redis.send("TTL", `idemp:${key}`) as number;
  assert((await ttl("of-hold")) > 490 && (await ttl("of-hold")) <= 500);
  assert((await ttl("of-sale")) > 90 && (await ttl("of-sale")) <= 100);
});

Deno.test("a replayed confirm after the hold's time is still the confirm", async () => {
  await using t = await openTestStore({ ownTime: true });
  await stockUp(t.store, "A", 10);
  const holdId = await makeHold(t.store, "A", 4, 60);
  const first = await confirmHold(t.store, holdId, "k");
  await t.setTime(START_MS + 100_000);
  assert.deepEqual(await confirmHold(t.store, holdId, "k"), first);
});

Deno.test("a fault is not kept: the same key may try again", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 10);
  const bad = { verb: "sell" as const, args: ["A", "online", "nan"], request: {} };
  await assert.rejects(t.store.commit(bad, call("POST /simulate/sale", "k")));
  assert.equal(await t.redis.send("EXISTS", "idemp:k"), 0);
});

Deno.test("no key, no record", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 10);
  await hold(t.store, request, call("POST /hold"));
  assert.equal(await t.redis.send("EXISTS", "idemp:"), 0);
});

// Holds that fall due: settled by every commit, by the sweep, and never early.
import assert from "node:assert/strict";
import { getHold } from "../../src/store/holds/records.ts";
import { sell } from "../../src/store/sales.ts";
import { SETTLE_LIMIT } from "../../src/commits/store.ts";
import { settleAllDue } from "../../src/commits/sweep.ts";
import {
  call,
  confirmHold,
  eventsOf,
  holdUnits,
  lineOf,
  makeHold,
  openTestStore,
  releaseHold,
  START_MS,
  stockUp,
} from "../support/store.ts";

Deno.test("a commit settles what is due, whatever it is about", async () => {
  await using t = await openTestStore({ partitions: 1, ownTime: true });
  await stockUp(t.store, "A", 10);
  const holdId = await makeHold(t.store, "A", 4, 60);
  await t.setTime(START_MS + 60_000);
  await stockUp(t.store, "B", 1);
  assert.equal(await t.redis.send("HGET", "stock:A", "held:online"), "0");
  assert((await eventsOf(t.redis)).includes(`hold.expired ${holdId}  A online 4`));
});

Deno.test("units are free for the very commit that finds them due", async () => {
  await using t = await openTestStore({ ownTime: true });
  await stockUp(t.store, "A", 4);
  await makeHold(t.store, "A", 4, 60);
  await t.setTime(START_MS + 60_000);
  await makeHold(t.store, "A", 4, 60);
  assert.equal(await lineOf(t.store, "A"), "4/4");
});

Deno.test("not a millisecond early", async () => {
  await using t = await openTestStore({ ownTime: true });
  await stockUp(t.store, "A", 4);
  const holdId = await makeHold(t.store, "A", 4, 60);
  await t.setTime(START_MS + 59_999);
  assert.equal(await settleAllDue(t.store), 0);
  assert.equal((await getHold(t.store, holdId)).status, "active");
  assert.equal(await lineOf(t.store, "A"), "4/4");
});

Deno.test("a read sees units of due holds as back, before anything has settled them", async () => {
  await using t = await openTestStore({ ownTime: true });
  await stockUp(t.store, "A", 4);
  const holdId = await makeHold(t.store, "A", 4, 60);
  await t.setTime(START_MS + 60_000);
  assert.equal(await lineOf(t.store, "A"), "4/0");
  const found = await getHold(t.store, holdId);
  assert(found.status === "expired");
  assert.equal(found.endedAtMs, START_MS + 60_000);
  assert.equal(await t.redis.send("HGET", "stock:A", "held:online"), "4"); // the reads wrote nothing
  await t.setTime(START_MS + 90_000);
  await settleAllDue(t.store, t.store.partitionOf("A"));
  const settled = await getHold(t.store, holdId);
  assert(settled.status === "expired");
  assert.equal(settled.endedAtMs, START_MS + 60_000, "whenever it is settled");
});

Deno.test("a script settles a bounded number; the sweep goes on until none is due", async () => {
  await using t = await openTestStore({ partitions: 1, ownTime: true });
  const many = 2 * SETTLE_LIMIT + 5;
  await stockUp(t.store, "A", many);
  await Promise.all(Array.from({ length: many }, () => makeHold(t.store, "A", 1, 60)));
  await t.setTime(START_MS + 60_000);
  assert.equal(await t.store.settle(), SETTLE_LIMIT);
  assert.equal(await t.redis.send("ZCARD", "holds_by_expiry"), many - SETTLE_LIMIT);
  assert.equal(await settleAllDue(t.store), many - SETTLE_LIMIT);
  assert.equal(await lineOf(t.store, "A"), `${many}/0`);
});

Deno.test("no one is refused for want of units that are due: a hold and a sale wait for the backlog", async () => {
  await using t = await openTestStore({ ownTime: true });
  const many = 5 * SETTLE_LIMIT;
  await stockUp(t.store, "A", many);
  await Promise.all(Array.from({ length: many }, () => makeHold(t.store, "A", 1, 60)));
  await t.setTime(START_MS + 60_000);
  const everything = { sku: "A", quantity: many, location: "online" };
  const held = await holdUnits(t.store, "A", many, { ttl: 1, key: "k" });
  assert.equal(held.status, "active");
  await t.setTime(START_MS + 61_000);
  assert.equal((await sell(t.store, everything, call("POST /simulate/sale"))).status, "sold");
});

Deno.test("a lost or spoilt record does not stop the settling of the others, nor any commit", async () => {
  await using t = await openTestStore({ partitions: 1, ownTime: true });
  await stockUp(t.store, "A", 4);
  const lost = await makeHold(t.store, "A", 1, 58);
  const spoilt = await makeHold(t.store, "A", 1, 59);
  await t.redis.send("SET", `hold:${spoilt}`, "not JSON");
  await makeHold(t.store, "A", 1, 60);
  await t.redis.send("DEL", `hold:${lost}`);
  await t.setTime(START_MS + 60_000);
  assert.equal(await settleAllDue(t.store), 3);
  assert.equal(await t.redis.send("ZCARD", "holds_by_expiry"), 0);
});

Deno.test("the real clock: a hold of one second is over after one second", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 1);
  const holdId = await makeHold(t.store, "A", 1, 1);
  const expiresAtMs = Number(await t.redis.send("ZSCORE", "holds_by_expiry", holdId));
  while ((await getHold(t.store, holdId)).status === "active") {
    const [seconds] = await t.redis.send("TIME") as [string, string];
    assert(Number(seconds) * 1000 <= expiresAtMs + 1000, "still active long after its time");
  }
  assert.equal(await lineOf(t.store, "A"), "1/0");
});

Deno.test("the real clock is Redis' own, to the millisecond", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 1);
  const redisNow = async () => {
    const [seconds, micros] = await t.redis.send("TIME") as [string, string];
    return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
  };
  const before = await redisNow();
  const holdId = await makeHold(t.store, "A", 1, 1);
  const after = await redisNow();
  const expiresAtMs = Number(await t.redis.send("ZSCORE", "holds_by_expiry", holdId));
  assert(before + 1000 <= expiresAtMs && expiresAtMs <= after + 1000);
});

Deno.test("a hold that expired ended when it fell due, however late it is settled", async () => {
  await using t = await openTestStore({ partitions: 1, ownTime: true });
  await stockUp(t.store, "A", 4);
  const [swept, confirmed, released] = await Promise.all(
    [60, 60, 60].map((ttl) => makeHold(t.store, "A", 1, ttl)),
  );
  await t.setTime(START_MS + 75_000);
  assert.deepEqual(await confirmHold(t.store, confirmed), { status: "hold_expired" });
  assert.equal((await releaseHold(t.store, released)).status, "expired");
  for (const holdId of [swept, confirmed, released]) {
    const ended = async () => {
      const found = await getHold(t.store, holdId);
      return found.status === "expired" && found.endedAtMs;
    };
    assert.equal(await ended(), START_MS + 60_000);
    await settleAllDue(t.store);
    assert.equal(await ended(), START_MS + 60_000);
    const record = JSON.parse(await t.redis.send("GET", `hold:${holdId}`) as string);
    assert.equal(record.ended_at_ms, START_MS + 60_000);
    // As versions before this one wrote it: when it was settled.
    const old = JSON.stringify({ ...record, ended_at_ms: START_MS + 75_000 });
    await t.redis.send("SET", `hold:${holdId}`, old);
    assert.equal(await ended(), START_MS + 60_000);
  }
});

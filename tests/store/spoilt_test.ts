// Records that another hand has spoilt or removed: as good as none, and nobody else is the worse for them.
import assert from "node:assert/strict";
import { getHold, listHolds } from "../../src/store/holds/records.ts";
import { extend, hold } from "../../src/store/holds/holds.ts";
import { verify } from "../../src/store/verification/verify.ts";
import {
  call,
  confirmHold,
  holdUnits,
  lineOf,
  makeHold,
  openTestStore,
  releaseHold,
  START_MS,
  stockUp,
} from "../support/store.ts";

const record = {
  status: "active",
  created_at_ms: START_MS,
  expires_at_ms: START_MS + 1000,
  reference: "",
  lines: [["A", "online", 1]] as unknown[],
};
const SPOILT = [
  "",
  "not JSON",
  "5",
  "[]",
  '"text"',
  "{}",
  JSON.stringify({ ...record, status: undefined }),
  JSON.stringify({ ...record, reference: undefined }),
  JSON.stringify({ ...record, expires_at_ms: "soon" }),
  JSON.stringify({ ...record, lines: "A" }),
  JSON.stringify({ ...record, lines: ["A"] }),
  JSON.stringify({ ...record, lines: [["A", "online", 1], ["A", "online"]] }),
];

Deno.test("a spoilt record: not found by any verb, shown by verify, and reads go on when it is due", async () => {
  await using t = await openTestStore({ partitions: 1, ownTime: true });
  await stockUp(t.store, "A", 1000);
  const well = await makeHold(t.store, "A", 100);
  const listed = async () => {
    const outcome = await listHolds(t.store, { limit: 100 });
    return outcome.status === "found" ? outcome.holds.map(({ holdId }) => holdId) : [];
  };
  for (const spoilt of SPOILT) {
    const holdId = await makeHold(t.store, "A", 1, 60);
    await t.redis.send("SET", `hold:${holdId}`, spoilt);
    for (const when of [START_MS, START_MS + 60_000]) {
      await t.setTime(when);
      assert.equal((await getHold(t.store, holdId)).status, "hold_not_found", spoilt);
      assert.deepEqual(await listed(), [well], spoilt);
      assert.notEqual(await lineOf(t.store, "A"), "unknown", spoilt);
      const { orphans } = await verify(t.store, { repair: false });
      assert.deepEqual(orphans, [{ hold_id: holdId, problem: "record_missing" }], spoilt);
      if (when > START_MS) break; // the next commit would take it out of the index
      const replacing = await holdUnits(t.store, "A", 1, { replaces: holdId });
      const ended = [await releaseHold(t.store, holdId), await confirmHold(t.store, holdId)];
      for (const { status } of [replacing, ...ended]) assert.equal(status, "hold_not_found");
    }
    assert.equal(await t.store.settle(), 1);
    await t.setTime(START_MS);
    const { drifts } = await verify(t.store, { repair: true });
    assert.deepEqual(drifts.map(({ held, expected }) => held - expected), [1], spoilt);
    assert.equal(await lineOf(t.store, "A"), "1000/100", spoilt);
  }
});

Deno.test("a spoilt record does not count against its owner once it has fallen due", async () => {
  await using t = await openTestStore({
    ownTime: true,
    maxActiveHoldsPerKey: 2,
    maxHeldUnitsPerKey: 10,
  });
  await stockUp(t.store, "A", 100);
  const take = (owner: string, quantity: number, ttl = 300) => {
    const lines = [{ sku: "A", quantity, location: "online" }];
    return hold(t.store, { lines, ttl }, { ...call("POST /hold"), owner });
  };
  for (const end of [["SET", "not JSON"], ["DEL"]]) {
    for (const owner of ["ann", "bob"]) {
      const kept = await take(owner, 3);
      const spoilt = await take(owner, 6, 60) as { holdId: string };
      const [command, ...value] = end;
      await t.redis.send(command, `hold:${spoilt.holdId}`, ...value);
      assert.equal((await take(owner, 1)).status, "too_many_active_holds");
      await t.setTime(START_MS + 60_000);
      const next = await take(owner, 7) as { holdId: string };
      assert.equal(await t.redis.send("HGET", "units_by_owner", owner), "10");
      assert.equal((await take(owner, 1)).status, "too_many_active_holds");
      for (const { holdId } of [kept as { holdId: string }, next]) {
        await releaseHold(t.store, holdId);
      }
      assert.equal(await t.redis.send("HGET", "units_by_owner", owner), "0");
      await t.setTime(START_MS);
    }
  }
});

Deno.test("another library's setting of cjson rounds nothing of ours", async () => {
  await using t = await openTestStore({ redisSettings: {}, partitions: 1 });
  await stockUp(t.store, "A", 1000);
  const library = `#!lua name=foreign
redis.register_function('rounds', function() cjson.encode_number_precision(2) return 1 end)`;
  await t.redis.send("FUNCTION", "LOAD", library);
  const holdId = await makeHold(t.store, "A", 123);
  await t.redis.send("FCALL", "rounds", "0");
  const extended = await extend(t.store, { hold_id: holdId, ttl: 600 }, call("POST /extend"));
  assert(extended.status === "extended");
  const found = await getHold(t.store, holdId);
  assert(found.status === "active");
  assert.deepEqual([found.expiresAtMs, found.lines[0].quantity], [extended.expiresAtMs, 123]);
});

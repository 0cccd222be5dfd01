import assert from "node:assert/strict";
import { openTestApp } from "../support/app.ts";
import { lineOf, makeHold, stockUp } from "../support/store.ts";

const drift = { sku: "A", location: "online", held: 8, expected: 3 };
const none = { orphan_count: 0, orphans: [] };

Deno.test("POST /verify: finds, and repairs when asked", async () => {
  await using t = await openTestApp();
  await stockUp(t.store, "A", 10);
  await makeHold(t.store, "A", 3);
  const checked = { checked_skus: 1, checked_holds: 1, ...none };
  const clean = { ...checked, drift_count: 0, drifts: [] };
  assert.deepEqual((await t.post("/verify", {})).body, clean);
  await t.redis.send("HSET", "stock:A", "held:online", "8");
  for (const repair of [false, true]) {
    const { status, body } = await t.post("/verify", { repair });
    assert.equal(status, 200);
    assert.deepEqual(body, {
      ...checked,
      drift_count: 1,
      drifts: [{ ...drift, repaired: repair }],
    });
  }
  assert.equal(await lineOf(t.store, "A"), "10/3");
  assert.deepEqual((await t.post("/verify", {})).body, clean);
});

Deno.test("POST /verify: orphans are named", async () => {
  await using t = await openTestApp();
  await stockUp(t.store, "A", 10);
  const hold_id = await makeHold(t.store, "A", 3);
  await t.redis.send("DEL", `hold:${hold_id}`);
  const { body } = await t.post("/verify", { repair: false });
  assert.deepEqual([body.orphan_count, body.orphans], [1, [{
    hold_id,
    problem: "record_missing",
  }]]);
});

Deno.test("POST /verify: what is listed is bounded, what is counted is not", async () => {
  await using t = await openTestApp();
  for (let i = 0; i < 1001; i++) {
    await t.redis.send("HSET", `stock:S${i}`, "online", "5", "held:online", "1");
    await t.redis.send("ZADD", "skus", "0", `S${i}`);
    await t.redis.send("ZADD", "holds_by_expiry", "9999999999999", `hold-${i}`);
  }
  const { body } = await t.post("/verify", {});
  assert.deepEqual([body.drift_count, body.drifts.length], [1001, 1000]);
  assert.deepEqual([body.orphan_count, body.orphans.length], [1001, 1000]);
});

Deno.test("POST /verify: 422 for what is no such wish", async () => {
  await using t = await openTestApp();
  const { status, body } = await t.post("/verify", { repair: "yes" });
  assert.deepEqual([status, body.errors[0].pointer], [422, "/repair"]);
});

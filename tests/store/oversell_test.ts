// The last guard: whatever a plan decides, no commit promises units that are not there.
import assert from "node:assert/strict";
import { makeExposition } from "../../src/operations/exposition.ts";
import { hold } from "../../src/store/holds/holds.ts";
import { adjust } from "../../src/store/movements.ts";
import { verify } from "../../src/store/verification/verify.ts";
import { Metrics } from "../../src/operations/metrics.ts";
import {
  call,
  confirmHold,
  holdUnits,
  lineOf,
  makeHold,
  openTestStore,
  stockUp,
} from "../support/store.ts";

/** A bug in every plan: each place seems to have as much as a line may name. */
const NEVER_LESS = `
local math = {
  min = function(_, b) return b end,
  max = function(a, b) return a > b and a or b end,
  floor = function(n) return n - n % 1 end,
  huge = 1 / 0,
}
local function now_ms() return redis.call('TIME')[1] * 1000 end`;

Deno.test("a plan that takes more than there is fails alone, is counted, and writes nothing", async () => {
  const metrics = new Metrics();
  await using t = await openTestStore({ clockSource: NEVER_LESS, observer: metrics });
  for (const sku of ["A", "B"]) await stockUp(t.store, sku, 5);
  const wrong = { lines: [{ sku: "A", quantity: 8, location: "any", split: true }], ttl: 60 };
  const [first, oversold, second, repeated] = await Promise.allSettled([
    holdUnits(t.store, "A", 2, { key: "k" }),
    hold(t.store, wrong, call("POST /hold", "wrong")),
    holdUnits(t.store, "A", 1),
    holdUnits(t.store, "A", 2, { key: "k" }),
  ]);
  assert(oversold.status === "rejected");
  assert.match(String(oversold.reason), /OVERSOLD A online: \d+ would be held of 5/);
  for (const each of [first, second, repeated]) {
    assert(each.status === "fulfilled" && each.value.status === "active");
  }
  assert.equal(metrics.oversellsRefused, 1);
  assert.equal(await lineOf(t.store, "A"), "5/3");
  assert.deepEqual((await verify(t.store, { repair: false })).drifts, []);
  await assert.rejects(hold(t.store, wrong, call("POST /hold", "wrong")), /OVERSOLD/);
  assert.match(await makeExposition(metrics)(t.store), /inventory_oversells_refused_total 2/);
});

Deno.test("facts are no promises: a count below what is held stands, and its holds can be sold", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 5);
  const holdId = await makeHold(t.store, "A", 4);
  const counted = { sku: "A", location: "online", count: 1, reason: "cycle_count" as const };
  assert.equal((await adjust(t.store, counted, call("POST /adjust"))).status, "adjusted");
  assert.equal(await lineOf(t.store, "A"), "1/4");
  assert.equal((await confirmHold(t.store, holdId)).status, "confirmed");
  assert.equal(await lineOf(t.store, "A"), "-3/0");
});

// Holds and idempotency keys belong to the name of the API key they came with; limits on what a name holds.
import assert from "node:assert/strict";
import { getHold, listHolds } from "../../src/store/holds/records.ts";
import { confirm, extend, hold, release } from "../../src/store/holds/holds.ts";
import { NOBODY } from "../../src/commits/keys.ts";
import type { Store } from "../../src/commits/store.ts";
import { call, lineOf, openTestStore, START_MS, stockUp } from "../support/store.ts";

function as(owner: string | undefined, target = "POST /hold", key?: string) {
  return { ...call(target, key), owner };
}

async function take(
  store: Store,
  owner: string | undefined,
  quantity = 1,
  options: { reference?: string; ttl?: number; replaces?: string; key?: string } = {},
) {
  const { key, ttl = 300, ...rest } = options;
  const lines = [{ sku: "A", quantity, location: "online" }];
  return await hold(store, { lines, ttl, ...rest }, as(owner, "POST /hold", key));
}

async function mustTake(...args: Parameters<typeof take>): Promise<string> {
  const outcome = await take(...args);
  assert.equal(outcome.status, "active", JSON.stringify(outcome));
  return (outcome as { holdId: string }).holdId;
}

const full = { remainder: "release" as const, on_expired: "refuse" as const };

Deno.test("another name's hold is not found, by any verb", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 10);
  const hold_id = await mustTake(t.store, "ann");
  for (const stranger of ["bob", NOBODY]) {
    const outcomes = [
      await confirm(t.store, { hold_id, ...full }, as(stranger)),
      await release(t.store, { hold_id }, as(stranger)),
      await extend(t.store, { hold_id, ttl: 10 }, as(stranger)),
      await getHold(t.store, hold_id, stranger),
      await take(t.store, stranger, 1, { replaces: hold_id }),
    ];
    assert.deepEqual(outcomes.map(({ status }) => status), Array(5).fill("hold_not_found"));
  }
  assert.equal(await lineOf(t.store, "A"), "10/1");
  assert.equal((await getHold(t.store, hold_id, "ann")).status, "active");
  assert.equal((await extend(t.store, { hold_id, ttl: 10 }, as("ann"))).status, "extended");
  assert.equal((await release(t.store, { hold_id }, as("ann"))).status, "released");
});

Deno.test("a hold without an owner is nobody's but of those without a key", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 10);
  const hold_id = await mustTake(t.store, undefined);
  assert.equal((await getHold(t.store, hold_id, "ann")).status, "hold_not_found");
  assert.equal((await getHold(t.store, hold_id, NOBODY)).status, "active");
  const owned = await mustTake(t.store, "ann");
  assert.equal((await release(t.store, { hold_id: owned }, as(undefined))).status, "released");
});

Deno.test("each name lists its own holds, with references of its own", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 10);
  const ann = await mustTake(t.store, "ann", 1, { reference: "cart-1" });
  const bob = await mustTake(t.store, "bob", 1, { reference: "cart-1" });
  const open = await mustTake(t.store, undefined, 1, { reference: "cart-1" });
  const list = async (owner: string | undefined, reference?: string) => {
    const outcome = await listHolds(t.store, { limit: 10, reference }, owner);
    return outcome.status === "found" ? outcome.holds.map(({ holdId }) => holdId) : [];
  };
  assert.deepEqual(await list("ann"), [ann]);
  assert.deepEqual(await list("bob", "cart-1"), [bob]);
  assert.deepEqual(await list("ann", "cart-2"), []);
  assert.deepEqual(await list(NOBODY, "cart-1"), [open]);
  assert.deepEqual(await list(NOBODY), []);
  assert.deepEqual((await list(undefined)).toSorted(), [ann, bob, open].toSorted());
  await release(t.store, { hold_id: ann }, as("ann"));
  assert.deepEqual(await list("ann"), []);
});

Deno.test("one idempotency key in two names' hands is two keys", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 10);
  const ann = await mustTake(t.store, "ann", 1, { key: "k" });
  assert.notEqual(await mustTake(t.store, "bob", 2, { key: "k" }), ann);
  assert.notEqual(await mustTake(t.store, undefined, 3, { key: "k" }), ann);
  assert.equal(await mustTake(t.store, "ann", 1, { key: "k" }), ann);
  assert.equal((await take(t.store, "ann", 5, { key: "k" })).status, "idempotency_key_reused");
});

Deno.test("too_many_active_holds: counted per name, freed by every way out", async () => {
  await using t = await openTestStore({ ownTime: true, maxActiveHoldsPerKey: 2 });
  await stockUp(t.store, "A", 100);
  const first = await mustTake(t.store, "ann");
  const second = await mustTake(t.store, "ann", 1, { ttl: 10 });
  assert.deepEqual(await take(t.store, "ann"), { status: "too_many_active_holds", limit: 2 });
  await mustTake(t.store, "bob");
  for (let i = 0; i < 4; i++) await mustTake(t.store, undefined); // no names, no limits
  await release(t.store, { hold_id: first }, as("ann"));
  const third = await mustTake(t.store, "ann");
  assert.equal((await take(t.store, "ann")).status, "too_many_active_holds");
  await confirm(t.store, { hold_id: third, ...full }, as("ann"));
  await mustTake(t.store, "ann", 1, { ttl: 20 });
  await mustTake(t.store, "ann", 1, { replaces: second, ttl: 10 });
  await t.setTime(START_MS + 20_000);
  await mustTake(t.store, "ann");
  await mustTake(t.store, "ann");
  assert.equal((await take(t.store, "ann")).status, "too_many_active_holds");
});

Deno.test("too_many_held_units: exact through parts, replacements and expiry", async () => {
  await using t = await openTestStore({ ownTime: true, maxHeldUnitsPerKey: 10 });
  await stockUp(t.store, "A", 100);
  const first = await mustTake(t.store, "ann", 6, { ttl: 10 });
  assert.deepEqual(await take(t.store, "ann", 5), {
    status: "too_many_held_units",
    limit: 10,
    held: 6,
  });
  const second = await mustTake(t.store, "ann", 4);
  assert.equal((await take(t.store, "ann", 5, { replaces: second })).status, "too_many_held_units");
  const third = await mustTake(t.store, "ann", 3, { replaces: second });
  const lines = [{ sku: "A", location: "online", quantity: 1 }];
  await confirm(
    t.store,
    { hold_id: third, lines, remainder: "keep", on_expired: "refuse" },
    as("ann"),
  );
  assert.equal(await t.redis.send("HGET", "units_by_owner", "ann"), "8");
  await confirm(
    t.store,
    { hold_id: third, lines, remainder: "release", on_expired: "refuse" },
    as("ann"),
  );
  assert.equal(await t.redis.send("HGET", "units_by_owner", "ann"), "6");
  await t.setTime(START_MS + 10_000);
  await mustTake(t.store, "ann", 10);
  assert.equal((await getHold(t.store, first, "ann")).status, "expired");
  assert.equal(await t.redis.send("HGET", "units_by_owner", "ann"), "10");
});

Deno.test("two hundred at once: a name holds what it may, to the unit", async () => {
  await using t = await openTestStore({ maxHeldUnitsPerKey: 50, maxActiveHoldsPerKey: 30 });
  await stockUp(t.store, "A", 1000);
  const outcomes = await Promise.all(Array.from({ length: 200 }, () => take(t.store, "ann", 2)));
  const count = (status: string) => outcomes.filter((each) => each.status === status).length;
  assert.deepEqual([count("active"), count("too_many_held_units")], [25, 175]);
  assert.equal(await lineOf(t.store, "A"), "1000/50");
});

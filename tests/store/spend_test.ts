// Allowances of requests: so many at once, refilled evenly, counted by Redis' clock.
import assert from "node:assert/strict";
import { spend } from "../../src/store/allowances.ts";
import { openTestStore, START_MS } from "../support/store.ts";

for (const limit of [1, 3, 7, 60, 999, 1000]) {
  Deno.test(`${limit} a minute: exactly ${limit} at once, then one each interval`, async () => {
    await using t = await openTestStore({ ownTime: true });
    const spent = await Promise.all(
      Array.from({ length: limit + 20 }, () => spend(t.store, "a", limit)),
    );
    assert.equal(spent.filter(({ status }) => status === "spent").length, limit);
    assert.equal(spent[0].remaining, limit - 1);
    const refused = spent.at(-1)!;
    assert(refused.status === "limited");
    assert.equal(refused.remaining, 0);
    assert(Math.abs(refused.retryMs - 60_000 / limit) <= 1, String(refused.retryMs));
    await t.setTime(START_MS + refused.retryMs - 1);
    assert.equal((await spend(t.store, "a", limit)).status, "limited");
    await t.setTime(START_MS + refused.retryMs);
    assert.equal((await spend(t.store, "a", limit)).status, "spent");
    await t.setTime(START_MS + 180_000);
    assert.equal((await spend(t.store, "a", limit)).remaining, limit - 1);
  });
}

Deno.test("callers do not share, and nothing is kept of one whose allowance is whole", async () => {
  await using t = await openTestStore();
  await spend(t.store, "a", 100_000);
  assert.equal((await spend(t.store, "b", 1)).status, "spent");
  assert.equal((await spend(t.store, "b", 1)).status, "limited");
  assert((await t.redis.send("PTTL", "rate:b") as number) > 59_000);
  while (await t.redis.send("EXISTS", "rate:a") === 1) await t.redis.send("PING");
});

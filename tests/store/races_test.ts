// Many at once, from two processes' worth of connections on one Redis.
import assert from "node:assert/strict";
import { getHold } from "../../src/store/holds/records.ts";
import { settleAllDue } from "../../src/commits/sweep.ts";
import {
  confirmHold,
  connectStore,
  holdUnits,
  lineOf,
  makeHold,
  openTestStore,
  releaseHold,
  START_MS,
  stockUp,
} from "../support/store.ts";

Deno.test("1,000 buyers, 100 units: exactly 100 holds", async () => {
  await using t = await openTestStore();
  const other = await connectStore(t.redis.address);
  try {
    await stockUp(t.store, "A", 100);
    const outcomes = await Promise.all(
      Array.from(
        { length: 1000 },
        (_, i) => holdUnits(i % 2 ? t.store : other, "A", 1),
      ),
    );
    assert.equal(outcomes.filter(({ status }) => status === "active").length, 100);
    assert.equal(outcomes.filter(({ status }) => status === "insufficient_stock").length, 900);
    assert.equal(await lineOf(t.store, "A"), "100/100");
    assert.equal(await t.redis.send("ZCARD", "holds_by_expiry"), 100);
  } finally {
    other.close();
  }
});

Deno.test("confirm, release and expiry race: one winner, and the others are told the truth", async () => {
  await using t = await openTestStore({ partitions: 1, ownTime: true });
  await stockUp(t.store, "A", 1000);
  for (let round = 0; round < 50; round++) {
    await t.setTime(START_MS + round * 1000);
    const before = await lineOf(t.store, "A");
    const holdId = await makeHold(t.store, "A", 1, 1);
    const contenders: (() => Promise<{ status: string }>)[] = [
      () => confirmHold(t.store, holdId),
      () => releaseHold(t.store, holdId),
      async () => {
        await t.setTime(START_MS + round * 1000 + 1000);
        await settleAllDue(t.store);
        return { status: "swept" };
      },
    ];
    const shift = round % 3;
    const started = [...contenders.slice(shift), ...contenders.slice(0, shift)].map((start) =>
      start()
    );
    const statuses = (await Promise.all(started)).map(({ status }) => status);
    const end = (await getHold(t.store, holdId)).status;
    const allowed = {
      confirmed: ["confirmed", "hold_confirmed", "swept"],
      released: ["hold_released", "released", "swept"],
      expired: ["hold_expired", "expired", "swept"],
    }[end as string];
    assert.deepEqual(statuses.toSorted(), allowed?.toSorted(), `round ${round} ended ${end}`);
    const [onHand, held] = before.split("/").map(Number);
    assert.equal(
      await lineOf(t.store, "A"),
      `${end === "confirmed" ? onHand - 1 : onHand}/${held}`,
    );
  }
});

// lua/questions/list_holds.lua: pages of active holds in order of expiry.
import assert from "node:assert/strict";
import { listHolds } from "../../src/store/holds/records.ts";
import type { Store } from "../../src/commits/store.ts";
import {
  holdUnits,
  makeHold,
  openTestStore,
  releaseHold,
  START_MS,
  stockUp,
} from "../support/store.ts";

/** Every page, as the ids on it. */
async function pages(store: Store, limit: number, reference?: string): Promise<string[][]> {
  const all: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await listHolds(store, { limit, cursor, reference });
    assert(page.status === "found");
    all.push(page.holds.map(({ holdId }) => holdId));
    cursor = page.nextCursor;
  } while (cursor);
  return all;
}

Deno.test("those that fall due first come first, page by page", async () => {
  await using t = await openTestStore({ ownTime: true });
  await stockUp(t.store, "A", 100);
  const ids = [];
  for (const ttl of [50, 20, 40, 10, 30]) ids.push(await makeHold(t.store, "A", 1, ttl));
  const inOrder = [ids[3], ids[1], ids[4], ids[2], ids[0]];
  assert.deepEqual((await pages(t.store, 2)).flat(), inOrder);
  assert.deepEqual(await pages(t.store, 100), [inOrder]);
});

Deno.test("holds that fall due in one millisecond are each listed once", async () => {
  await using t = await openTestStore({ ownTime: true });
  await stockUp(t.store, "A", 1000);
  const ids = await Promise.all(Array.from({ length: 95 }, () => makeHold(t.store, "A", 1, 60)));
  assert.deepEqual((await pages(t.store, 10)).flat(), ids.toSorted());
});

Deno.test("a cursor goes on behind a hold that has ended meanwhile", async () => {
  await using t = await openTestStore({ ownTime: true });
  await stockUp(t.store, "A", 10);
  const ids = [];
  for (const ttl of [10, 20, 30, 40]) ids.push(await makeHold(t.store, "A", 1, ttl));
  const first = await listHolds(t.store, { limit: 2 });
  assert(first.status === "found");
  await releaseHold(t.store, ids[1]);
  const second = await listHolds(t.store, { limit: 2, cursor: first.nextCursor });
  assert(second.status === "found");
  assert.deepEqual(second.holds.map(({ holdId }) => holdId), [ids[2], ids[3]]);
});

Deno.test("by reference; ended and due holds are not listed", async () => {
  await using t = await openTestStore({ partitions: 1, ownTime: true });
  await stockUp(t.store, "A", 10);
  const make = async (reference: string, ttl: number) => {
    const outcome = await holdUnits(t.store, "A", 1, { reference, ttl });
    assert(outcome.status === "active");
    return outcome.holdId;
  };
  const [late, soon, released] = [
    await make("b-1", 60),
    await make("b-1", 30),
    await make("b-1", 40),
  ];
  await make("b-2", 50);
  await releaseHold(t.store, released);
  assert.deepEqual(await pages(t.store, 10, "b-1"), [[soon, late]]);
  await t.setTime(START_MS + 30_000);
  assert.deepEqual(await pages(t.store, 10, "b-1"), [[late]]);
  await t.setTime(START_MS + 60_000);
  while (await t.store.settle() > 0);
  assert.equal(await t.redis.send("EXISTS", "holds_by_reference:b-1"), 0);
});

Deno.test("invalid_cursor", async () => {
  await using t = await openTestStore();
  for (
    const cursor of [
      "x",
      "e30",
      btoa("[1]"),
      btoa('[-1,"a"]').replaceAll("=", ""),
      btoa('[1.5,"a"]').replaceAll("=", ""),
      btoa('["a","b"]').replaceAll("=", ""),
    ]
  ) {
    assert.deepEqual(
      await listHolds(t.store, { limit: 10, cursor }),
      { status: "invalid_cursor" },
      cursor,
    );
  }
});

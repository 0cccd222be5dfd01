// The replies of lua/questions/query_inventory.lua and lua/questions/list_inventory.lua.
import assert from "node:assert/strict";
import { listInventory, queryInventory } from "../../src/store/inventory.ts";
import type { Store } from "../../src/commits/store.ts";
import { makeHold, openTestStore, START_MS, stockUp } from "../support/store.ts";

async function pageOf(store: Store, prefix: string, limit: number, cursor?: string) {
  const outcome = await listInventory(store, { prefix, limit, cursor });
  assert(outcome.status === "page");
  return { skus: outcome.items.map(({ sku }) => sku), nextCursor: outcome.nextCursor };
}

/** Every page from the first to the last. */
async function pagesOf(store: Store, prefix: string, limit: number): Promise<string[][]> {
  const pages = [];
  let cursor: string | undefined;
  do {
    const page = await pageOf(store, prefix, limit, cursor);
    pages.push(page.skus);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return pages;
}

async function stockUpAll(store: Store, skus: string[]): Promise<void> {
  await Promise.all(skus.map((sku, i) => stockUp(store, sku, i)));
}

Deno.test("answered: in the order asked, each once, and the missing by name", async () => {
  await using t = await openTestStore({ ownTime: true });
  await stockUpAll(t.store, ["A", "B", "C"]);
  await makeHold(t.store, "C", 1, 60);
  const { items, missing } = await queryInventory(t.store, ["C", "X", "A", "C", "Y", "X"]);
  assert.deepEqual(items.map(({ sku, lines }) => [sku, lines.get("online")]), [
    ["C", { onHand: 2, held: 1 }],
    ["A", { onHand: 0, held: 0 }],
  ]);
  assert.deepEqual(missing, ["X", "Y"]);
  await t.setTime(START_MS + 60_000);
  const [later] = (await queryInventory(t.store, ["C"])).items;
  assert.deepEqual(later.lines.get("online"), { onHand: 2, held: 0 });
});

Deno.test("page: lexical order by bytes, over any number of pages, none twice and none left out", async () => {
  await using t = await openTestStore();
  const skus = ["a", "B-1", "B", "B.1", "0", "~", "_", "B_1", "B~", "Z9", "Z10"];
  await stockUpAll(t.store, skus);
  const ordered = skus.toSorted();
  for (const limit of [1, 2, 10, 11, 100]) {
    const pages = await pagesOf(t.store, "", limit);
    assert.deepEqual(pages.flat(), ordered);
    assert.equal(pages.length, Math.ceil(skus.length / limit), "no empty page at the end");
  }
});

Deno.test("page: a prefix is itself and all that begin with it", async () => {
  await using t = await openTestStore();
  await stockUpAll(t.store, ["A", "B", "B-1", "B~~", "BA", "C", "b"]);
  for (const limit of [1, 3, 100]) {
    assert.deepEqual((await pagesOf(t.store, "B", limit)).flat(), ["B", "B-1", "BA", "B~~"]);
  }
  assert.deepEqual(await pagesOf(t.store, "D", 10), [[]]);
});

Deno.test("page: no SKUs at all", async () => {
  await using t = await openTestStore();
  assert.deepEqual(await pagesOf(t.store, "", 10), [[]]);
});

Deno.test("page: SKUs that come into being ahead are seen, the page before is not repeated", async () => {
  await using t = await openTestStore();
  await stockUpAll(t.store, ["B", "D", "F"]);
  const first = await pageOf(t.store, "", 2);
  assert.deepEqual(first.skus, ["B", "D"]);
  await stockUpAll(t.store, ["A", "E"]);
  assert.deepEqual((await pageOf(t.store, "", 2, first.nextCursor)).skus, ["E", "F"]);
});

Deno.test("page: counters as a single look answers them, due holds given back", async () => {
  await using t = await openTestStore({ ownTime: true });
  await stockUp(t.store, "A", 5);
  await stockUp(t.store, "A", 7, "store:S1");
  await makeHold(t.store, "A", 2, 60);
  const linesOf = async () => {
    const outcome = await listInventory(t.store, { prefix: "", limit: 1 });
    assert(outcome.status === "page");
    return Object.fromEntries(outcome.items[0].lines);
  };
  const shop = { onHand: 7, held: 0 };
  assert.deepEqual(await linesOf(), { "online": { onHand: 5, held: 2 }, "store:S1": shop });
  await t.setTime(START_MS + 60_000);
  assert.deepEqual(await linesOf(), { "online": { onHand: 5, held: 0 }, "store:S1": shop });
});

Deno.test("both write nothing, so they are answered while writes are paused", async () => {
  await using t = await openTestStore();
  await stockUpAll(t.store, ["A", "B"]);
  await pageOf(t.store, "", 1); // Redis knows what a script may do once it has seen it
  await t.redis.send("CLIENT", "PAUSE", "60000", "WRITE");
  assert.deepEqual((await pageOf(t.store, "", 10)).skus, ["A", "B"]);
  assert.equal((await queryInventory(t.store, ["A", "B"])).items.length, 2);
});

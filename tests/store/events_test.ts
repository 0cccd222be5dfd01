// The event stream as pages: every kind, positions, limits, filters, and what is kept no longer.
import assert from "node:assert/strict";
import { sell } from "../../src/store/sales.ts";
import { endOfEvents, readEvents } from "../../src/store/events/events.ts";
import {
  decodePosition,
  encodePosition,
  isLater,
  type Position,
} from "../../src/store/events/positions.ts";
import { Event } from "../../src/contract/event_kinds.ts";
import { call, openTestStore, stockUp, type TestStore } from "../support/store.ts";

const HOLD = "hold-1";
const LINE = { sku: "A", quantity: 3, location: "online" };
const OTHER = { sku: "B", quantity: 1, location: "store:S" };
const AT_MS = 1_767_225_600_000;

/** Every kind as the commit writes it, and as callers read it. */
const KINDS: [kind: string, detail: string, event: Record<string, unknown>][] = [
  ["hold.created", `${HOLD} ${AT_MS} r-1 A online 3 B store:S 1`, {
    hold_id: HOLD,
    expires_at: "2026-01-01T00:00:00.000Z",
    reference: "r-1",
    lines: [LINE, OTHER],
  }],
  ["hold.created", `${HOLD} ${AT_MS}  A online 3`, {
    hold_id: HOLD,
    expires_at: "2026-01-01T00:00:00.000Z",
    lines: [LINE],
  }],
  ["hold.extended", `${HOLD} ${AT_MS} `, {
    hold_id: HOLD,
    expires_at: "2026-01-01T00:00:00.000Z",
  }],
  ["hold.confirmed", `${HOLD} / A online 3`, { hold_id: HOLD, reference: "/", lines: [LINE] }],
  ["hold.confirmed", `${HOLD}  A online 3 / B store:S 1`, {
    hold_id: HOLD,
    lines: [LINE],
    returned: [OTHER],
  }],
  ["hold.released", `${HOLD}  A online 3`, { hold_id: HOLD, lines: [LINE] }],
  ["hold.expired", `${HOLD} r A online 3`, { hold_id: HOLD, reference: "r", lines: [LINE] }],
  ["stock.adjusted", "A online 0 10 received ", {
    sku: "A",
    location: "online",
    on_hand_before: 0,
    on_hand_after: 10,
    reason: "received",
  }],
  ["stock.transferred", "A online store:S 4", {
    sku: "A",
    from: "online",
    to: "store:S",
    quantity: 4,
  }],
  ["stock.sold", "A online 3", LINE],
  ["stock.low", "A online 9", { sku: "A", location: "online", available: 9 }],
  ["stock.out", "A online 0", { sku: "A", location: "online", available: 0 }],
  ["stock.back", "A online 1", { sku: "A", location: "online", available: 1 }],
  ["stock.repaired", "A online -2 3", {
    sku: "A",
    location: "online",
    held_before: -2,
    held_after: 3,
  }],
];

/** Writes one entry, as one commit does. */
async function write(t: TestStore, id: string, ...words: string[]): Promise<void> {
  await t.redis.send("XADD", "events", id, ...words);
}

/** One entry per sale of `sku`, at 1-1, 1-2, ... */
async function writeSales(t: TestStore, count: number, sku = "A", ms = 1): Promise<void> {
  for (let i = 1; i <= count; i++) await write(t, `${ms}-${i}`, "stock.sold", `${sku} online ${i}`);
}

const quantities = (items: Event[]) =>
  items.map((event) => event.kind === "stock.sold" ? event.quantity : event.kind);

Deno.test("every kind, in one entry: what the words become", async () => {
  await using t = await openTestStore({ partitions: 1 });
  await write(t, `${AT_MS}-7`, ...KINDS.flatMap(([kind, detail]) => [kind, detail]));
  const { items, hasMore, truncated } = await readEvents(t.store, undefined, { limit: 100 });
  assert.deepEqual(
    items.map(({ id: _, ...event }) => event),
    KINDS.map(([kind, , event]) => ({ kind, at: "2026-01-01T00:00:00.000Z", ...event })),
  );
  items.forEach((event) => Event.parse(event));
  assert.equal(new Set(items.map(({ id }) => id)).size, items.length);
  assert.deepEqual([hasMore, truncated], [false, false]);
});

Deno.test("what this version cannot read is passed over, and never stops a reader", async () => {
  await using t = await openTestStore({ partitions: 1 });
  const words = ["stock.counted_twice", "A online", "hold.created", `${HOLD} soon`, "toString", ""];
  await write(t, "1-1", ...words, "stock.sold", "A online 1");
  const { items, next } = await readEvents(t.store, undefined, { limit: 10 });
  assert.deepEqual(quantities(items), [1]);
  assert.deepEqual(next, [{ entry: "1-1", seen: 4 }]);
});

Deno.test("pages of every size join into the whole, also inside an entry", async () => {
  await using t = await openTestStore({ partitions: 1 });
  for (let entry = 1; entry <= 7; entry++) {
    const sold = (part: number) => ["stock.sold", `A online ${entry * 10 + part}`];
    await write(t, `1-${entry}`, ...[1, 2, 3].slice(0, 1 + entry % 3).flatMap(sold));
  }
  const whole = (await readEvents(t.store, undefined, { limit: 1000 })).items;
  assert.equal(whole.length, 2 + 3 + 1 + 2 + 3 + 1 + 2);
  for (const limit of [1, 2, 3, 5]) {
    const items: Event[] = [];
    let after: Position | undefined;
    for (let more = true; more;) {
      const page = await readEvents(t.store, after, { limit });
      assert(page.items.length <= limit);
      assert.equal(page.truncated, false);
      items.push(...page.items);
      [after, more] = [page.next, page.hasMore];
    }
    assert.deepEqual(items, whole);
  }
  for (const [i, { id }] of whole.entries()) {
    const { items } = await readEvents(t.store, decodePosition(id), { limit: 1000 });
    assert.deepEqual(items, whole.slice(i + 1));
  }
});

Deno.test("an empty page has a `next` that works: before the first event, and at the end", async () => {
  await using t = await openTestStore({ partitions: 1 });
  const empty = await readEvents(t.store, undefined, { limit: 10 });
  assert.deepEqual([empty.items, empty.hasMore, empty.truncated], [[], false, false]);
  await writeSales(t, 1);
  const first = await readEvents(t.store, empty.next, { limit: 10 });
  assert.deepEqual([quantities(first.items), first.truncated], [[1], false]);
  const end = await readEvents(t.store, first.next, { limit: 10 });
  assert.deepEqual([end.items, end.next, end.truncated], [[], first.next, false]);
  assert.deepEqual((await readEvents(t.store, await endOfEvents(t.store), { limit: 9 })).items, []);
});

Deno.test("a filter finds holds that touch the SKU, and its pages advance in bounded work", async () => {
  await using t = await openTestStore({ partitions: 1 });
  await write(t, "1-1", "hold.created", `${HOLD} ${AT_MS}  B online 1 A online 3`);
  await write(t, "1-2", "hold.confirmed", `${HOLD}  B online 1 / A online 3`);
  await write(t, "1-3", "hold.extended", `${HOLD} ${AT_MS} `);
  await writeSales(t, 2500, "B", 2);
  await writeSales(t, 1, "A", 3);
  const found: string[] = [];
  let after: Position | undefined;
  let pages = 0;
  for (let more = true; more; pages++) {
    const page = await readEvents(t.store, after, { limit: 10, sku: "A" });
    found.push(...page.items.map(({ kind }) => kind));
    if (page.hasMore) assert.notDeepEqual(page.next, after, "it advances");
    [after, more] = [page.next, page.hasMore];
  }
  assert.deepEqual(found, ["hold.created", "hold.confirmed", "stock.sold"]);
  assert(pages >= 3, `${pages} pages for 2504 entries`);
});

Deno.test("what is kept no longer is said to be missing", async () => {
  await using t = await openTestStore({ partitions: 1 });
  const beforeAll = (await readEvents(t.store, undefined, { limit: 10 })).next;
  await writeSales(t, 5);
  const [first, second, third] = (await readEvents(t.store, undefined, { limit: 10 })).items
    .map(({ id }) => decodePosition(id));
  await t.redis.send("XTRIM", "events", "MAXLEN", "3"); // 1-3 is the oldest
  const read = async (after?: Position) => {
    const { items, truncated } = await readEvents(t.store, after, { limit: 10 });
    return [truncated, ...quantities(items)];
  };
  assert.deepEqual(await read(), [false, 3, 4, 5]);
  assert.deepEqual(await read(beforeAll), [true, 3, 4, 5]);
  assert.deepEqual(await read(first), [true, 3, 4, 5]);
  // Nothing is missing behind 1-2, but that cannot be told any more.
  assert.deepEqual(await read(second), [true, 3, 4, 5]);
  assert.deepEqual(await read(third), [false, 4, 5]);
});

Deno.test("a stream that was lost is said to be missing once, and goes on from its end", async () => {
  await using t = await openTestStore({ partitions: 1 });
  await writeSales(t, 5);
  const { next } = await readEvents(t.store, undefined, { limit: 10 });
  await t.redis.send("DEL", "events");
  for (const [id, quantity] of [[undefined, 0], ["1-3", 7]] as const) {
    if (id) await write(t, id, "stock.sold", `A online ${quantity}`);
    const lost = await readEvents(t.store, next, { limit: 10 });
    assert.deepEqual([lost.truncated, lost.items], [true, []]);
    const after = await readEvents(t.store, lost.next, { limit: 10 });
    assert.deepEqual([after.truncated, after.items], [false, []]);
  }
});

Deno.test("real commits: a sale is told, with its level, at Redis' time", async () => {
  await using t = await openTestStore({ partitions: 1 });
  await stockUp(t.store, "A", 11);
  const after = await endOfEvents(t.store);
  const before = Date.now();
  await sell(t.store, LINE, call("POST /simulate/sale"));
  const { items } = await readEvents(t.store, after, { limit: 10 });
  assert.deepEqual(items.map(({ kind }) => kind), ["stock.low", "stock.sold"]);
  assert(Math.abs(Date.parse(items[0].at) - before) < 5000);
});

Deno.test("positions: written and read back, and nothing else is one", () => {
  const position = [{ entry: "1767225600000-12", seen: 3 }];
  assert.deepEqual(decodePosition(encodePosition(position)), position);
  const forged = (text: string) => btoa(text).replaceAll("=", "");
  const bad = ["", "x", "0-0", forged("1-1"), forged("1-1.x"), forged("1-1.1 "), forged("-1-1.1")];
  for (const text of [...bad, forged(`${"9".repeat(20)}-1.1`), btoa("1-12.1") + "A"]) {
    assert.equal(decodePosition(text), undefined, text);
  }
  assert(isLater("2-0", "1-9") && isLater("1-10", "1-9"));
  assert(!isLater("1-9", "1-9") && !isLater("1-9", "1-10") && !isLater("9-9", "10-0"));
});

// GET /events as a live feed: resuming, slow readers, many readers, and how it ends.
import assert from "node:assert/strict";
import { createApp } from "../../src/app.ts";
import { makeLog } from "../../src/log.ts";
import { partitionPrefix } from "../../src/commits/keys.ts";
import { eventFeed } from "../../src/routes/event_feed.ts";
import { sell } from "../../src/store/sales.ts";
import { endOfEvents, readEvents } from "../../src/store/events/events.ts";
import { EventsTail } from "../../src/store/events/tail.ts";
import { readFeed } from "../support/feed.ts";
import { allEvents } from "../support/replay.ts";
import { call, openTestStore, stockUp } from "../support/store.ts";

const FEED = { accept: "text/event-stream" };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function openFeedApp(partitions?: number) {
  const t = await openTestStore({ partitions });
  const asked: string[] = [];
  const store = {
    ...t.store,
    ask(question: Parameters<typeof t.store.ask>[0]) {
      asked.push(question.verb);
      return t.store.ask(question);
    },
  };
  const stopping = new AbortController();
  const app = createApp({
    store,
    log: makeLog("silent"),
    maxBodyBytes: 4096,
    holdLifetimeMaxSeconds: 7200,
    stopping: stopping.signal,
  });
  await stockUp(t.store, "A", 1000);
  await stockUp(t.store, "B", 1000);
  return {
    ...t,
    asked,
    countOf: (verb: string) => asked.filter((each) => each === verb).length,
    stopping,
    app,
    open: async (headers: Record<string, string> = {}, query = "") =>
      readFeed(await app.request(`/events${query}`, { headers: { ...FEED, ...headers } })),
    sell: (quantity: number, sku = "A") =>
      sell(t.store, { sku, quantity, location: "online" }, call("POST /simulate/sale")),
  };
}

/** Waits until a number has stayed the same for a while; answers it. */
async function settled(count: () => number): Promise<number> {
  for (let before = -1;; await pause(300)) {
    if (count() === before) return before;
    before = count();
  }
}

Deno.test("a feed tells what happens from now on, as the pages do", async () => {
  await using t = await openFeedApp();
  const feed = await t.open();
  await t.sell(1);
  const message = await feed.next();
  const { items } = await readEvents(t.store, undefined, { limit: 100 });
  assert.deepEqual(message, { id: items.at(-1)!.id, event: "stock.sold", data: items.at(-1) });
  await t.sell(2);
  assert.equal((await feed.next())!.data.quantity, 2);
  await feed.leave();
});

Deno.test("a feed resumes from Last-Event-ID, from `after`, and from where nothing had happened", async () => {
  await using t = await openFeedApp();
  const feed = await t.open();
  for (let i = 1; i <= 4; i++) await t.sell(i);
  const first = (await feed.next())!;
  const second = (await feed.next())!;
  await feed.leave();
  const cases: [headers: Record<string, string>, query: string, quantity: number][] = [
    [{ "last-event-id": first.id! }, "", 2],
    [{ "last-event-id": second.id! }, `?after=${first.id}`, 3],
    [{}, `?after=${second.id}`, 3],
  ];
  for (const [headers, query, quantity] of cases) {
    const resumed = await t.open(headers, query);
    for (let i = quantity; i <= 4; i++) assert.equal((await resumed.next())!.data.quantity, i);
    await resumed.leave();
  }
  const idle = await t.open();
  const nothing = idle.next();
  while (!idle.lastEventId()) await pause(5);
  await t.sell(5);
  await nothing;
  await idle.leave();
  const { items } = await readEvents(t.store, undefined, { limit: 100 });
  assert.equal(idle.lastEventId(), items.at(-1)!.id);
});

Deno.test("a feed of one SKU", async () => {
  await using t = await openFeedApp();
  const feed = await t.open({}, "?sku=B");
  await t.sell(1);
  await t.sell(2, "B");
  assert.equal((await feed.next())!.data.quantity, 2);
  await feed.leave();
});

Deno.test("an idle feed sends a heartbeat, which moves a filtered reader on", async () => {
  await using t = await openFeedApp();
  const after = await endOfEvents(t.store);
  const { store, stopping: { signal: stopping } } = t;
  const options = { store, tail: new EventsTail(store), after, stopping };
  const headers = { "content-type": "text/event-stream" };
  const body = eventFeed({ ...options, sku: "B", heartbeatMs: 150 });
  const feed = readFeed(new Response(body, { headers }));
  await t.sell(1);
  const next = feed.next();
  while ((feed.text().match(/^: nothing new$/gm) ?? []).length < 3) await pause(5);
  const { items } = await readEvents(t.store, undefined, { limit: 100 });
  assert.equal(feed.lastEventId(), items.at(-1)!.id);
  await t.sell(2, "B");
  assert.equal((await next)!.data.quantity, 2);
  await feed.leave();
});

Deno.test("a feed says when events are missing", async () => {
  await using t = await openFeedApp();
  const { items } = await readEvents(t.store, undefined, { limit: 1 });
  await t.sell(1);
  await t.redis.send("XTRIM", "events", "MAXLEN", "1");
  const feed = await t.open({ "last-event-id": items[0].id });
  assert.deepEqual((await feed.next())!.event, "truncated");
  assert.deepEqual((await feed.next())!.data.quantity, 1);
  await feed.leave();
});

for (const partitions of [1, 8]) {
  Deno.test(`who resumes behind "truncated" misses nothing that is kept, ${partitions} partitions`, async () => {
    await using t = await openFeedApp(partitions);
    const { id } = (await readEvents(t.store, undefined, { limit: 1 })).items[0];
    const kept = Array.from({ length: 250 }, (_, i) => i + 2);
    await t.sell(1);
    // One after the other, so that a feed over partitions comes late to the gap of the second.
    for (const quantity of kept) await t.sell(quantity % 9 + 1, quantity <= 126 ? "B" : "A");
    const prefix = (sku: string) => partitionPrefix(t.store.partitionOf(sku), partitions);
    for (const sku of ["A", "B"]) {
      await t.redis.send(
        "XTRIM",
        `${prefix(sku)}events`,
        "MAXLEN",
        partitions === 1 ? "250" : "125",
      );
    }
    // However far it came: right behind the notice, in the first page, and in the last.
    for (const [i, taken] of [0, 1, 99, 100, 240].entries()) {
      const whole = await allEvents(t.store);
      const last = 20 + i;
      const feed = await t.open({ "last-event-id": id });
      assert.equal((await feed.next())!.event, "truncated");
      for (let n = 0; n < taken; n++) {
        assert.notEqual((await feed.next())!.event, "truncated", "told once");
      }
      const resumeFrom = feed.lastEventId()!;
      await feed.leave();
      const resumed = await t.open({ "last-event-id": resumeFrom });
      const after = [];
      await t.sell(last);
      while (true) {
        const message = (await resumed.next())!;
        if (message.data.quantity === last) break;
        assert.notEqual(message.event, "truncated", "not told again");
        after.push(message.data);
      }
      await resumed.leave();
      const plain = ({ id: _, ...event }: { id: string }) => event;
      assert.deepEqual(after.map(plain), whole.slice(taken).map(plain), `${taken} taken`);
    }
  });
}

Deno.test("a feed whose stream was lost says so once, and goes on", async () => {
  await using t = await openFeedApp(1);
  const { id } = (await readEvents(t.store, undefined, { limit: 1 })).items[0];
  await t.redis.send("DEL", "events");
  const feed = await t.open({ "last-event-id": id });
  assert.equal((await feed.next())!.event, "truncated");
  const next = feed.next();
  while (feed.lastEventId() === id) await pause(5);
  await t.sell(3);
  const resumeFrom = feed.lastEventId()!;
  assert.equal((await next)!.data.quantity, 3);
  await feed.leave();
  const resumed = await t.open({ "last-event-id": resumeFrom });
  assert.equal((await resumed.next())!.data.quantity, 3);
  await resumed.leave();
});

Deno.test("a slow reader holds one page: nothing is read that it does not take", async () => {
  await using t = await openFeedApp();
  const after = (await readEvents(t.store, undefined, { limit: 100 })).items.at(-1)!.id;
  // 400 entries of 100 events: some 12 MB as messages, far more than sockets buffer.
  const words = Array.from({ length: 100 }, () => [
    "stock.adjusted",
    `A online 1 2 received ${"r".repeat(128)}`,
  ]).flat();
  for (let i = 0; i < 400; i++) await t.redis.send("XADD", "events", "*", ...words);
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, t.app.fetch);
  using socket = await Deno.connect({ hostname: "127.0.0.1", port: server.addr.port });
  const request =
    `GET /events?after=${after} HTTP/1.1\r\nHost: x\r\nAccept: ${FEED.accept}\r\n\r\n`;
  await socket.write(new TextEncoder().encode(request));
  while (t.countOf("read_events") < 2) await pause(5);
  const read = await settled(() => t.countOf("read_events"));
  assert(read < 300, `${read} pages were read for a reader that takes nothing`);
  // It goes on where it was as soon as the reader does.
  const buffer = new Uint8Array(1 << 20);
  for (let taken = 0; taken < 6 << 20;) taken += (await socket.read(buffer))!;
  assert(t.countOf("read_events") > read);
  t.stopping.abort();
});

Deno.test("many readers are one poll of Redis, and none when they have gone", async () => {
  await using t = await openFeedApp();
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, t.app.fetch);
  const feeds = await Promise.all(Array.from({ length: 50 }, async () => {
    const url = `http://127.0.0.1:${server.addr.port}/events`;
    return readFeed(await fetch(url, { headers: FEED }));
  }));
  const nexts = feeds.map((feed) => feed.next());
  while (feeds.some((feed) => !feed.lastEventId())) await pause(5);
  const [polls, startedAt] = [t.countOf("last_event"), performance.now()];
  while (t.countOf("last_event") < polls + 3) await pause(5);
  assert(performance.now() - startedAt > 150, "each reader polls");
  await t.sell(1);
  for (const message of await Promise.all(nexts)) assert.equal(message!.data.quantity, 1);
  await Promise.all(feeds.map((feed) => feed.leave()));
  await settled(() => t.asked.length);
});

Deno.test("a feed ends when the service stops, also one that waits and one that comes later", async () => {
  await using t = await openFeedApp();
  const feed = await t.open();
  const next = feed.next();
  while (!feed.lastEventId()) await pause(5);
  t.stopping.abort();
  assert.equal(await next, undefined);
  assert.equal(await (await t.open()).next(), undefined);
});

Deno.test("a feed ends when Redis is lost", async () => {
  await using t = await openFeedApp();
  const feed = await t.open();
  const next = feed.next();
  Deno.kill(t.redis.pid, "SIGKILL");
  assert.equal(await next, undefined);
});

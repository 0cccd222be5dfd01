// Limits at the doors: requests a minute, requests at once, and what one name may hold.
import assert from "node:assert/strict";
import { makeExposition } from "../../src/operations/exposition.ts";
import { makeApiKey, parseApiKeys } from "../../src/http/api_keys.ts";
import { networkOf } from "../../src/http/callers.ts";
import { Metrics } from "../../src/operations/metrics.ts";
import { endOfEvents } from "../../src/store/events/events.ts";
import { openTestApp } from "../support/app.ts";
import { readFeed } from "../support/feed.ts";
import { START_MS, stockUp } from "../support/store.ts";

const shop = makeApiKey("shop", "read,hold");
const rival = makeApiKey("rival", "read,hold");
const apiKeys = parseApiKeys(`${shop.entry} ${rival.entry}`);

Deno.test("429 rate_limited: per name, with the headers that say when again", async () => {
  await using t = await openTestApp({ ownTime: true }, { apiKeys, rateLimitPerMinute: 3 });
  await stockUp(t.store, "A", 10);
  const ask = (key: string) => t.get("/inventory/A", { "x-api-key": key });
  const first = await ask(shop.key);
  assert.equal(first.headers.get("ratelimit-policy"), '"key";q=3;w=60');
  assert.equal(first.headers.get("ratelimit"), '"key";r=2;t=20');
  const rest = await Promise.all(Array.from({ length: 5 }, () => ask(shop.key)));
  assert.deepEqual(rest.map(({ status }) => status).toSorted(), [200, 200, 429, 429, 429]);
  const refused = rest.find(({ status }) => status === 429)!;
  assert.equal(refused.body.code, "rate_limited");
  assert.equal(refused.headers.get("retry-after"), "20");
  assert.equal(refused.headers.get("ratelimit"), '"key";r=0;t=60');
  assert.equal((await ask(rival.key)).status, 200);
  for (let i = 0; i < 5; i++) assert.equal((await t.get("/health")).status, 200);
  await t.setTime(START_MS + 20_000);
  assert.deepEqual([(await ask(shop.key)).status, (await ask(shop.key)).status], [200, 429]);
});

Deno.test("guesses at keys are counted by address", async () => {
  await using t = await openTestApp({ ownTime: true }, { apiKeys, rateLimitPerMinute: 2 });
  const guess = async () => (await t.get("/inventory/A", { "x-api-key": "inv_guess" })).status;
  assert.deepEqual([await guess(), await guess(), await guess()], [401, 401, 429]);
});

Deno.test("an address behind a proxy is believed only when the proxy is trusted", async () => {
  const remote = (hostname: string) => ({ remoteAddr: { transport: "tcp", hostname, port: 1 } });
  await using t = await openTestApp({ ownTime: true }, {
    rateLimitPerMinute: 1,
    trustedProxies: ["10.0.0.1", "10.0.0.2"],
  });
  await stockUp(t.store, "A", 10);
  const ask = async (from: string, forwarded?: string) =>
    (await t.app.request(
      "/inventory/A",
      { headers: forwarded === undefined ? {} : { "x-forwarded-for": forwarded } },
      remote(from),
    )).status;
  assert.equal(await ask("10.0.0.1", "1.1.1.1"), 200);
  assert.equal(
    await ask("10.0.0.2", "6.6.6.6, 1.1.1.1, 10.0.0.1"),
    429,
    "what a client adds is left of the truth",
  );
  assert.equal(await ask("10.0.0.1", "1.1.1.2"), 200);
  assert.equal(await ask("::ffff:10.0.0.1", "1.1.1.2"), 429);
  assert.equal(await ask("9.9.9.9", "1.1.1.3"), 200);
  assert.equal(await ask("9.9.9.9", "1.1.1.4"), 429, "nobody trusts this one");
  assert.equal(await ask("10.0.0.1", "nonsense"), 200);
  assert.equal(await ask("10.0.0.1"), 429);
});

Deno.test("an IPv6 network of 64 bits is one caller", () => {
  assert.equal(networkOf("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  assert.equal(networkOf("2001:db8::1"), "2001:db8:0:0::/64");
  assert.equal(networkOf("::1"), "0:0:0:0::/64");
  assert.equal(networkOf("1.2.3.4"), "1.2.3.4");
});

Deno.test("without Redis the limit gives way to the answer that says so", async () => {
  await using t = await openTestApp({ timeoutMs: 300 }, { rateLimitPerMinute: 1 });
  await t.redis.send("SHUTDOWN", "NOSAVE").catch(() => {});
  while (t.store.ready) await new Promise((resolve) => setTimeout(resolve, 5));
  for (let i = 0; i < 2; i++) {
    assert.equal((await t.get("/inventory/A")).body.code, "store_unavailable");
  }
});

Deno.test("503 overloaded: more at once than allowed", async () => {
  await using t = await openTestApp({}, { maxRequestsInFlight: 2 });
  await stockUp(t.store, "A", 10);
  const answers = await Promise.all(Array.from({ length: 5 }, () => t.get("/inventory/A")));
  assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, 200, 503, 503, 503]);
  const refused = answers.find(({ status }) => status === 503)!;
  assert.deepEqual([refused.body.code, refused.headers.get("retry-after")], ["overloaded", "1"]);
  assert.equal((await t.get("/inventory/A")).status, 200);
});

Deno.test("409 too_many_active_holds and too_many_held_units, for one line and for carts", async () => {
  await using t = await openTestApp({ maxActiveHoldsPerKey: 1, maxHeldUnitsPerKey: 5 }, {
    apiKeys,
  });
  await stockUp(t.store, "A", 100);
  const headers = { "x-api-key": shop.key };
  const line = { sku: "A", quantity: 6 };
  for (
    const [path, body] of [["/hold", line], ["/hold/cart", { lines: [line] }]] as [
      string,
      unknown,
    ][]
  ) {
    const refused = await t.post(path, body, headers);
    assert.deepEqual([refused.status, refused.body.code], [409, "too_many_held_units"]);
    assert.equal(refused.body.detail, "This key may hold 5 units at once, and holds 0");
  }
  assert.equal((await t.post("/hold", { ...line, quantity: 5 }, headers)).status, 200);
  const refused = await t.post("/hold", { ...line, quantity: 1 }, headers);
  assert.equal(refused.body.code, "too_many_active_holds");
  assert.equal(refused.body.detail, "This key may have 1 active holds at once, and has them");
});

Deno.test("503 overloaded: as many live feeds as there may be, until one of them ends", async () => {
  const stopping = new AbortController();
  const metrics = new Metrics();
  const options = { maxLiveFeeds: 2, stopping: stopping.signal, metrics };
  await using t = await openTestApp({}, options);
  await stockUp(t.store, "A", 10);
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, t.app.fetch);
  using _ = { [Symbol.dispose]: () => stopping.abort() }; // or the server would wait for feeds for ever
  const url = `http://127.0.0.1:${server.addr.port}/events`;
  const open = (method = "GET") => fetch(url, { method, headers: { accept: "text/event-stream" } });
  for (let i = 0; i < 5; i++) assert.equal((await open("HEAD")).status, 200, "holds no place");
  const feeds = [readFeed(await open()), readFeed(await open())];
  const refused = await open();
  assert.deepEqual([refused.status, (await refused.json()).code], [503, "overloaded"]);
  assert.equal(refused.headers.get("retry-after"), "1");
  assert.equal((await fetch(url)).status, 200, "pages are no feeds");
  assert.match(await makeExposition(metrics)(t.store), /^inventory_live_feeds 2$/m);
  await feeds[0].leave();
  // Its end is noticed a moment later. Whoever hangs up before the answer must not keep a place either.
  const untilOpen = async () => {
    for (let i = 0; i < 200; i++) {
      const answer = await open();
      if (answer.status === 200) return readFeed(answer);
      await answer.body?.cancel();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error("no place became free");
  };
  await (await untilOpen()).leave();
  for (let i = 0; i < 20; i++) {
    using socket = await Deno.connect({ hostname: "127.0.0.1", port: server.addr.port });
    const request = "GET /events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n";
    await socket.write(new TextEncoder().encode(request));
  }
  await (await untilOpen()).leave();
});

Deno.test("503 overloaded: as many live feeds as one caller may have; others have theirs", async () => {
  const stopping = new AbortController();
  await using t = await openTestApp({}, {
    apiKeys,
    maxLiveFeeds: 4,
    maxLiveFeedsPerCaller: 2,
    trustedProxies: ["127.0.0.1"],
    stopping: stopping.signal,
  });
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, t.app.fetch);
  using _ = { [Symbol.dispose]: () => stopping.abort() };
  const open = (headers: Record<string, string>) =>
    fetch(`http://127.0.0.1:${server.addr.port}/events`, {
      headers: { accept: "text/event-stream", ...headers },
    });
  const fromShop = (address: string) => open({ "x-api-key": shop.key, "x-forwarded-for": address });
  const feeds = [readFeed(await fromShop("1.1.1.1")), readFeed(await fromShop("1.1.1.2"))];
  const refused = await fromShop("1.1.1.3");
  assert.deepEqual([refused.status, refused.headers.get("retry-after")], [503, "1"]);
  const { code, detail } = await refused.json();
  assert.deepEqual([code, detail], [
    "overloaded",
    "You have 2 live feeds open, as many as you may",
  ]);
  const rivals = { "x-api-key": rival.key, "x-forwarded-for": "1.1.1.1" };
  feeds.push(readFeed(await open(rivals)));
  await feeds[0].leave();
  for (let i = 0;; i++) { // its end is noticed a moment later
    const answer = await fromShop("1.1.1.1");
    if (answer.status === 200) {
      feeds.push(readFeed(answer));
      break;
    }
    await answer.body?.cancel();
    assert(i < 200, "no place became free");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.equal((await fromShop("1.1.1.1")).status, 503, "it gave back one place, not all");
});

Deno.test("a feed that was answered by its deadline keeps no place when Redis answers at last", async () => {
  const metrics = new Metrics();
  await using t = await openTestApp({ timeoutMs: 10_000 }, {
    requestTimeoutMs: 300,
    maxLiveFeedsPerCaller: 1,
    metrics,
  });
  const open = () => t.app.request("/events", { headers: { accept: "text/event-stream" } });
  const { store } = t;
  await endOfEvents(store);
  await t.redis.send("CLIENT", "PAUSE", "1000");
  const late = await open();
  assert.equal(late.status, 503);
  await late.body?.cancel();
  await endOfEvents(store); // answered behind what the feed waited for
  assert.equal(metrics.liveFeeds, 0);
  const feed = await open();
  assert.equal(feed.status, 200);
  await feed.body?.cancel();
});

Deno.test("live feeds without keys are an address's, or a network's", async () => {
  await using t = await openTestApp({}, {
    maxLiveFeedsPerCaller: 1,
    trustedProxies: ["10.0.0.1"],
  });
  const proxy = { remoteAddr: { transport: "tcp", hostname: "10.0.0.1", port: 1 } };
  const feeds: Response[] = [];
  const open = async (address: string) => {
    const headers = { accept: "text/event-stream", "x-forwarded-for": address };
    const answer = await t.app.request("/events", { headers }, proxy);
    feeds.push(answer);
    return answer.status;
  };
  assert.deepEqual([await open("1.1.1.1"), await open("1.1.1.1"), await open("1.1.1.2")], [
    200,
    503,
    200,
  ]);
  assert.deepEqual([await open("2001:db8::1"), await open("2001:db8::2")], [200, 503]);
  for (const feed of feeds) await feed.body?.cancel();
  assert.equal(await open("2001:db8::2"), 200);
  await feeds.at(-1)!.body?.cancel();
});

Deno.test("503 overloaded: a second verification while one is under way", async () => {
  await using t = await openTestApp();
  await stockUp(t.store, "A", 10);
  const answers = await Promise.all(Array.from({ length: 4 }, () => t.post("/verify", {})));
  assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, 503, 503, 503]);
  assert.equal(answers.find(({ status }) => status === 503)!.body.code, "overloaded");
  assert.equal((await t.post("/verify", {})).status, 200);
});

Deno.test("a trusted proxy is known by its address, however it is written", async () => {
  const remote = { remoteAddr: { transport: "tcp", hostname: "2001:db8::1", port: 1 } };
  await using t = await openTestApp({ ownTime: true }, {
    rateLimitPerMinute: 1,
    trustedProxies: ["2001:DB8:0:0::1"],
  });
  const ask = async (caller: string) =>
    (await t.app.request("/inventory/A", { headers: { "x-forwarded-for": caller } }, remote))
      .status;
  assert.deepEqual([await ask("1.1.1.1"), await ask("1.1.1.2"), await ask("1.1.1.1")], [
    404,
    404,
    429,
  ]);
});

Deno.test("with several partitions a name may hold up to its cap in each of them, and no more", async () => {
  await using t = await openTestApp({ partitions: 4, maxHeldUnitsPerKey: 5 }, { apiKeys });
  const skus = Array.from({ length: 24 }, (_, i) => `S${i}`);
  for (const sku of skus) await stockUp(t.store, sku, 10);
  const held = new Set<number>();
  for (const sku of skus) {
    const { status } = await t.post("/hold", { sku, quantity: 5 }, { "x-api-key": shop.key });
    const partition = t.store.partitionOf(sku);
    assert.equal(status, held.has(partition) ? 409 : 200, sku);
    held.add(partition);
  }
  assert.equal(held.size, 4);
});

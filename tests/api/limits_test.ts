// Limits at the doors: requests a minute, requests at once, and what one name may hold.
import assert from "node:assert/strict";
import { makeApiKey, parseApiKeys } from "../../src/http/api_keys.ts";
import { networkOf } from "../../src/http/limits.ts";
import { openTestApp } from "../support/app.ts";
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

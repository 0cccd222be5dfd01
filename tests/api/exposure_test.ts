// What strangers see: headers, other origins, readiness without details, and no insides in errors.
import assert from "node:assert/strict";
import { makeApiKey, parseApiKeys } from "../../src/http/api_keys.ts";
import { Metrics } from "../../src/operations/metrics.ts";
import { openTestApp } from "../support/app.ts";

const shop = makeApiKey("shop", "read,hold");
const root = makeApiKey("root", "admin");
const apiKeys = parseApiKeys(`${shop.entry} ${root.entry}`);

Deno.test("every answer tells browsers to sniff nothing and frame nothing", async () => {
  await using t = await openTestApp();
  for (const path of ["/health", "/inventory/NOSUCH", "/nowhere"]) {
    const { headers } = await t.get(path);
    assert.equal(headers.get("x-content-type-options"), "nosniff", path);
    assert.equal(headers.get("x-frame-options"), "DENY", path);
    assert.equal(headers.get("referrer-policy"), "no-referrer", path);
    assert.equal(headers.get("server"), null);
    assert.equal(headers.get("access-control-allow-origin"), null);
  }
});

Deno.test("other origins: none unless listed, and then with keys but no cookies", async () => {
  const origin = "https://shop.example";
  await using open = await openTestApp();
  const preflight = {
    method: "OPTIONS",
    headers: { origin, "access-control-request-method": "POST" },
  };
  assert.equal(
    (await open.app.request("/hold", preflight)).headers.get("access-control-allow-origin"),
    null,
  );
  await using t = await openTestApp({}, { corsOrigins: [origin], apiKeys });
  const allowed = await t.app.request("/hold", preflight);
  assert.equal(allowed.status, 204);
  assert.equal(allowed.headers.get("access-control-allow-origin"), origin);
  assert.match(allowed.headers.get("access-control-allow-headers")!, /x-api-key/);
  assert.equal(allowed.headers.get("access-control-allow-credentials"), null);
  const other = { ...preflight, headers: { ...preflight.headers, origin: "https://evil.example" } };
  assert.equal(
    (await t.app.request("/hold", other)).headers.get("access-control-allow-origin"),
    null,
  );
  const { headers } = await t.get("/inventory/A", { origin });
  assert.match(headers.get("access-control-expose-headers")!, /retry-after/);
});

Deno.test("GET /ready: the status for probes, the details for admin", async () => {
  const metrics = new Metrics();
  await using t = await openTestApp({}, { apiKeys, metrics });
  metrics.swept(false);
  for (const headers of [{}, { "x-api-key": shop.key }, { "x-api-key": "inv_wrong" }]) {
    assert.deepEqual((await t.get("/ready", headers as Record<string, string>)).body, {
      status: "ready",
    });
  }
  const { body } = await t.get("/ready", { "x-api-key": root.key });
  assert.equal(body.role, "master");
  assert.equal(body.last_sweep_at, new Date(metrics.lastSweepMs!).toISOString());
  await t.redis.send("REPLICAOF", "127.0.0.1", "1");
  const refused = await t.get("/ready");
  assert.equal(refused.status, 503);
  assert(!refused.body.detail.includes("replica"), refused.body.detail);
  assert.match((await t.get("/ready", { "x-api-key": root.key })).body.detail, /replica/);
});

Deno.test("GET /metrics is for admin", async () => {
  await using t = await openTestApp({}, { apiKeys, metrics: new Metrics() });
  const ask = async (key?: string) =>
    (await t.app.request("/metrics", { headers: key ? { "x-api-key": key } : {} })).status;
  assert.deepEqual([await ask(), await ask(shop.key), await ask(root.key)], [401, 403, 200]);
});

Deno.test("methods that callers invent do not make the metrics grow", async () => {
  const metrics = new Metrics();
  await using t = await openTestApp({}, { metrics });
  for (let i = 0; i < 5; i++) await t.app.request("/nowhere", { method: `M${i}` });
  assert.deepEqual([...metrics.requests.keys()], ["_OTHER /* 404"]);
});

Deno.test("who asks for readiness at once shares one look at Redis", async () => {
  await using t = await openTestApp();
  const calls = async () =>
    Number(
      String(await t.redis.send("INFO", "commandstats")).match(/cmdstat_info:calls=(\d+)/)?.[1] ??
        0,
    );
  const before = await calls();
  const answers = await Promise.all(Array.from({ length: 20 }, () => t.get("/ready")));
  assert(answers.every(({ status }) => status === 200));
  assert.equal(await calls() - before, 2, "one for all, and the one that counts");
});

Deno.test("POST /mcp: pages of other origins are refused, also those that pretend to be ours by name", async () => {
  const listed = "https://agents.example";
  await using t = await openTestApp({}, { corsOrigins: [listed] });
  const ask = async (host: string, origin?: string) => {
    const response = await t.app.request("/mcp", {
      method: "POST",
      headers: {
        host,
        ...(origin && { origin }),
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
      },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" }),
    });
    assert.equal(response.headers.get("x-content-type-options"), "nosniff");
    assert(response.headers.get("x-request-id"));
    return [response.status, (await response.json()).code];
  };
  const host = "127.0.0.1:8001";
  assert.deepEqual(await ask(host), [200, undefined], "programs send no origin");
  for (
    const [sentHost, origin] of [
      [host, listed],
      [host, `http://${host}`],
      ["localhost:8001", "http://localhost:8001"],
      ["[::1]:8001", "http://[::1]:8001"],
    ]
  ) assert.deepEqual(await ask(sentHost, origin), [200, undefined], origin);
  for (
    const [sentHost, origin] of [
      [host, "https://evil.example"],
      [host, "http://localhost:3000"],
      [host, "http://127.0.0.1:3000"],
      ["evil.example:8001", "http://evil.example:8001"], // a name that now points here
      [host, "null"],
    ]
  ) assert.deepEqual(await ask(sentHost, origin), [403, "forbidden"], origin);
});

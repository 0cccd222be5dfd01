// What strangers see: headers, other origins, readiness without details, and no insides in errors.
import assert from "node:assert/strict";
import { ROUTES } from "../../src/contract/routes.ts";
import { makeApiKey, parseApiKeys } from "../../src/http/api_keys.ts";
import { Metrics } from "../../src/operations/metrics.ts";
import { openTestApp } from "../support/app.ts";
import { lineOf, stockUp } from "../support/store.ts";

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

const COMMANDS = [
  ...ROUTES.filter(({ method }) => method === "post").map(({ path }) => path),
  "/mcp",
];

Deno.test("commands of pages of other origins are refused, also where a name that points here makes them ours", async () => {
  const listed = "https://agents.example";
  const appOptions = {
    corsOrigins: [listed],
    publicHosts: ["stock.example", "stock.example:8443"],
    apiKeys,
  };
  await using t = await openTestApp({}, appOptions);
  const here = "127.0.0.1:8001";
  const ours: [asked: string, origin?: string][] = [
    [here], // programs send no origin
    [here, listed],
    [here, `http://${here}`],
    ["127.9.9.9", "http://127.9.9.9"],
    ["localhost:8001", "http://localhost:8001"],
    ["stock.localhost:8001", "http://stock.localhost:8001"],
    ["[::1]:8001", "http://[::1]:8001"],
    ["192.168.7.7:8001", "http://192.168.7.7:8001"], // an address is nobody's to point elsewhere
    ["stock.example", "https://stock.example"],
    ["stock.example:8001", "http://stock.example:8001"],
    [here, "https://stock.example"], // behind a proxy that asks by another name
    [here, "https://stock.example:8443"],
  ];
  const foreign: [asked: string, origin: string][] = [
    [here, "https://evil.example"],
    ["evil.example:8001", "http://evil.example:8001"], // a name that now points here
    ["evil.example", "https://evil.example"],
    ["localhost.evil.example", "http://localhost.evil.example"],
    ["evillocalhost", "http://evillocalhost"],
    ["127.0.0.1.evil.example", "http://127.0.0.1.evil.example"],
    ["stock.example.evil.example", "https://stock.example.evil.example"],
    [here, "http://localhost:3000"], // somebody else's page on this machine
    [here, "http://127.0.0.1:3000"],
    [here, "https://stock.example:9000"], // and on that one
    ["stock.example", "https://agents.example:8443"],
    [here, "null"],
    ["null", "null"],
    [here, ""],
    [here, "file://"],
  ];
  for (const path of COMMANDS) {
    const ask = async (host: string, origin?: string) => {
      const { status, body } = await t.send(path, {
        method: "POST",
        headers: { host, ...(origin !== undefined && { origin }) },
      });
      return [status, body.code];
    };
    for (const [asked, origin] of ours) {
      assert.deepEqual(await ask(asked, origin), [401, "unauthorized"], `${path} from ${origin}`);
    }
    for (const [asked, origin] of foreign) {
      const answer = await ask(asked, origin);
      assert.deepEqual(answer, [403, "origin_not_allowed"], `${path} from ${origin}`);
    }
  }
  const page = { headers: { host: "evil.example", origin: "http://evil.example" } };
  assert.equal((await t.app.request("/health", page)).status, 200, "looking is not guarded");
});

Deno.test("a page of ours is known over HTTP/2 too, which sends no Host", async () => {
  await using t = await openTestApp();
  await stockUp(t.store, "A", 10);
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, t.app.fetch);
  using client = Deno.createHttpClient({ http1: false, http2: true });
  const here = `http://127.0.0.1:${server.addr.port}`;
  const holdFrom = async (origin: string) => {
    const init: RequestInit & { client: Deno.HttpClient } = {
      client,
      method: "POST",
      headers: { origin, "content-type": "application/json" },
      body: JSON.stringify({ sku: "A", quantity: 1 }),
    };
    const answer = await fetch(`${here}/hold`, init);
    return [answer.status, (await answer.json()).code];
  };
  assert.deepEqual(await holdFrom(here), [200, undefined]);
  for (const foreign of ["http://evil.example", "http://127.0.0.1:1", "null"]) {
    assert.deepEqual(await holdFrom(foreign), [403, "origin_not_allowed"], foreign);
  }
});

Deno.test("an open service does nothing for a page whose name was made to point here", async () => {
  await using t = await openTestApp();
  await stockUp(t.store, "A", 10);
  const rebound = { host: "evil.example:8001", origin: "http://evil.example:8001" };
  const commands: [path: string, body: unknown][] = [
    ["/hold", { sku: "A", quantity: 3 }],
    ["/adjust", { sku: "A", location: "online", count: 0, reason: "other" }],
    ["/verify", { repair: true }],
  ];
  for (const [path, body] of commands) {
    assert.equal((await t.post(path, body, rebound)).body.code, "origin_not_allowed", path);
  }
  assert.equal(await lineOf(t.store, "A"), "10/0");
  for (const [path, body] of commands) {
    assert.equal((await t.post(path, body, { host: rebound.host })).status, 200, path);
  }
});

Deno.test("what is anybody's own is kept by nobody on its way; the files of the pages may be", async () => {
  await using t = await openTestApp({}, { apiKeys });
  await stockUp(t.store, "A", 10);
  const key = { "x-api-key": shop.key };
  const held = await t.post("/hold", { sku: "A", quantity: 1 }, key);
  assert.equal(held.status, 200);
  const answers = [
    held,
    await t.get("/holds", key),
    await t.get(`/holds/${held.body.hold_id}`, key),
    await t.get("/inventory/A", key),
    await t.get("/inventory/A"),
    await t.get("/events", key),
    await t.get("/events"),
    await t.get("/ready", { "x-api-key": root.key }),
    await t.post("/hold", { sku: "A", quantity: 100 }, key),
    await t.post("/hold", {}, key),
    await t.post("/hold", {}),
    await t.get("/nowhere"),
  ];
  for (const { text, headers } of answers) {
    assert.equal(headers.get("cache-control"), "no-store", text);
  }
  for (
    const [path, kept] of [["/console/app.ts", "no-cache"], ["/docs/scalar.js", /max-age=\d+/]]
  ) {
    const answer = await t.app.request(path as string);
    await answer.body?.cancel();
    assert.match(answer.headers.get("cache-control")!, new RegExp(kept));
  }
});

// API keys at the doors: who is let in, to what, and whose things are whose.
import assert from "node:assert/strict";
import { createApp } from "../../src/app.ts";
import { ROUTES } from "../../src/contract/routes.ts";
import { accessTo } from "../../src/contract/access.ts";
import { SCOPES } from "../../src/contract/scopes.ts";
import { makeApiKey, parseApiKeys } from "../../src/http/api_keys.ts";
import { makeLog } from "../../src/log.ts";
import { openTestApp } from "../support/app.ts";
import { START_MS, stockUp } from "../support/store.ts";

const KEYS = {
  shop: makeApiKey("shop", "read,hold"),
  rival: makeApiKey("rival", "read,hold"),
  clerk: makeApiKey("clerk", "stock"),
  root: makeApiKey("root", "admin"),
};
type Name = keyof typeof KEYS;
const apiKeys = parseApiKeys(Object.values(KEYS).map(({ entry }) => entry).join(" \n"));
const as = (name: Name) => ({ authorization: `Bearer ${KEYS[name].key}` });
const hold = { sku: "A", quantity: 2 };

async function openKeyedApp(publicReads = true) {
  const t = await openTestApp({}, { apiKeys, publicReads });
  await stockUp(t.store, "A", 10);
  return t;
}

Deno.test("every operation: 401 without a key, 403 with the wrong scope, neither with the right one", async () => {
  await using t = await openKeyedApp(false);
  for (const { method, path } of ROUTES) {
    const target = path.replace("{sku}", "A").replace("{hold_id}", "hold-a").replace(
      "{code}",
      "not_found",
    );
    const ask = (headers: Record<string, string>) =>
      t.send(target, { method: method.toUpperCase(), headers });
    const access = accessTo(method, path);
    const where = `${method} ${path}`;
    if (access === "open") {
      assert.equal((await ask({})).status, 200, where);
      continue;
    }
    const { status, headers, body } = await ask({});
    assert.deepEqual([status, body.code], [401, "unauthorized"], where);
    assert.equal(headers.get("www-authenticate"), 'Bearer realm="inventory-agent"');
    const scope = access.replace("public ", "");
    for (const name of Object.keys(KEYS) as Name[]) {
      const { scopes } = apiKeys.find((each) => each.name === name)!;
      const { status, body } = await ask(as(name));
      if (scopes.includes(scope as never)) assert(status !== 401 && status !== 403, where);
      else assert.deepEqual([status, body.code], [403, "forbidden"], `${where} ${name}`);
    }
  }
});

Deno.test("public reads need no key; every command does", async () => {
  await using t = await openKeyedApp();
  assert.equal((await t.get("/inventory/A")).status, 200);
  assert.equal((await t.get("/inventory/A", as("clerk"))).status, 200);
  assert.equal((await t.post("/hold", hold)).status, 401);
  assert.equal((await t.post("/inventory/query", { skus: ["A"] })).status, 401);
  assert.equal((await t.get("/nosuch")).status, 404);
});

Deno.test("either header carries the key; what is no key of ours is refused also where none is needed", async () => {
  await using t = await openKeyedApp();
  const { key } = KEYS.shop;
  const ask = async (headers: Record<string, string>) =>
    (await t.get("/inventory/A", headers)).status;
  assert.equal(await ask({ "x-api-key": key }), 200);
  assert.equal(await ask({ authorization: `bearer ${key}`, "x-api-key": key }), 200);
  for (
    const headers of [
      { authorization: `Bearer ${key}x` },
      { authorization: `Basic ${key}` },
      { authorization: "Bearer" },
      { "x-api-key": "" },
      { "x-api-key": "inv_" },
      { authorization: `Bearer ${key}`, "x-api-key": KEYS.rival.key },
    ]
  ) assert.equal(await ask(headers as Record<string, string>), 401, JSON.stringify(headers));
});

Deno.test("another name's hold is 404 in every verb, and in no list", async () => {
  await using t = await openKeyedApp();
  const { body: { hold_id } } = await t.post("/hold", hold, as("shop"));
  const answers = await Promise.all([
    t.get(`/holds/${hold_id}`, as("rival")),
    t.get(`/holds/${hold_id}`),
    t.post("/confirm", { hold_id }, as("rival")),
    t.post("/release", { hold_id }, as("rival")),
    t.post("/extend", { hold_id, ttl: 10 }, as("rival")),
    t.post("/hold", { ...hold, replaces: hold_id }, as("rival")),
    t.post("/hold/cart", { lines: [hold], replaces: hold_id }, as("rival")),
  ]);
  for (const { status, body } of answers) {
    assert.deepEqual([status, body.code], [404, "hold_not_found"]);
  }
  const list = async (name?: Name) =>
    (await t.get("/holds", name && as(name))).body.items.map((each: { hold_id: string }) =>
      each.hold_id
    );
  assert.deepEqual(await list("shop"), [hold_id]);
  assert.deepEqual([await list("rival"), await list()], [[], []]);
  assert.equal((await t.post("/confirm", { hold_id }, as("shop"))).status, 200);
});

Deno.test("two names with one idempotency key have two effects", async () => {
  await using t = await openKeyedApp();
  const key = { "idempotency-key": "order-1" };
  const first = await t.post("/hold", hold, { ...as("shop"), ...key });
  const other = await t.post("/hold", hold, { ...as("rival"), ...key });
  assert.notEqual(first.body.hold_id, other.body.hold_id);
  const again = await t.post("/hold", hold, { ...as("shop"), ...key });
  assert.deepEqual([again.text, again.headers.get("idempotent-replayed")], [first.text, "true"]);
});

Deno.test("entries of API_KEYS: what is wrong is said by entry, and no digest is told", () => {
  const { entry } = KEYS.shop;
  for (
    const [text, fault] of [
      [`${entry} bob:hold:12`, /^entry 2: the digest must be 64 hexadecimal digits$/],
      [`${entry}:x`, /^entry 1: must be name:scope,scope:sha256$/],
      ["-:hold:" + "a".repeat(64), /^entry 1: the name must/],
      [
        "bob:hold,root:" + "a".repeat(64),
        /^entry 1: the scopes must be of read, hold, stock, admin$/,
      ],
      ["bob::" + "a".repeat(64), /^entry 1: the scopes must/],
      ["bob", /^entry 1: the scopes must/],
      [`${entry} ${entry.replace("shop", "bob")}`, /^entry 2: its key is that of entry 1$/],
      [" \n", /^has no entry/], // or a secret that came out blank would open the service
    ] as [string, RegExp][]
  ) assert.throws(() => parseApiKeys(text), { message: fault });
  assert.throws(() => makeApiKey("a b", "hold"));
  assert.match(KEYS.shop.key, /^inv_[A-Za-z0-9_-]{43}$/);
  assert.equal(new Set(SCOPES).size, 4);
});

Deno.test("tools pass the same doors: no key, no tools; another's hold is not found through them either", async () => {
  await using t = await openKeyedApp();
  const { body: { hold_id } } = await t.post("/hold", hold, as("shop"));
  const rpc = async (headers: Record<string, string>) => {
    const response = await t.app.request("/mcp", {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        ...headers,
      },
      body: JSON.stringify({
        jsonrpc: "2.0",
        id: 1,
        method: "tools/call",
        params: { name: "releaseHold", arguments: { hold_id } },
      }),
    });
    return { status: response.status, body: await response.json() };
  };
  assert.deepEqual([(await rpc({})).status, (await rpc({})).body.code], [401, "unauthorized"]);
  const codeOf = async (name: Name) => (await rpc(as(name))).body.result.structuredContent.code;
  assert.equal(await codeOf("rival"), "hold_not_found");
  assert.equal(await codeOf("clerk"), "forbidden");
  assert.equal(
    (await rpc(as("shop"))).body.result.structuredContent.status,
    "released",
  );
});

Deno.test("a key is changed under load: old and new entry of one name own the same holds", async () => {
  const [old, next] = [makeApiKey("shop", "read,hold"), makeApiKey("shop", "read,hold")];
  await using t = await openTestApp({}, { apiKeys: parseApiKeys(`${old.entry} ${next.entry}`) });
  await stockUp(t.store, "A", 10);
  const key = { "idempotency-key": "order-1" };
  const first = await t.post("/hold", hold, { "x-api-key": old.key, ...key });
  const again = await t.post("/hold", hold, { "x-api-key": next.key, ...key });
  assert.equal(again.text, first.text);
  const sold = await t.post("/confirm", { hold_id: first.body.hold_id }, { "x-api-key": next.key });
  assert.equal(sold.status, 200);
});

Deno.test("holds made before keys were configured are nobody's: no key ends them, they run out by themselves", async () => {
  await using t = await openTestApp({ ownTime: true });
  await stockUp(t.store, "A", 10);
  const { body: { hold_id } } = await t.post("/hold", { ...hold, ttl: 60 });
  const keyed = createApp({
    store: t.store,
    log: makeLog("silent"),
    maxBodyBytes: 4096,
    holdLifetimeMaxSeconds: 7200,
    apiKeys,
  });
  const post = async (path: string, body: unknown) => {
    const headers = { ...as("shop"), "content-type": "application/json" };
    return (await keyed.request(path, { method: "POST", body: JSON.stringify(body), headers }))
      .status;
  };
  assert.equal((await keyed.request(`/holds/${hold_id}`)).status, 200);
  assert.equal((await keyed.request(`/holds/${hold_id}`, { headers: as("shop") })).status, 404);
  assert.equal(await post("/confirm", { hold_id }), 404);
  assert.equal(await post("/release", { hold_id }), 404);
  await t.setTime(START_MS + 60_000);
  assert.equal(await post("/hold", { sku: "A", quantity: 10 }), 200, "its units are back");
});

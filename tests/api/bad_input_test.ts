// What no client should send: the exact refusal, never a 5xx, at once, and nothing written.
import assert from "node:assert/strict";
import { ROUTES } from "../../src/contract/routes.ts";
import { openTestApp, type TestApp } from "../support/app.ts";
import { startStopwatch } from "../support/stopwatch.ts";
import { stockUp } from "../support/store.ts";

const json = { "content-type": "application/json" };
const PROTOTYPE_NAMES = ["__proto__", "constructor", "toString", "hasOwnProperty"];

/** What no SKU, location or hold id may be. */
const BAD_TEXTS: unknown[] = [
  "",
  " ",
  "x".repeat(129),
  "x".repeat(3000),
  "\0",
  "A\0",
  "A\nB",
  "A\r\nB",
  "A\tB",
  " A",
  "A ",
  "\u202eA", // right to left
  "\u200bA", // no width
  "\u2028",
  "\ufeffA",
  "\ud800", // half of a pair
  "🛒",
  "é",
  "e\u0301",
  "Ａ", // full width
  "{A}",
  "}A",
  "A*",
  "A?",
  "[A]",
  "A:B",
  "A/B",
  "../A",
  "%2F",
  "A,B",
  "A;B",
  "A'B",
  'A"B',
  "A\\B",
  "\u001b[31mA", // colours on a terminal
  "<script>",
  "${A}",
  null,
  true,
  1,
  ["A"],
  { A: 1 },
];

/** JSON numbers, and what passes for one elsewhere, that are no quantity and no ttl. */
const BAD_NUMBERS = [
  "0",
  "-0",
  "-1",
  "1.5",
  "0.1",
  "1e-1",
  '"5"',
  '""',
  "1e400",
  "-1e400",
  "1000000000000000",
  "9007199254740992",
  "9007199254740993",
  "9223372036854775808",
  "1e21",
  "null",
  "true",
  "[5]",
  "{}",
];

const NOT_JSON = [
  "",
  " ",
  '\ufeff{"sku":"A","quantity":1,"hold_id":"hold-1"}', // a byte order mark
  "{",
  "}",
  "{}{}",
  "nonsense",
  "'A'",
  '{"sku":"A","quantity":1} trailing',
  '{"sku":"A","quantity":1,}',
  '{"sku":"A" "quantity":1}',
  '{sku:"A","quantity":1}',
  '{"sku":"A","quantity":NaN}',
  '{"sku":"A","quantity":Infinity}',
  '{"sku":"A","quantity":0x10}',
  '{"sku":"A","quantity":010}',
  '{"sku":"A","quantity":+1}',
  '{"sku":"A","quantity":1.}',
  '{"sku":"A","quantity":.5}',
  '{"sku":"A\n","quantity":1}',
  '{"sku":"\\x41","quantity":1}',
  '{"sku":"\\ud8","quantity":1}',
  "/* */{}",
  "[".repeat(1000),
];

const NO_OBJECTS = [
  "null",
  "true",
  "1",
  '"text"',
  "[]",
  '[{"sku":"A","quantity":1}]',
  "[".repeat(2000) + "]".repeat(2000),
  `{"sku":${"[".repeat(1900)}${"]".repeat(1900)},"quantity":1}`,
  "{}",
];

async function openApp(): Promise<TestApp> {
  const t = await openTestApp({ redisSettings: { "enable-debug-command": "yes" } });
  await stockUp(t.store, "A", 100);
  return t;
}

/** Sends one request; fails unless it is refused so, fast, and Redis is as it was. */
async function assertRefused(
  t: TestApp,
  path: string,
  init: RequestInit,
  expected: [status: number, code: string],
  what: unknown,
): Promise<void> {
  const before = await t.redis.send("DEBUG", "DIGEST");
  const elapsedMs = startStopwatch();
  const { status, body } = await t.send(path, init);
  const ms = elapsedMs();
  const shown = `${path} ${String(JSON.stringify(what)).slice(0, 100)}`;
  assert.deepEqual([status, body.code], expected, shown);
  assert(ms < 500, `${shown} took ${ms} ms`);
  assert.equal(await t.redis.send("DEBUG", "DIGEST"), before, `${shown} wrote something`);
}

const post = (body: string, headers: Record<string, string> = json): RequestInit => ({
  method: "POST",
  body,
  headers,
});

Deno.test("text: every field of every command refuses what it cannot be", async () => {
  await using t = await openApp();
  const line = { sku: "A", quantity: 1, location: "online" };
  const fields: [path: string, request: Record<string, unknown>, field: string][] = [
    ["/hold", line, "sku"],
    ["/hold", line, "location"],
    ["/simulate/sale", line, "sku"],
    ["/simulate/sale", line, "location"],
    ["/release", {}, "hold_id"],
    ["/confirm", {}, "hold_id"],
  ];
  for (const [path, request, field] of fields) {
    for (const bad of BAD_TEXTS) {
      const init = post(JSON.stringify({ ...request, [field]: bad }), {
        ...json,
        "idempotency-key": "k",
      });
      await assertRefused(t, path, init, [422, "validation_failed"], { [field]: bad });
    }
  }
});

Deno.test("text: locations that are almost right, and hold ids", async () => {
  await using t = await openApp();
  for (
    const location of ["Online", "store:", "store", "store:A:B", "store:A.B", "held:online", "S1"]
  ) {
    const init = post(JSON.stringify({ sku: "A", quantity: 1, location }));
    await assertRefused(t, "/hold", init, [422, "validation_failed"], location);
  }
  for (const hold_id of ["hold-", "hold-*", "HOLD-1", "order-1", `hold-${"a".repeat(65)}`]) {
    const init = post(JSON.stringify({ hold_id }));
    await assertRefused(t, "/confirm", init, [422, "validation_failed"], hold_id);
  }
});

Deno.test("numbers: quantity and ttl", async () => {
  await using t = await openApp();
  for (const bad of [...BAD_NUMBERS, "1000001"]) {
    for (const path of ["/hold", "/simulate/sale"]) {
      const init = post(`{"sku":"A","quantity":${bad}}`);
      await assertRefused(t, path, init, [422, "validation_failed"], bad);
    }
  }
  for (const bad of [...BAD_NUMBERS, "7201"]) {
    const init = post(`{"sku":"A","quantity":1,"ttl":${bad}}`);
    await assertRefused(t, "/hold", init, [422, "validation_failed"], bad);
  }
});

Deno.test("bodies: no JSON, no object, unknown fields, names that every object has", async () => {
  await using t = await openApp();
  for (const path of ["/hold", "/release", "/confirm", "/simulate/sale"]) {
    for (const body of NOT_JSON) {
      await assertRefused(t, path, post(body), [400, "malformed_json"], body);
    }
    for (const body of NO_OBJECTS) {
      await assertRefused(t, path, post(body), [422, "validation_failed"], body);
    }
    for (const name of [...PROTOTYPE_NAMES, "", "Sku", "hold_id ", "extra"]) {
      const body = `{"sku":"A","quantity":1,"hold_id":"hold-1","${name}":{"polluted":true}}`;
      await assertRefused(t, path, post(body), [422, "validation_failed"], body);
    }
  }
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
});

Deno.test("bodies: the wrong kind, encoded, too long", async () => {
  await using t = await openApp();
  const body = '{"sku":"A","quantity":1}';
  const kinds: (Record<string, string>)[] = [
    { "content-type": "text/plain" },
    { "content-type": "text/json" },
    { "content-type": "application/x-www-form-urlencoded" },
    { "content-type": "multipart/form-data; boundary=x" },
    { "content-type": "application/jsonx" },
    { "content-type": "application/xml" },
    { "content-type": "nonsense" },
    { "content-type": "" },
    ...["gzip", "br", "deflate", "zstd", "gzip, gzip", "x"].map((encoding) => ({
      ...json,
      "content-encoding": encoding,
    })),
  ];
  for (const headers of kinds) {
    await assertRefused(t, "/hold", post(body, headers), [415, "unsupported_media_type"], headers);
  }
  const long = `{"sku":"A","quantity":1${" ".repeat(5000)}}`;
  await assertRefused(t, "/hold", post(long), [413, "body_too_large"], "padded");
  const endless = new ReadableStream({ pull: (c) => c.enqueue(new Uint8Array(1024).fill(32)) });
  const init = { method: "POST", body: endless, headers: json };
  await assertRefused(t, "/hold", init, [413, "body_too_large"], "endless");
});

Deno.test("bodies: none at all, named as JSON or not named", async () => {
  await using t = await openApp();
  const paths = ROUTES.filter(({ method }) => method === "post").map(({ path }) => path);
  for (const path of paths) {
    const none: RequestInit[] = [
      { method: "POST" },
      { method: "POST", body: new Uint8Array(0) },
      { method: "POST", headers: { "content-type": "" } },
      { method: "POST", headers: json },
    ];
    for (const init of none) {
      await assertRefused(t, path, init, [400, "malformed_json"], init);
    }
  }
});

Deno.test("bytes that are no UTF-8", async () => {
  await using t = await openApp();
  const encode = (text: string) => new TextEncoder().encode(text);
  const around = (...bytes: number[]) =>
    new Uint8Array([...encode('{"quantity":1,"sku":"A'), ...bytes, ...encode('"}')]);
  for (const body of [around(0xff), around(0xc0, 0xaf), around(0xed, 0xa0, 0x80)]) {
    const init = { method: "POST", body, headers: json };
    await assertRefused(t, "/hold", init, [422, "validation_failed"], [...body]);
  }
  const utf16 = new Uint8Array([...'{"sku":"A"}'].flatMap((c) => [c.charCodeAt(0), 0]));
  const init = { method: "POST", body: utf16, headers: json };
  await assertRefused(t, "/hold", init, [400, "malformed_json"], "UTF-16");
});

Deno.test("idempotency keys", async () => {
  await using t = await openApp();
  const body = '{"sku":"A","quantity":1}';
  const keys = ["", '""', " ", "a b", "k".repeat(256), "é", "a\tb", "a, b", "\u007f", '"a b"'];
  for (const key of keys) {
    for (const name of ["idempotency-key", "x-idempotency-key"]) {
      const init = post(body, { ...json, [name]: key });
      await assertRefused(t, "/hold", init, [400, "invalid_idempotency_key"], key);
    }
  }
  const twice = new Headers(json);
  twice.append("idempotency-key", "a");
  twice.append("idempotency-key", "b");
  const init = { method: "POST", body, headers: twice };
  await assertRefused(t, "/hold", init, [400, "invalid_idempotency_key"], "two keys");
  const both = { ...json, "idempotency-key": "a", "x-idempotency-key": "b" };
  await assertRefused(t, "/hold", post(body, both), [400, "invalid_idempotency_key"], both);
});

Deno.test("paths and methods", async () => {
  await using t = await openApp();
  const cases: [method: string, path: string, status: number, code: string][] = [
    ["GET", "/inventory/%20", 422, "validation_failed"],
    ["GET", "/inventory/%00", 422, "validation_failed"],
    ["GET", "/inventory/A%0d%0aX-Evil:1", 422, "validation_failed"],
    ["GET", "/inventory/%2541", 422, "validation_failed"],
    ["GET", "/inventory/%", 422, "validation_failed"],
    ["GET", "/inventory/%ff", 422, "validation_failed"],
    ["GET", "/inventory/..%2F..%2Fetc", 422, "validation_failed"],
    ["GET", "/inventory/*", 422, "validation_failed"],
    ["GET", "/inventory/%7BA%7D", 422, "validation_failed"],
    ["GET", `/inventory/${"x".repeat(10_000)}`, 422, "validation_failed"],
    ["GET", "/holds/hold-%2a", 422, "validation_failed"],
    ["GET", "/holds/nonsense", 422, "validation_failed"],
    ["GET", "/holds/hold-1", 404, "hold_not_found"],
    ["GET", "/INVENTORY/A", 404, "not_found"],
    ["GET", "/inventory/A/", 404, "not_found"],
    ["GET", "//inventory/A", 404, "not_found"],
    ["GET", "/hold", 405, "method_not_allowed"],
    ["DELETE", "/holds/hold-1", 405, "method_not_allowed"],
    ["PUT", "/hold", 405, "method_not_allowed"],
    ["PATCH", "/inventory/A", 405, "method_not_allowed"],
    ["BREW", "/hold", 405, "method_not_allowed"],
    ["GET", "/.env", 404, "not_found"],
    ["GET", "/../../etc/passwd", 404, "not_found"],
    ...PROTOTYPE_NAMES.map((name) =>
      ["GET", `/inventory/${name}`, 404, "sku_not_found"] as [string, string, number, string]
    ),
  ];
  for (const [method, path, status, code] of cases) {
    const init = { method, headers: { "x-http-method-override": "POST" } };
    await assertRefused(t, path, init, [status, code], method);
  }
});

Deno.test("SKUs named like properties of every object are refused as unknown, not found by accident", async () => {
  await using t = await openApp();
  for (const sku of PROTOTYPE_NAMES) {
    for (const path of ["/hold", "/simulate/sale"]) {
      const init = post(`{"sku":"${sku}","quantity":1}`);
      await assertRefused(t, path, init, [404, "sku_not_found"], sku);
    }
  }
});

Deno.test("what looks odd and is right all the same", async () => {
  await using t = await openApp();
  const fine = [
    '{"sku":"A","quantity":1e0}',
    '{"sku":"A","quantity":1.0}',
    '{"sku":"\\u0041","quantity":1}',
    '{"quantity":2,"quantity":1,"sku":"A"}', // the last one counts
    ' \r\n\t{"sku":"A","quantity":1}\n',
  ];
  for (const body of fine) assert.equal((await t.send("/hold", post(body))).status, 200, body);
  for (
    const type of ["application/json; charset=utf-8", "APPLICATION/JSON", "application/a+json"]
  ) {
    const answer = await t.send("/hold", post(fine[0], { "content-type": type }));
    assert.equal(answer.status, 200, type);
  }
  assert.equal(await t.redis.send("HGET", "stock:A", "held:online"), "8");
});

// The framework's own refusals, and faults: all of them problem documents, all with a request id.
import assert from "node:assert/strict";
import { openTestApp } from "../support/app.ts";
import { startStopwatch } from "../support/stopwatch.ts";

const json = { "content-type": "application/json" };

Deno.test("404 not_found", async () => {
  await using t = await openTestApp();
  for (const path of ["/nope", "/inventory/", "/hold/", "/inventory/A/B"]) {
    const { status, body } = await t.get(path);
    assert.deepEqual([status, body.code], [404, "not_found"], path);
  }
  assert.equal((await t.send("/nope", { method: "POST", body: "{}", headers: json })).status, 404);
});

Deno.test("405 method_not_allowed, with Allow", async () => {
  await using t = await openTestApp();
  const { status, body, headers } = await t.send("/hold", { method: "DELETE" });
  assert.deepEqual([status, body.code, headers.get("allow")], [405, "method_not_allowed", "POST"]);
  const other = await t.send("/inventory/A", { method: "POST", body: "{}", headers: json });
  assert.deepEqual([other.status, other.headers.get("allow")], [405, "GET, HEAD"]);
});

Deno.test("400 malformed_json", async () => {
  await using t = await openTestApp();
  for (const body of ["", "{", "nonsense", '{"sku":"A"} trailing', '{"quantity":NaN}']) {
    const answer = await t.send("/hold", { method: "POST", body, headers: json });
    assert.deepEqual([answer.status, answer.body.code], [400, "malformed_json"], body);
  }
});

Deno.test("413 body_too_large, with a length and without", async () => {
  await using t = await openTestApp();
  const long = JSON.stringify({ sku: "x".repeat(5000) });
  const stream = () => new Blob([long]).stream();
  for (const body of [long, stream()]) {
    const answer = await t.send("/hold", { method: "POST", body, headers: json });
    assert.deepEqual([answer.status, answer.body.code], [413, "body_too_large"]);
  }
});

Deno.test("415 unsupported_media_type: no type, another type, or a compressed body", async () => {
  await using t = await openTestApp();
  const body = '{"sku":"A","quantity":1}';
  const bad: RequestInit["headers"][] = [
    {},
    { "content-type": "text/plain" },
    { "content-type": "application/x-www-form-urlencoded" },
    { ...json, "content-encoding": "gzip" },
  ];
  for (const headers of bad) {
    const answer = await t.send("/hold", { method: "POST", body, headers });
    assert.deepEqual(
      [answer.status, answer.body.code],
      [415, "unsupported_media_type"],
      JSON.stringify(headers),
    );
  }
});

Deno.test("a POST without any body is refused", async () => {
  await using t = await openTestApp();
  const answer = await t.send("/hold", { method: "POST" });
  assert.equal(Math.floor(answer.status / 100), 4);
});

Deno.test("the caller's request id is kept if it is a plain one, and answered", async () => {
  await using t = await openTestApp();
  const ask = async (id: string) =>
    (await t.send("/inventory/NOSUCH", { headers: { "x-request-id": id } })).headers.get(
      "x-request-id",
    );
  assert.equal(await ask("trace-1"), "trace-1");
  assert.notEqual(await ask('a"b <script>'), 'a"b <script>');
});

Deno.test("a fault is logged in full and shown as nothing but its request id", async () => {
  await using t = await openTestApp();
  await t.redis.send("SET", "stock:A", "not a hash");
  const { status, body } = await t.post("/simulate/sale", { sku: "A", quantity: 1 });
  assert.deepEqual([status, body.code], [500, "internal_error"]);
  assert(!JSON.stringify(body).includes("WRONGTYPE"));
  const line = t.logged.find((each) => each.includes("request failed"))!;
  assert.match(line, /WRONGTYPE/);
  assert.equal(JSON.parse(line).request_id, body.request_id);
});

Deno.test("Redis lost: 503 store_unavailable with Retry-After, at once", async () => {
  await using t = await openTestApp();
  Deno.kill(t.redis.pid, "SIGKILL");
  // Each connection learns of the death by itself; what was on its way then has an unknown outcome.
  while (t.store.ready) await new Promise((resolve) => setTimeout(resolve, 1));
  while ((await t.post("/hold", { sku: "A", quantity: 1 })).body.code === "outcome_unknown");
  const elapsedMs = startStopwatch();
  for (
    const answer of [
      await t.post("/hold", { sku: "A", quantity: 1 }),
      await t.get("/inventory/A"),
      await t.get("/health"),
    ]
  ) {
    assert.deepEqual([answer.status, answer.body.code, answer.headers.get("retry-after")], [
      503,
      "store_unavailable",
      "1",
    ]);
  }
  assert(elapsedMs() < 150);
});

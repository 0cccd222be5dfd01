import assert from "node:assert/strict";
import { openTestApp } from "../support/app.ts";
import { stockUp } from "../support/store.ts";

const request = { sku: "A", quantity: 3 };

Deno.test("a repeat gets the same bytes, marked as a replay, under either header name", async () => {
  await using t = await openTestApp();
  await stockUp(t.store, "A", 10);
  const first = await t.post("/hold", request, { "idempotency-key": "k" });
  assert.equal(first.headers.get("idempotent-replayed"), null);
  for (
    const [name, key] of [["idempotency-key", "k"], ["x-idempotency-key", "k"], [
      "idempotency-key",
      '"k"',
    ]]
  ) {
    const again = await t.post("/hold", request, { [name]: key });
    assert.equal(again.status, 200);
    assert.equal(again.text, first.text);
    assert.equal(again.headers.get("idempotent-replayed"), "true");
  }
  assert.equal((await t.get("/inventory/A")).body.online_stock, 7);
});

Deno.test("a repeat of a refusal gets the same bytes too, the first request's id included", async () => {
  await using t = await openTestApp();
  await stockUp(t.store, "A", 1);
  const first = await t.post("/hold", request, { "idempotency-key": "k" });
  assert.equal(first.status, 409);
  await stockUp(t.store, "A", 10);
  const again = await t.post("/hold", request, { "idempotency-key": "k" });
  assert.equal(again.text, first.text);
  assert.notEqual(again.headers.get("x-request-id"), first.headers.get("x-request-id"));
});

Deno.test("the body as validated is what counts: defaults spelled out are the same request", async () => {
  await using t = await openTestApp();
  await stockUp(t.store, "A", 10);
  const first = await t.post("/hold", request, { "idempotency-key": "k" });
  const spelledOut = { ttl: 300, location: "online", ...request };
  assert.equal((await t.post("/hold", spelledOut, { "idempotency-key": "k" })).text, first.text);
});

Deno.test("422 idempotency_key_reused for another request under the key", async () => {
  await using t = await openTestApp();
  await stockUp(t.store, "A", 10);
  await t.post("/hold", request, { "idempotency-key": "k" });
  for (
    const [path, body] of [["/hold", { ...request, quantity: 4 }], [
      "/simulate/sale",
      request,
    ]] as const
  ) {
    const { status, body: problem } = await t.post(path, body, { "idempotency-key": "k" });
    assert.deepEqual([status, problem.code], [422, "idempotency_key_reused"]);
  }
});

Deno.test("nothing is kept for a request that did not get as far as a decision", async () => {
  await using t = await openTestApp();
  await stockUp(t.store, "A", 10);
  assert.equal(
    (await t.post("/hold", { sku: "A", quantity: 0 }, { "idempotency-key": "k" })).status,
    422,
  );
  assert.equal((await t.post("/hold", request, { "idempotency-key": "k" })).status, 200);
});

Deno.test("400 invalid_idempotency_key for what is not one key", async () => {
  await using t = await openTestApp();
  const bad: Record<string, string>[] = [
    { "idempotency-key": "" },
    { "idempotency-key": '""' },
    { "idempotency-key": "two words" },
    { "idempotency-key": "k\u00e9" },
    { "idempotency-key": "x".repeat(256) },
    { "idempotency-key": "a, b" },
    { "idempotency-key": "a", "x-idempotency-key": "b" },
  ];
  for (const headers of bad) {
    const { status, body } = await t.post("/hold", request, headers);
    assert.deepEqual(
      [status, body.code],
      [400, "invalid_idempotency_key"],
      JSON.stringify(headers),
    );
  }
  await stockUp(t.store, "A", 10);
  const both = { "idempotency-key": "a", "x-idempotency-key": "a" };
  assert.equal((await t.post("/hold", request, both)).status, 200);
  assert.equal(
    (await t.post("/hold", request, { "idempotency-key": "x".repeat(255) })).status,
    200,
  );
});

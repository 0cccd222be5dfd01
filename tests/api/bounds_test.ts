// The bounds that a service is configured with are those of its contract: of requests, the document, and tools.
import assert from "node:assert/strict";
import { openTestApp, type TestApp } from "../support/app.ts";
import { START_MS, stockUp } from "../support/store.ts";

function openApp(holdLifetimeMaxSeconds: number) {
  return openTestApp({ ownTime: true, holdLifetimeMaxSeconds }, { holdLifetimeMaxSeconds });
}

const line = { sku: "A", quantity: 1 };
const HOLDS: [path: string, body: Record<string, unknown>][] = [
  ["/hold", line],
  ["/hold/cart", { lines: [line] }],
];

for (const [most, usual] of [[1, 1], [120, 120], [300, 300], [301, 300], [86_400, 300]]) {
  Deno.test(`a hold may live ${most} s: it lives ${usual} s if nothing is said`, async () => {
    await using t = await openApp(most);
    await stockUp(t.store, "A", 100);
    const livesFor = (body: { expires_at: string }) =>
      (Date.parse(body.expires_at) - START_MS) / 1000;
    for (const [path, body] of HOLDS) {
      const unsaid = await t.post(path, body);
      assert.deepEqual([unsaid.status, livesFor(unsaid.body)], [200, usual], path);
      const longest = await t.post(path, { ...body, ttl: most });
      assert.deepEqual([longest.status, livesFor(longest.body)], [200, most], path);
    }
    const { hold_id } = (await t.post("/hold", line)).body;
    const extended = await t.post("/extend", { hold_id, ttl: most });
    assert.deepEqual([extended.status, livesFor(extended.body)], [200, most]);

    for (const [path, body] of [...HOLDS, ["/extend", { hold_id }] as const]) {
      const refused = await t.post(path, { ...body, ttl: most + 1 });
      assert.equal(refused.status, 422, path);
      assert.deepEqual(refused.body.errors, [
        { in: "body", pointer: "/ttl", detail: `must be at most ${most} seconds` },
      ]);
    }
  });
}

// deno-lint-ignore no-explicit-any -- schemas, walked as plain JSON
type Json = any;

async function served(t: TestApp, path = "/openapi.json", init?: RequestInit): Promise<Json> {
  return await (await t.app.request(path, init)).json();
}

Deno.test("the document as served, and the tools, state the bounds of this service", async () => {
  await using t = await openApp(120);
  const document = await served(t);
  const { schemas } = document.components;
  const { tools } = (await served(t, "/mcp", {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" }),
  })).result;
  const inputOf = (name: string) => tools.find((tool: Json) => tool.name === name).inputSchema;
  for (const schema of [schemas.HoldRequest, inputOf("createHold")]) assertTtl(schema, 120);
  for (const schema of [schemas.CartRequest, inputOf("createCart")]) assertTtl(schema, 120);
  for (const schema of [schemas.ExtendRequest, inputOf("extendHold")]) assertTtl(schema);
  for (const name of ["HoldRequest", "CartRequest", "ExtendRequest"]) {
    assert(schemas[name].example.ttl <= 120, `the example of ${name} would be refused`);
  }
  assert(!/7200|\b300 seconds/.test(JSON.stringify(document)));
});

function assertTtl({ properties: { ttl } }: Json, usual?: number): void {
  assert.deepEqual([ttl.minimum, ttl.maximum, ttl.default], [1, 120, usual]);
  assert(ttl.example <= 120);
  assert.match(ttl.description, /at most 120\b/i);
}

Deno.test("a service that is configured with nothing serves the document in openapi/", async () => {
  await using t = await openApp(7200);
  const written = await Deno.readTextFile(new URL("../../openapi/openapi.json", import.meta.url));
  const document = await served(t);
  assert.deepEqual(document, JSON.parse(written));
  const { ttl } = document.components.schemas.HoldRequest.properties;
  assert.deepEqual([ttl.maximum, ttl.default], [7200, 300]);
});

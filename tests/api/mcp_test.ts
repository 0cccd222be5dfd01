// The MCP endpoint, asked by the MCP SDK's own client over HTTP.
import assert from "node:assert/strict";
// @ts-types="@modelcontextprotocol/sdk/client/index"
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
// @ts-types="@modelcontextprotocol/sdk/client/streamableHttp"
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
// @ts-types="@modelcontextprotocol/sdk/types"
import { type CallToolResult, McpError } from "@modelcontextprotocol/sdk/types.js";
import { Hono } from "hono";
import { requestId } from "hono/request-id";
import { ROUTES } from "../../src/contract/routes.ts";
import { DEFAULT_BOUNDS } from "../../src/contract/fields.ts";
import { isCommand } from "../../src/contract/headers.ts";
import type { AppEnv } from "../../src/http/context.ts";
import { makeMcp } from "../../src/mcp/server.ts";
import { openTestApp, type TestApp } from "../support/app.ts";
import { stockUp } from "../support/store.ts";

interface TestMcp extends TestApp {
  client: Client;
  url: string;
  // deno-lint-ignore no-explicit-any -- what a tool answers is for the test to say
  call(name: string, args: Record<string, unknown>): Promise<CallToolResult & { answer: any }>;
}

async function openTestMcp(headers: Record<string, string> = {}): Promise<TestMcp> {
  const t = await openTestApp();
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, t.app.fetch);
  const url = `http://127.0.0.1:${server.addr.port}/mcp`;
  const client = new Client({ name: "test", version: "1" });
  await client.connect(
    new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }),
  );
  await client.listTools(); // from here on the client holds every answer against its tool's schema
  return {
    ...t,
    client,
    url,
    call: async (name, args) => {
      const result = await client.callTool({ name, arguments: args }) as CallToolResult;
      return { ...result, answer: result.structuredContent };
    },
    async [Symbol.asyncDispose]() {
      await client.close();
      await server.shutdown();
      await t[Symbol.asyncDispose]();
    },
  };
}

Deno.test("one tool for each operation, with its name, texts, arguments and hints", async () => {
  await using t = await openTestMcp();
  const { tools } = await t.client.listTools();
  assert.deepEqual(tools.map(({ name }) => name), ROUTES.map(({ operationId }) => operationId));
  for (const route of ROUTES) {
    const tool = tools.find(({ name }) => name === route.operationId)!;
    assert(tool.description!.includes(route.description));
    assert.equal(tool.annotations!.readOnlyHint, route.method === "get");
    assert.equal("idempotency_key" in tool.inputSchema.properties!, isCommand(route));
    assert(!JSON.stringify(tool).includes("$ref"), "a tool's schemas stand alone");
  }
  const hold = tools.find(({ name }) => name === "createHold")!;
  assert(hold.inputSchema.required!.includes("sku"));
  assert(hold.inputSchema.required!.includes("idempotency_key"));
  assert(!hold.inputSchema.required!.includes("ttl"), "what has a default may be left out");
  assert.match(hold.description!, /`insufficient_stock`: Ask for no more than/);
  assert.match(t.client.getInstructions()!, /When to repeat/);
});

Deno.test("a purchase: look, hold, confirm, and look at the hold", async () => {
  await using t = await openTestMcp();
  await stockUp(t.store, "A", 10);
  assert.equal((await t.call("getInventory", { sku: "A" })).answer.online_stock, 10);
  const held = await t.call("createHold", { sku: "A", quantity: 3, idempotency_key: "order-1" });
  assert.equal(held.isError, false);
  assert.equal(held.answer.remaining_stock, 7);
  const [content] = held.content;
  assert.deepEqual(content.type === "text" && JSON.parse(content.text), held.answer);
  const { hold_id } = held.answer;
  const sold = await t.call("confirmHold", { hold_id, idempotency_key: "order-1-paid" });
  assert.equal(sold.answer.status, "confirmed");
  assert.equal((await t.call("getHold", { hold_id })).answer.status, "confirmed");
});

Deno.test("a refusal is a tool error with the problem document, code and all", async () => {
  await using t = await openTestMcp();
  await stockUp(t.store, "A", 1);
  const short = await t.call("createHold", { sku: "A", quantity: 3, idempotency_key: "k" });
  assert.equal(short.isError, true);
  assert.deepEqual([short.answer.code, short.answer.retryable], ["insufficient_stock", false]);
  assert.equal(short.answer.shortages[0].available, 1);
  const cases: [string, Record<string, unknown>, string][] = [
    ["createHold", { sku: "A", quantity: 0, idempotency_key: "k2" }, "validation_failed"],
    ["createHold", { idempotency_key: "k3" }, "validation_failed"],
    [
      "createHold",
      { sku: "A", quantity: 1, size: "XL", idempotency_key: "k4" },
      "validation_failed",
    ],
    [
      "createHold",
      { sku: "A", quantity: 1, idempotency_key: "k\u00e9" },
      "invalid_idempotency_key",
    ],
    ["createHold", { sku: "A", quantity: 1, idempotency_key: "a b" }, "invalid_idempotency_key"],
    ["getInventory", {}, "validation_failed"],
    ["getInventory", { sku: "../health" }, "validation_failed"],
    ["getInventory", { sku: "NOSUCH" }, "sku_not_found"],
    ["getHold", { hold_id: "hold-nosuch" }, "hold_not_found"],
  ];
  for (const [tool, args, code] of cases) {
    const { isError, answer } = await t.call(tool, args);
    assert.deepEqual([isError, answer.code], [true, code], JSON.stringify(args));
  }
});

Deno.test("a call repeated under its key has one effect, and says that it is a repeat", async () => {
  await using t = await openTestMcp();
  await stockUp(t.store, "A", 10);
  const args = { sku: "A", quantity: 3, idempotency_key: "order-1" };
  const first = await t.call("createHold", args);
  const again = await t.call("createHold", args);
  assert.deepEqual(again.content, first.content);
  assert.deepEqual([first._meta!.idempotent_replayed, again._meta!.idempotent_replayed], [
    false,
    true,
  ]);
  // The same key by HTTP is the same request: a tool call is no second way into the store.
  const byHttp = await t.post("/hold", { sku: "A", quantity: 3 }, { "idempotency-key": "order-1" });
  assert.deepEqual(byHttp.body, first.answer);
  assert.equal((await t.call("getInventory", { sku: "A" })).answer.online_stock, 7);
});

Deno.test("a lost Redis is a retryable tool error that says when to come back", async () => {
  await using t = await openTestMcp();
  Deno.kill(t.redis.pid, "SIGKILL");
  const lost = await t.call("createHold", { sku: "A", quantity: 1, idempotency_key: "k" });
  assert.deepEqual([lost.isError, lost.answer.retryable, lost._meta!.retry_after], [
    true,
    true,
    "1",
  ]);
});

Deno.test("a tool call is logged as the request it becomes, under the caller's request id", async () => {
  await using t = await openTestMcp({ "x-request-id": "agent-7" });
  assert.equal((await t.call("getHealth", {}))._meta!.request_id, "agent-7");
  const paths = t.logged.map((line) => JSON.parse(line))
    .filter(({ request_id }) => request_id === "agent-7").map(({ path }) => path);
  assert(paths.includes("/health") && paths.includes("/mcp"));
});

Deno.test("the caller's credentials go along with the request", async () => {
  const sent: [path: string, headers: Headers][] = [];
  const answer = makeMcp((path, init) => {
    sent.push([path, init.headers as Headers]);
    return Response.json({});
  }, DEFAULT_BOUNDS);
  const app = new Hono<AppEnv>().use(requestId()).post("/mcp", (c) => answer(c));
  const credentials = { authorization: "Bearer x", "x-api-key": "inv_x" };
  await app.request("/mcp", {
    method: "POST",
    headers: {
      ...credentials,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "tools/call",
      params: { name: "getHealth", arguments: {} },
    }),
  });
  const [[path, headers]] = sent;
  assert.equal(path, "/health");
  for (const [name, value] of Object.entries(credentials)) assert.equal(headers.get(name), value);
});

Deno.test("many calls at once, each with its own answer", async () => {
  await using t = await openTestMcp();
  await Promise.all(
    Array.from({ length: 20 }, (_, i) => stockUp(t.store, `S${i}`, i + 1)),
  );
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => t.call("getInventory", { sku: `S${i}` })),
  );
  assert.deepEqual(answers.map(({ answer }) => answer.online_stock), answers.map((_, i) => i + 1));
});

Deno.test("every tool that only looks and needs no argument answers as its schema says", async () => {
  await using t = await openTestMcp();
  await stockUp(t.store, "A", 10);
  await t.call("createHold", { sku: "A", quantity: 3, idempotency_key: "k" });
  const { tools } = await t.client.listTools();
  const open = tools.filter(({ annotations, inputSchema }) =>
    annotations!.readOnlyHint && inputSchema.required!.length === 0
  );
  assert(open.length >= 2);
  for (const { name } of open) {
    const { isError, answer } = await t.call(name, {});
    assert.equal(isError, false, `${name}: ${JSON.stringify(answer)}`);
  }
});

Deno.test("a body of which nothing need be said is sent all the same", async () => {
  await using t = await openTestMcp();
  const { isError, answer } = await t.call("verifyStock", {});
  assert.deepEqual([isError, answer.drift_count], [false, 0]);
});

Deno.test("what is too long is refused before anybody reads it", async () => {
  await using t = await openTestMcp();
  const { status, body } = await t.post("/mcp", { padding: "x".repeat(5000) });
  assert.deepEqual([status, body.code], [413, "body_too_large"]);
});

Deno.test("what is no tool is an error of the protocol", async () => {
  await using t = await openTestMcp();
  await assert.rejects(t.call("nosuch", {}), McpError);
});

Deno.test("SKUs that no URL may end with are SKUs all the same", async () => {
  await using t = await openTestMcp();
  for (const sku of [".", "..", "...", "~"]) {
    const unknown = await t.call("getInventory", { sku });
    assert.deepEqual([unknown.isError, unknown.answer.code], [true, "sku_not_found"], sku);
    await stockUp(t.store, sku, 10);
    const { isError, answer } = await t.call("getInventory", { sku });
    assert.deepEqual([isError, answer.sku, answer.online_stock], [false, sku, 10]);
  }
});

Deno.test("GET and DELETE /mcp: 405, since there are no sessions and no feeds", async () => {
  await using t = await openTestMcp();
  for (const method of ["GET", "DELETE"]) {
    const { status, body, headers } = await t.send("/mcp", { method });
    assert.deepEqual([status, body.code, headers.get("allow")], [
      405,
      "method_not_allowed",
      "POST",
    ]);
  }
});

#!/usr/bin/env bash
# A tool call that succeeds fails in the same MCP client once it has listed the tools, after its effect; and one tool
# whose result is transformed hides all tools.
#
# Versions: @modelcontextprotocol/sdk 1.32.2 with zod 4.6.7 (npm) under Node.
# Guess that missed: the server holds a result against the outputSchema, so what it lets pass is right for its own
# client; and whether the client asked for the list has no part in it.
# Behaviour: the server parses by Zod, which drops unknown fields and fills in defaults, and then sends what the
# handler gave, as it was. The client holds that against the listed JSON Schema, where objects are closed, a default
# makes a field required, /i of a pattern is lost and 0.29 is no multiple of 0.01; but only once tools/list was asked
# on this connection. The handler has run by then: the caller sees an error for a hold that was made.
# A transform in one outputSchema lets that tool be registered and called, and fails tools/list for all.
# Who is hurt: servers that add a field to an answer; agents that try again because of the error.
# Output seen, each tool before and after tools/list; every call ran its handler once:
#   extra: ok, refused    default: ok, refused    pattern: ok, refused    multiple: ok, refused    plain: ok, ok
#   with a transform: tools/list fails, a call is ok
# Needs node with npm.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm install --silent --no-audit --no-fund --prefix "$work" @modelcontextprotocol/sdk@1.32.2 zod@4.6.7 > /dev/null

cat > "$work/tools.mjs" << 'PROGRAM'
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { z } from "zod";

let effects = 0;
async function meet(tools) {
  const server = new McpServer({ name: "stock", version: "1" });
  for (const [name, [outputSchema, result]] of Object.entries(tools)) {
    server.registerTool(name, { inputSchema: {}, outputSchema }, () => {
      effects++;
      return { content: [], structuredContent: result };
    });
  }
  const client = new Client({ name: "agent", version: "1" });
  const [here, there] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(there), client.connect(here)]);
  return client;
}
async function outcome(client, name) {
  const before = effects;
  const told = await client.callTool({ name, arguments: {} }).then(
    ({ isError }) => isError ? "error result" : "ok",
    ({ message }) => /does not match the tool's output schema/.test(message) ? "refused" : message,
  );
  return effects === before + 1 ? told : `${told}, ${effects - before} effects`;
}

const tools = {
  extra: [{ held: z.int() }, { held: 1, note: "new" }],
  default: [{ held: z.int(), left: z.int().default(0) }, { held: 1 }],
  pattern: [{ sku: z.string().regex(/^sku/i) }, { sku: "SKU1" }],
  multiple: [{ price: z.number().multipleOf(0.01) }, { price: 0.29 }],
  plain: [{ held: z.int() }, { held: 1 }],
};
const client = await meet(tools);
const first = {};
for (const name of Object.keys(tools)) first[name] = await outcome(client, name);
await client.listTools();
for (const name of Object.keys(tools)) console.log(`${name}: ${first[name]}, ${await outcome(client, name)}`);

const other = await meet({ plain: tools.plain, turned: [{ held: z.string().transform(Number) }, { held: "1" }] });
const listed = await other.listTools().then(() => "works", () => "fails");
console.log(`with a transform: tools/list ${listed}, a call is ${await outcome(other, "plain")}`);
await Promise.all([client.close(), other.close()]);
PROGRAM
(cd "$work" && timeout 60 node tools.mjs) | tee "$work/seen"
diff "$work/seen" - << 'EXPECTED' || { echo "not as found"; exit 1; }
extra: ok, refused
default: ok, refused
pattern: ok, refused
multiple: ok, refused
plain: ok, ok
with a transform: tools/list fails, a call is ok
EXPECTED

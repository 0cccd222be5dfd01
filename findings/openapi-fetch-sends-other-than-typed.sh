#!/usr/bin/env bash
# openapi-fetch leaves a Date out of the query, and sends a CSV body as a JSON string and a Blob as {}.
#
# Version: openapi-fetch 0.17.0 (npm) under Node.
# Guess that missed: a Date in the query is written by its toJSON as in a body, or by toString; a body whose
# Content-Type is text/csv, and one that is a Blob, go out as they are, as fetch itself sends them.
# Behaviour: a Date is taken for an object without fields, so the parameter vanishes without a word and the answer
# is unfiltered (openapi-typescript's documented transform types `format: date-time` as Date). Each body but FormData
# and urlencoded ones is passed through JSON.stringify: CSV arrives in quotes with \n for its line ends, under
# text/csv; a Blob arrives as {}, even under its own type. `bodySerializer: (body) => body` sends them as they are.
# Who is hurt: "events since", which then answers from the beginning; imports of counts.
# Output seen (the query, or type and body, that arrive):
#   query Date: /events        query text: /events?since=2026-11-27T00%3A00%3A00Z
#   csv: text/csv "sku,units\nA,1\n"      Blob: text/csv {}      own serializer: text/csv, 14 bytes as they were
# Needs node with npm.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm install --silent --no-audit --no-fund --prefix "$work" openapi-fetch@0.17.0 > /dev/null

cat > "$work/send.mjs" << 'PROGRAM'
import { createServer } from "node:http";
import createClient from "openapi-fetch";

let arrived;
const server = createServer(async (request, response) => {
  let body = "";
  for await (const part of request) body += part;
  arrived = { url: request.url, type: request.headers["content-type"], body };
  response.setHeader("content-type", "application/json").end("{}");
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const client = createClient({ baseUrl: `http://127.0.0.1:${server.address().port}` });

const since = new Date("2026-11-27T00:00:00Z");
await client.GET("/events", { params: { query: { since } } });
console.log(`query Date: ${arrived.url}`);
await client.GET("/events", { params: { query: { since: "2026-11-27T00:00:00Z" } } });
console.log(`query text: ${arrived.url}`);

const csv = "sku,units\nA,1\n";
const headers = { "Content-Type": "text/csv" };
await client.POST("/counts", { body: csv, headers });
console.log(`csv: ${arrived.type} ${arrived.body}`);
await client.POST("/counts", { body: new Blob([csv], { type: "text/csv" }), headers });
console.log(`Blob: ${arrived.type} ${arrived.body}`);
await client.POST("/counts", { body: csv, headers, bodySerializer: (body) => body });
console.log(`own serializer: ${arrived.type}, ${arrived.body.length} bytes${arrived.body === csv ? " as they were" : ""}`);
server.close();
server.closeAllConnections();
PROGRAM
(cd "$work" && timeout 30 node send.mjs) | tee "$work/seen"
diff "$work/seen" - << 'EXPECTED' || { echo "not as found"; exit 1; }
query Date: /events
query text: /events?since=2026-11-27T00%3A00%3A00Z
csv: text/csv "sku,units\nA,1\n"
Blob: text/csv {}
own serializer: text/csv, 14 bytes as they were
EXPECTED

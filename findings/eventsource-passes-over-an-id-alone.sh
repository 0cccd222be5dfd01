#!/usr/bin/env bash
# npm's `eventsource` does not keep the id of a block that has an id alone, and does not let ids stay with later events.
#
# Versions: eventsource 4.1.1, and undici 7.30.2 beside it (npm), under Node.
# Guess that missed: by the standard the last event id is set when a block ends, whether or not it has data, and stays
# until another id is sent; clients by that name do so, as undici's EventSource does, and Chromium 156.
# Behaviour: after `id: 5` and an empty line eventsource 4.1.1 comes back with the id of the last event that had data
# (or with none, where there was none yet: the feed then begins anew, and what happened in between is lost); and an
# event without an id of its own has the lastEventId "" instead of the one before it.
# Who is hurt: feeds that tell a newcomer, or a reader of few kinds, where they stand by an id alone, so that a broken
# connection resumes there. Give such a block a type and data, for these clients.
# Output seen (Last-Event-ID of the second request after: an id alone; an event, then an id alone; lastEventId of an
# event without an id behind event 1):
#   eventsource: none, 1, ""     undici: 5, 5, "1"
# Needs node (20 or newer) with npm.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm install --silent --no-audit --no-fund --prefix "$work" eventsource@4.1.1 undici@7.30.2 > /dev/null

cat > "$work/resume.mjs" << 'PROGRAM'
import { EventSource as FromNpm } from "eventsource";
import { createServer } from "node:http";
import { EventSource as FromUndici } from "undici";

const first = {
  "/alone": "retry: 50\nid: 5\n\n",
  "/after": "retry: 50\nid: 1\ndata: a\n\nid: 5\n\n",
  "/stays": "retry: 50\nid: 1\ndata: a\n\ndata: b\n\n",
};
const resumedFrom = new Map(); // path -> Last-Event-ID of each request
const server = createServer(({ url, headers }, response) => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const ids = resumedFrom.get(url) ?? [];
  resumedFrom.set(url, [...ids, headers["last-event-id"] ?? "none"]);
  if (ids.length === 0) response.end(first[url]);
  else response.write(": here\n\n");
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));

async function read(EventSource, path) {
  resumedFrom.clear();
  const events = [];
  const source = new EventSource(`http://127.0.0.1:${server.address().port}${path}`);
  source.onmessage = (event) => events.push(event);
  for (let i = 0; i < 200 && (resumedFrom.get(path) ?? []).length < 2; i++) await new Promise((f) => setTimeout(f, 50));
  source.close();
  return { id: resumedFrom.get(path)?.[1], events };
}
for (const [name, EventSource] of [["eventsource", FromNpm], ["undici", FromUndici]]) {
  const alone = await read(EventSource, "/alone");
  const after = await read(EventSource, "/after");
  const { events } = await read(EventSource, "/stays");
  console.log(`${name}: ${alone.id}, ${after.id}, "${events[1].lastEventId}"`);
}
server.close();
server.closeAllConnections();
PROGRAM
(cd "$work" && timeout 50 node --no-warnings resume.mjs) | tee "$work/seen"
diff "$work/seen" - << 'EXPECTED' || { echo "not as found"; exit 1; }
eventsource: none, 1, ""
undici: 5, 5, "1"
EXPECTED

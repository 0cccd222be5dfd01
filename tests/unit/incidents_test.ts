// Incidents are told once when they begin and once when they are over, and posts are signed and repeated.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { makeLog } from "../../src/log.ts";
import { Incidents, type Notice, watch } from "../../src/operations/incidents.ts";
import { Metrics } from "../../src/operations/metrics.ts";
import { postTo } from "../../src/operations/webhook.ts";
import type { Store } from "../../src/commits/store.ts";

function setUp() {
  const lines: string[] = [];
  const notices: Notice[] = [];
  const metrics = new Metrics();
  const log = makeLog("info", (line) => lines.push(line));
  const incidents = new Incidents(log, metrics, (notice) => notices.push(notice));
  return { lines, notices, metrics, incidents, log };
}

Deno.test("one notice at the beginning, one at the end, with one id; metric and log say the same", () => {
  const { incidents, notices, metrics, lines } = setUp();
  incidents.set("redis_lost", false, "well");
  assert.equal(notices.length, 0);
  for (let i = 0; i < 3; i++) incidents.set("redis_lost", true, `gone ${i}`);
  assert.equal(metrics.incidents.get("redis_lost"), 1);
  for (let i = 0; i < 3; i++) incidents.set("redis_lost", false, "well");
  assert.deepEqual(notices.map(({ kind, status }) => [kind, status]), [
    ["redis_lost", "opened"],
    ["redis_lost", "closed"],
  ]);
  assert.equal(notices[0].incident_id, notices[1].incident_id);
  assert.equal(notices[0].detail, "gone 0");
  assert.equal(notices[1].since, notices[0].since);
  assert.equal(metrics.incidents.get("redis_lost"), 0);
  assert.deepEqual(lines.map((line) => JSON.parse(line).level), ["error", "info"]);
  incidents.set("redis_lost", true, "gone again");
  assert.notEqual(notices[2].incident_id, notices[0].incident_id);
});

Deno.test("the watch sees Redis go, sweeps stay away, and both come back", async () => {
  const { incidents, notices, metrics } = setUp();
  const store = { ready: false } as { ready: boolean };
  const stop = new AbortController();
  metrics.swept(false, 0, Date.now() - 10_000);
  const watching = watch(incidents, store as Store, metrics, 8, stop.signal);
  assert.deepEqual(notices.map(({ kind }) => kind), ["redis_lost", "sweep_late"]);
  store.ready = true;
  metrics.swept(false);
  while (notices.length < 4) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.deepEqual(notices.slice(2).map(({ status }) => status), ["closed", "closed"]);
  stop.abort();
  await watching;
});

Deno.test("a post is signed, and repeated until it is taken, one notice after the other", async () => {
  const { log } = setUp();
  const got: { headers: Headers; body: string }[] = [];
  let failures = 2;
  const done = Promise.withResolvers<void>();
  const server = Deno.serve({ port: 0, onListen: () => {} }, async (request) => {
    const body = await request.text();
    if (failures-- > 0) return new Response(null, { status: 500 });
    got.push({ headers: request.headers, body });
    if (got.length === 2) done.resolve();
    return new Response(null, { status: 204 });
  });
  const url = `http://127.0.0.1:${server.addr.port}/`;
  const store = "Redis at redis://a";
  const bytes = "0123456789abcdef";
  const tell = postTo({ url, secret: bytes, store }, log, [1, 1, 1]);
  const notice: Notice = {
    incident_id: "i",
    kind: "redis_lost",
    status: "opened",
    detail: "d",
    since: "s",
    at: "a",
  };
  tell(notice);
  tell({ ...notice, status: "closed" });
  await done.promise;
  assert.deepEqual(got.map(({ body }) => JSON.parse(body).status), ["opened", "closed"]);
  // The form that the libraries of Standard Webhooks make and take, of the same bytes.
  const secret = `whsec_${btoa(bytes)}`;
  postTo({ url, secret, store }, log, [1, 1, 1])({ ...notice, incident_id: "j" });
  while (got.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
  const ids = got.map(({ headers }) => headers.get("webhook-id"));
  assert.deepEqual(ids, ["i-opened", "i-closed", "j-opened"]);
  for (const { headers, body } of got) {
    assert.equal(JSON.parse(body).store, store);
    const signed = `${headers.get("webhook-id")}.${headers.get("webhook-timestamp")}.${body}`;
    assert.equal(
      headers.get("webhook-signature"),
      "v1," + createHmac("sha256", bytes).update(signed).digest("base64"),
    );
  }
  await server.shutdown();
});

Deno.test("what nobody takes is logged and given up", async () => {
  const { log, lines } = setUp();
  const closed = Deno.listen({ port: 0 });
  closed.close();
  const { port } = closed.addr;
  const webhook = {
    url: `http://127.0.0.1:${port}/T0/token`,
    secret: "0123456789abcdef",
    store: "s",
  };
  const tell = postTo(webhook, log, [1]);
  tell({ incident_id: "i", kind: "redis_lost", status: "opened", detail: "", since: "", at: "" });
  while (lines.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(JSON.parse(lines[0]).message, "alert not delivered");
  assert(lines[0].includes(`http://127.0.0.1:${port}`), lines[0]);
  assert(!lines[0].includes("token"), lines[0]);
});

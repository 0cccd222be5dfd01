import assert from "node:assert/strict";
import { createApp } from "../../src/app.ts";
import { PROBLEMS } from "../../src/contract/problem_kinds.ts";
import { makeLog } from "../../src/log.ts";
import { openTestApp } from "../support/app.ts";

Deno.test("GET /health", async () => {
  await using t = await openTestApp();
  const { status, body } = await t.get("/health");
  assert.equal(status, 200);
  assert.deepEqual(Object.keys(body), ["status", "redis", "timestamp"]);
});

Deno.test("GET /problems/{code}: where the type of every problem leads", async () => {
  await using t = await openTestApp();
  for (const code of Object.keys(PROBLEMS)) {
    assert.equal((await t.get(`/problems/${code}`)).body.code, code);
  }
  for (const code of ["nosuch", "__proto__", "toString"]) {
    assert.equal((await t.get(`/problems/${code}`)).status, 404);
  }
});

Deno.test("one log line a request, with its id", async () => {
  await using t = await openTestApp();
  const { headers } = await t.get("/inventory/NOSUCH");
  const line = JSON.parse(t.logged.at(-1)!);
  assert.deepEqual([line.message, line.method, line.path, line.status, line.request_id], [
    "request",
    "GET",
    "/inventory/NOSUCH",
    404,
    headers.get("x-request-id"),
  ]);
});

Deno.test("GET /ready: 503 while the service is stopping", async () => {
  await using t = await openTestApp();
  assert.equal((await t.get("/ready")).body.draining, false);
  const app = createApp({
    store: t.store,
    log: makeLog("silent"),
    maxBodyBytes: 4096,
    holdLifetimeMaxSeconds: 7200,
    stopping: AbortSignal.abort(),
  });
  const answer = await app.request("/ready");
  assert.equal(answer.status, 503);
  assert.equal((await answer.json()).detail, "the service is stopping");
});

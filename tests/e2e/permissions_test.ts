// Least privilege: what the real process touches while it does all it can, against what `deno task start` grants.
import assert from "node:assert/strict";
import { ConfigSchema } from "../../src/config.ts";
import { AUDIT_DIR_VARIABLE, readAudits } from "../support/permissions.ts";
import { makeDataDir, runTask, startService } from "../support/service.ts";

Deno.test("the service reads its variables, talks to its Redis, and touches no file outside its folder", async () => {
  await using data = await makeDataDir();
  const dir = await Deno.makeTempDir();
  const env = { DATA_DIR: data.path, [AUDIT_DIR_VARIABLE]: dir, OTEL_DENO: "true" };
  {
    await using service = await startService({ ...env, RATE_LIMIT_PER_MINUTE: "1000" });
    const pages = [
      "/",
      "/docs",
      "/docs/scalar.js",
      "/openapi.json",
      "/metrics",
      "/ready",
      "/events",
    ];
    for (const page of pages) {
      for (const accept of ["text/html", "application/json"]) {
        const answer = await fetch(service.url + page, { headers: { accept } });
        assert.equal(answer.status, 200, page);
        const text = await answer.text();
        for (const [, file] of page === "/" ? text.matchAll(/"(\/console\/[^"]+)"/g) : []) {
          const { status, body } = await fetch(service.url + file);
          await body?.cancel();
          assert.equal(status, 200, file);
        }
      }
    }
    assert.equal((await service.post("/verify", {})).status, 200);
    const tools = await fetch(`${service.url}/mcp`, {
      method: "POST",
      headers: {
        accept: "application/json, text/event-stream",
        "content-type": "application/json",
      },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" }),
    });
    assert.equal(tools.status, 200);
    await tools.body?.cancel();
    assert.equal((await runTask("backup", [], env)).code, 0);
  }
  const audits = await readAudits(dir);
  await Deno.remove(dir, { recursive: true });
  for (const [task, { refused }] of audits) assert.deepEqual(refused, [], task);
  const { used } = audits.get("start")!;
  const isVariable = (words: string) => words.startsWith("env ");
  const variables = Object.keys(ConfigSchema.shape).toSorted().map((name) => `env ${name}`);
  assert.deepEqual(used.filter(isVariable), variables);
  const expected = [
    "net 127.0.0.1:PORT",
    "net unix:$DATA/redis.sock",
    "read $DATA/appendonlydir/appendonly.aof.N.incr.aof", // to force it to disk
    "read $DATA/appendonlydir/appendonly.aof.manifest",
    "read $DATA/redis.sock",
    "write $DATA",
    "write $DATA/redis.lock",
    "write $DATA/redis.sock",
  ];
  const others = used.filter((words) => !isVariable(words) && !expected.includes(words));
  assert.deepEqual(others, []);
});

// An ACL that lets the service do some of what it must do: all of it is refused, and nothing is done by half.
import assert from "node:assert/strict";
import { openStockedApp, timed, untilTaken } from "../support/sick.ts";

const RIGHTS_A_COMMIT_NEEDS = [
  "-time",
  "-get",
  "-set",
  "-mset",
  "-del",
  "-hset",
  "-hgetall",
  "-incrby",
  "-zadd",
  "-zrem",
  "-zrangebyscore",
  "-xadd",
  "resetkeys ~stock:* ~holds_by_expiry ~hold:*",
  "resetkeys ~hold:* ~idemp:* ~events ~units* ~holds*",
];

Deno.test("a command denied to the scripts: 503 store_unavailable, not ready, nothing done, nothing kept", async () => {
  await using t = await openStockedApp({ "enable-debug-command": "yes" });
  const request = { sku: "A", quantity: 1, location: "any" };
  const before = await t.redis.send("DEBUG", "DIGEST");
  for (const right of RIGHTS_A_COMMIT_NEEDS) {
    await t.redis.send("ACL", "SETUSER", "default", ...right.split(" "));
    const key = { "idempotency-key": "k" };
    for (const [path, headers] of [["/hold", {}], ["/hold", key], ["/hold", key]] as const) {
      const answer = await timed(t, () => t.post(path, request, headers));
      assert.deepEqual([answer.status, answer.body.code], [503, "store_unavailable"], right);
      assert(answer.ms < 250, `${right}: ${answer.ms} ms`);
    }
    assert.match(t.logged.findLast((line) => line.includes("store fault"))!, /NOPERM|ACL|user/);
    if (right !== "-hgetall") { // which a commit of nothing does not do
      const { status, body } = await t.get("/ready");
      assert.deepEqual([status, body.code], [503, "store_unavailable"], right);
      assert.match(body.detail, /NOPERM|ACL|user/);
    }
    await t.redis.send("ACL", "SETUSER", "default", "+@all", "allkeys");
    assert.equal(await t.redis.send("DEBUG", "DIGEST"), before, right);
  }
  assert.equal((await t.get("/ready")).status, 200);
  await untilTaken(t);
});

Deno.test("a command denied to the questions: 503 store_unavailable, and commands go on", async () => {
  await using t = await openStockedApp();
  await t.redis.send("ACL", "SETUSER", "default", "-hgetall", "-zcount");
  const read = await t.get("/inventory/A");
  assert.deepEqual([read.status, read.body.code], [503, "store_unavailable"]);
  assert.equal((await t.get("/ready")).status, 503);
  await untilTaken(t);
  await t.redis.send("ACL", "SETUSER", "default", "+@all");
  assert.equal((await t.get("/inventory/A")).status, 200);
});

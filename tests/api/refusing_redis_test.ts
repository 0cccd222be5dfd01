// A Redis that answers, but with a refusal: 503 at once, nothing kept under the key, and well again by itself.
import assert from "node:assert/strict";
import { assertUnavailable, hold, openStockedApp, timed, untilTaken } from "../support/sick.ts";

Deno.test("refused before it starts: 503 store_unavailable at once, nothing kept under the key", async () => {
  await using t = await openStockedApp();
  const key = { "idempotency-key": "k" };
  const states: [name: string, begin: string[][], end: string[][]][] = [
    ["READONLY", [["REPLICAOF", "127.0.0.1", "1"]], [["REPLICAOF", "NO", "ONE"]]],
    ["NOREPLICAS", [["CONFIG", "SET", "min-replicas-to-write", "1"]], [[
      "CONFIG",
      "SET",
      "min-replicas-to-write",
      "0",
    ]]],
    ["NOPERM", [["ACL", "SETUSER", "default", "-fcall"]], [[
      "ACL",
      "SETUSER",
      "default",
      "+@all",
    ]]],
  ];
  for (const [name, begin, end] of states) {
    for (const command of begin) await t.redis.send(...command);
    const answer = await timed(t, () => t.post("/hold", hold, key));
    assert.deepEqual([answer.status, answer.body.code], [503, "store_unavailable"], name);
    assert(answer.ms < 250, `${name}: ${answer.ms} ms`);
    assert.match(t.logged.findLast((line) => line.includes("store fault"))!, new RegExp(name));
    for (const command of end) await t.redis.send(...command);
    assert.equal(await t.redis.send("EXISTS", "idemp:k"), 0, name);
    await untilTaken(t);
  }
  assert.equal((await t.post("/hold", hold, key)).status, 200);
});

Deno.test("MISCONF: the disk is full", async () => {
  await using t = await openStockedApp({ "stop-writes-on-bgsave-error": "yes", save: "3600 1" });
  const inTheWay = t.redis.address.replace("redis.sock", "dump.rdb");
  await Deno.mkdir(inTheWay);
  await t.redis.send("BGSAVE");
  while (!/rdb_last_bgsave_status:err/.test(String(await t.redis.send("INFO", "persistence")))) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await assertUnavailable(t);
  assert.equal((await t.get("/inventory/A")).status, 200);
  await Deno.remove(inTheWay);
  await t.redis.send("BGSAVE");
  await untilTaken(t);
});

Deno.test("BUSY with somebody else's script: refused at once when Redis says so", async () => {
  await using t = await openStockedApp({ "busy-reply-threshold": "50" });
  const endless = t.redis.send("EVAL", "while true do end", "0").catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 150)); // past the threshold
  await assertUnavailable(t);
  await t.store.nodes()[0].command("SCRIPT", "KILL");
  await endless;
  await untilTaken(t);
});

Deno.test("LOADING: refused, not ready, nothing kept under the key, and taken once it is loaded", async () => {
  await using t = await openStockedApp({
    "enable-debug-command": "yes",
    "loading-process-events-interval-bytes": "1024",
  });
  const key = { "idempotency-key": "k" };
  for (let i = 0; i < 500; i++) await t.redis.send("SET", `filler:${i}`, "x".repeat(100));
  await t.redis.send("CONFIG", "SET", "key-load-delay", "1000"); // microseconds
  let isLoading = true;
  const reloaded = t.redis.send("DEBUG", "RELOAD").finally(() => isLoading = false);
  const refused = [];
  while (isLoading) {
    const [answer, ready] = await Promise.all([t.post("/hold", hold, key), t.get("/ready")]);
    if (answer.status !== 200) refused.push(`${answer.body.code} ${ready.status}`);
  }
  await reloaded;
  assert(refused.length > 0);
  assert.deepEqual(new Set(refused), new Set(["store_unavailable 503"]));
  assert.equal((await t.post("/hold", hold, key)).status, 200);
});

Deno.test("the password has changed: refused at once, and taken again once it is right", async () => {
  await using t = await openStockedApp();
  await t.redis.send("CONFIG", "SET", "requirepass", "changed");
  await t.redis.send("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
  while (t.store.ready) await new Promise((resolve) => setTimeout(resolve, 1));
  for (let i = 0; i < 20; i++) {
    await assertUnavailable(t);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await t.redis.send("CONFIG", "SET", "requirepass", "");
  await untilTaken(t);
});

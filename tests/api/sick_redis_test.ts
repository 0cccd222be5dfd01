// A Redis that is not well: what each request is told, how fast, and that all is well again by itself.
import assert from "node:assert/strict";
import { freePort, startProxy } from "../chaos/proxy.ts";
import { openTestApp } from "../support/app.ts";
import {
  assertUnavailable,
  hold,
  openStockedApp,
  timed,
  TIMEOUT_MS,
  untilTaken,
} from "../support/sick.ts";
import { lineOf, stockUp } from "../support/store.ts";

Deno.test("stopped: the first are unknown within the deadline, the later refused at once, and the key tells", async () => {
  await using t = await openStockedApp();
  const key = { "idempotency-key": "k" };
  Deno.kill(t.redis.pid, "SIGSTOP");
  const first = await timed(t, () => t.post("/hold", hold, key));
  assert.deepEqual([first.status, first.body.code], [503, "outcome_unknown"]);
  assert(first.ms < TIMEOUT_MS + 400, `${first.ms} ms`);
  for (let i = 0; i < 20; i++) await assertUnavailable(t);
  await new Promise((resolve) => setTimeout(resolve, 2 * TIMEOUT_MS)); // long enough for connections to time out
  for (let i = 0; i < 20; i++) await assertUnavailable(t);
  Deno.kill(t.redis.pid, "SIGCONT");
  await untilTaken(t);
  // The late command was carried out when Redis went on; its repeat gets the answer.
  const again = await t.post("/hold", hold, key);
  assert.deepEqual([again.status, again.headers.get("idempotent-replayed")], [200, "true"]);
  assert.equal(await lineOf(t.store, "A"), "1000000/2");
});

Deno.test("paused for writes: commits as if it were stopped, reads go on", async () => {
  await using t = await openStockedApp();
  await t.redis.send("CLIENT", "PAUSE", "60000", "WRITE");
  const first = await timed(t, () => t.post("/hold", hold));
  assert.equal(first.body.code, "outcome_unknown");
  assert(first.ms < TIMEOUT_MS + 400, `${first.ms} ms`);
  for (let i = 0; i < 50; i++) {
    await assertUnavailable(t);
    const read = await timed(t, () => t.get("/inventory/A"));
    assert.equal(read.status, 200);
    assert(read.ms < TIMEOUT_MS / 2, `${read.ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { status, body } = await t.get("/ready");
  assert.deepEqual([status, body.detail], [503, "Redis does not answer commits"]);
  await t.redis.send("CLIENT", "UNPAUSE");
  await untilTaken(t);
});

Deno.test("memory full: what frees units goes on, and repeats, and reads; what takes memory is 503 store_full", async () => {
  await using t = await openStockedApp();
  const make = async (body = {}) => (await t.post("/hold", { ...hold, ...body })).body.hold_id;
  const key = { "idempotency-key": "before" };
  const first = await t.post("/hold", hold, key);
  const holds = { released: await make(), confirmed: await make(), due: await make({ ttl: 1 }) };
  await t.redis.send("CONFIG", "SET", "maxmemory", "1");
  const refused = await Promise.all([
    t.post("/hold", hold, { "idempotency-key": "during" }),
    t.post("/simulate/sale", hold),
  ]);
  for (const { status, body } of refused) {
    assert.deepEqual([status, body.code, body.retryable], [503, "store_full", true]);
  }
  // In one batch with a hold that is refused.
  const [released, confirmed, again] = await Promise.all([
    t.post("/release", { hold_id: holds.released }, { "idempotency-key": "release" }),
    t.post("/confirm", { hold_id: holds.confirmed }),
    t.post("/hold", hold, key),
    t.post("/hold", hold),
  ]);
  assert.equal(released.body.status, "released");
  assert.equal(confirmed.body.status, "confirmed");
  assert.equal(again.text, first.text);
  while (await t.redis.send("HGET", "stock:A", "held:online") !== "1") await t.store.settle();
  assert.equal((await t.get(`/holds/${holds.due}`)).body.status, "expired");
  assert.equal((await t.get("/inventory/A")).body.online_stock, 1_000_000 - 2);
  await t.redis.send("CONFIG", "SET", "maxmemory", "0");
  assert.equal((await t.post("/hold", hold, { "idempotency-key": "during" })).status, 200);
});

Deno.test("FUNCTION FLUSH and SCRIPT FLUSH: nobody notices", async () => {
  await using t = await openStockedApp();
  for (let i = 0; i < 5; i++) {
    await t.redis.send("SCRIPT", "FLUSH");
    await t.redis.send("FUNCTION", "FLUSH");
    assert.equal((await t.get("/ready")).body.script_loaded, false);
    const answers = await Promise.all([t.post("/hold", hold), t.get("/inventory/A")]);
    assert.deepEqual(answers.map(({ status }) => status), [200, 200]);
  }
  assert.equal((await t.get("/ready")).body.script_loaded, true);
});

Deno.test("FUNCTION FLUSH without end: answered, or refused as something to repeat", async () => {
  await using t = await openStockedApp();
  let isOver = false;
  const flush = async () => {
    while (!isOver) await t.redis.send("FUNCTION", "FLUSH");
  };
  const flushing = Promise.all([flush(), flush(), flush()]);
  let made = 0;
  const answers: string[] = [];
  for (let i = 0; i < 300; i++) {
    const { status, body } = await t.post("/hold", hold);
    if (status === 200) made++;
    else answers.push(body.code);
  }
  isOver = true;
  await flushing;
  assert(answers.every((code) => code === "store_unavailable"), answers.join());
  assert(made > 0);
  assert.equal(await lineOf(t.store, "A"), `1000000/${made}`);
});

Deno.test("connections cut: no hold is made twice, and the next request is served", async () => {
  await using t = await openStockedApp();
  let made = 0;
  for (let i = 0; i < 20; i++) {
    const asked = Array.from(
      { length: 8 },
      (_, n) => t.post("/hold", hold, { "idempotency-key": `${i}-${n}` }),
    );
    await t.redis.send("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    for (const { status, body } of await Promise.all(asked)) {
      if (status !== 200) assert.equal(status, 503, body.code);
    }
    for (let n = 0; n < 8; n++) {
      while ((await t.post("/hold", hold, { "idempotency-key": `${i}-${n}` })).status !== 200) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      made++;
    }
  }
  assert.equal(await lineOf(t.store, "A"), `1000000/${made}`);
});

Deno.test("GET /ready: how Redis is set up, and what is wrong with it", async () => {
  await using well = await openStockedApp({ appendonly: "yes", appendfsync: "always" });
  assert.deepEqual((await well.get("/ready")).body, {
    status: "ready",
    role: "master",
    durability: "always",
    maxmemory_policy: "noeviction",
    script_loaded: true,
    partitions: { total: 1, served: 1 },
    masters: [{ name: well.redis.address, partitions: 1 }],
    draining: false,
    warnings: [],
  });
  await using risky = await openStockedApp({ "maxmemory-policy": "volatile-ttl" });
  const { status, body } = await risky.get("/ready");
  assert.deepEqual([status, body.durability, body.maxmemory_policy], [
    200,
    "no append-only file",
    "volatile-ttl",
  ]);
  assert.equal(body.warnings.length, 2);
  await risky.redis.send("REPLICAOF", "127.0.0.1", "1");
  assert.equal((await risky.get("/ready")).status, 503);
});

Deno.test("replies lost on the way: outcome_unknown, and each command was carried out once", async () => {
  const port = freePort();
  await using proxy = startProxy(port);
  await using t = await openTestApp({
    address: `redis://127.0.0.1:${proxy.port}`,
    timeoutMs: 60_000, // no ping of its own has a connection cut before the command comes
    redisSettings: { port: String(port) },
  });
  await stockUp(t.store, "A", 1000);
  for (let sales = 1; sales <= 10; sales++) {
    while (!t.store.ready) await new Promise((resolve) => setTimeout(resolve, 1));
    proxy.fault = "reset_after_send";
    const { status, body } = await t.post("/simulate/sale", hold); // without a key to save it
    assert.deepEqual([status, body.code], [503, "outcome_unknown"]);
    proxy.fault = "none";
    while (!t.store.ready) await new Promise((resolve) => setTimeout(resolve, 1));
    assert.equal(await lineOf(t.store, "A"), `${1000 - sales}/0`);
  }
});

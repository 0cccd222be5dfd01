// The embedded Redis in states that a whole service does not often find it in.
import assert from "node:assert/strict";
import { startEmbeddedRedis } from "../../src/redis/embedded/server.ts";
import { makeDataDir } from "../support/service.ts";

const sleep = (ms: number) => new Promise<string>((resolve) => setTimeout(resolve, ms, "slept"));

Deno.test("a stopped Redis is waited for: a second one would write to the same files", async () => {
  await using data = await makeDataDir();
  const embedded = await startEmbeddedRedis({
    dataDir: data.path,
    durability: "everysec",
    clientName: "test",
  });
  const info = await data.redis("INFO", "server");
  const runId = info.match(/run_id:\w+/)![0];
  const pid = Number(info.match(/process_id:(\d+)/)![1]);
  Deno.kill(pid, "SIGSTOP");
  try {
    const running = embedded.ensureRunning().then(() => "running");
    assert.equal(await Promise.race([running, sleep(3000)]), "slept"); // longer than a question may take
    Deno.kill(pid, "SIGCONT");
    assert.equal(await running, "running");
    assert((await data.redis("INFO", "server")).includes(runId), "the same server");
  } finally {
    Deno.kill(pid, "SIGKILL");
  }
});

Deno.test("a dead Redis is started again, with all it had", async () => {
  await using data = await makeDataDir();
  const embedded = await startEmbeddedRedis({
    dataDir: data.path,
    durability: "always",
    clientName: "test",
  });
  assert.equal(await data.redis("SET", "a", "1"), "OK");
  Deno.kill(Number((await data.redis("INFO", "server")).match(/process_id:(\d+)/)![1]), "SIGKILL");
  await embedded.ensureRunning();
  assert.equal(await data.redis("GET", "a"), "1");
  await embedded.stop();
  assert.equal(await data.redis("PING"), "");
});

Deno.test("half a transaction that a kill left in the file never comes to life, not at the second start either", async () => {
  await using data = await makeDataDir();
  const options = { dataDir: data.path, durability: "everysec" as const, clientName: "test" };
  const kill = async () => {
    const pid = Number((await data.redis("INFO", "server")).match(/process_id:(\d+)/)![1]);
    Deno.kill(pid, "SIGKILL");
    while (await data.redis("PING") !== "");
  };
  await startEmbeddedRedis(options);
  assert.equal(await data.redis("SET", "before", "1"), "OK");
  await kill();
  const half =
    "*1\r\n$5\r\nMULTI\r\n*3\r\n$3\r\nSET\r\n$5\r\nghost\r\n$1\r\n1\r\n*3\r\n$3\r\nSET\r\n$5\r\nno";
  await Deno.writeTextFile(`${data.path}/appendonlydir/appendonly.aof.1.incr.aof`, half, {
    append: true,
  });
  for (let start = 0; start < 2; start++) {
    await startEmbeddedRedis(options);
    assert.deepEqual([await data.redis("GET", "before"), await data.redis("EXISTS", "ghost")], [
      "1",
      "0",
    ]);
    await data.redis("EVAL", "redis.call('SET', 'a', 1) redis.call('SET', 'b', 2)", "0");
    await kill();
  }
  await startEmbeddedRedis(options);
  assert.deepEqual([await data.redis("GET", "b"), await data.redis("EXISTS", "ghost")], ["2", "0"]);
});

// The embedded Redis leaves it to the service to force its file to disk each second.
import assert from "node:assert/strict";
import { startEmbeddedRedis } from "../../src/redis/embedded/server.ts";
import { incrementalFiles } from "../../src/redis/embedded/append_only_file.ts";
import { getHold } from "../../src/store/holds/records.ts";
import { hold } from "../../src/store/holds/holds.ts";
import { verify } from "../../src/store/verification/verify.ts";
import { makeDataDir, startService } from "../support/service.ts";
import { call, connectStore, lineOf, stockUp } from "../support/store.ts";

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!await condition()) {
    assert(performance.now() < deadline, "not within 10 s");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function start(dataDir: string, onSyncFailure?: (reason: string) => void) {
  const options = { dataDir, durability: "everysec" as const, clientName: "test", onSyncFailure };
  const embedded = await startEmbeddedRedis(options);
  const isConfirmed = async () => {
    const path = (await incrementalFiles(dataDir)).at(-1)!;
    return embedded.diskSync!.confirmed.get(path) === (await Deno.stat(path)).size;
  };
  return { ...embedded, isConfirmed };
}

async function kill(data: Awaited<ReturnType<typeof makeDataDir>>): Promise<void> {
  const pid = Number((await data.redis("INFO", "server")).match(/process_id:(\d+)/)![1]);
  Deno.kill(pid, "SIGKILL");
  while (await data.redis("PING") !== "");
}

Deno.test("what was written is on disk a second later, also when Redis has begun another file", async () => {
  await using data = await makeDataDir();
  const redis = await start(data.path);
  assert.match(await data.redis("CONFIG", "GET", "appendfsync"), /,no$/);
  await data.redis("SET", "a", "1");
  await until(redis.isConfirmed);
  const [first] = await incrementalFiles(data.path);
  await data.redis("BGREWRITEAOF");
  await until(async () => !(await incrementalFiles(data.path)).includes(first));
  await data.redis("SET", "b", "1");
  await until(redis.isConfirmed);
  assert.equal(redis.diskSync!.trouble, undefined);
  await redis.stop();
});

Deno.test("stopping forces the rest to disk, also where another service keeps Redis", async () => {
  await using data = await makeDataDir();
  const redis = await start(data.path);
  const other = await start(data.path);
  await until(redis.isConfirmed);
  await data.redis("SET", "a", "1");
  await redis.diskSync!.stop();
  assert(await redis.isConfirmed());
  await other.stop();
});

Deno.test("where it cannot be done from here, Redis does it, and the next one that is started too", async () => {
  await using data = await makeDataDir();
  const reasons: string[] = [];
  const redis = await start(data.path, (reason) => reasons.push(reason));
  const manifest = `${data.path}/appendonlydir/appendonly.aof.manifest`;
  await Deno.rename(manifest, `${manifest}.away`);
  await until(async () => (await data.redis("CONFIG", "GET", "appendfsync")).includes("everysec"));
  assert.equal(reasons.length, 1);
  assert.equal(redis.diskSync!.trouble, reasons[0]);
  await Deno.rename(`${manifest}.away`, manifest);
  await data.redis("SHUTDOWN");
  await redis.ensureRunning();
  assert.match(await data.redis("CONFIG", "GET", "appendfsync"), /everysec/);
  await redis.stop();
});

Deno.test("the service says everysec, and says so loudly when it is not", async () => {
  await using data = await makeDataDir();
  await using service = await startService({ DATA_DIR: data.path });
  const ready = async () => await (await fetch(`${service.url}/ready`)).json();
  const { durability, warnings } = await ready();
  assert.deepEqual([durability, warnings], ["everysec", []]);
  const manifest = `${data.path}/appendonlydir/appendonly.aof.manifest`;
  await Deno.rename(manifest, `${manifest}.away`);
  const line = await service.logged(
    "the append-only file cannot be forced to disk; Redis does it now",
  );
  assert.equal(line.level, "error");
  await until(async () => (await ready()).warnings.length === 1);
  assert.match((await ready()).warnings[0], /not forced to disk each second/);
  await Deno.rename(`${manifest}.away`, manifest);
});

Deno.test("the power fails: what the disk had confirmed is there, and of the rest no commit by half", async () => {
  await using data = await makeDataDir();
  const redis = await start(data.path);
  const store = await connectStore(redis.address);
  await stockUp(store, "A", 1000);
  await stockUp(store, "B", 1000);
  const cart = () => {
    const lines = ["A", "B"].map((sku) => ({ sku, quantity: 1, location: "online" }));
    return hold(store, { lines, ttl: 300 }, call("POST /hold/cart"));
  };
  const safe = await Promise.all(Array.from({ length: 20 }, cart));
  await until(redis.isConfirmed);
  const path = (await incrementalFiles(data.path)).at(-1)!;
  const confirmed = redis.diskSync!.confirmed.get(path)!;
  for (let i = 0; i < 20; i++) await cart();
  store.close();
  await redis.diskSync!.stop();
  await kill(data);
  const written = await Deno.readFile(path);
  assert(written.length > confirmed);
  for (let i = 0; i <= 4; i++) {
    const cut = Math.floor(confirmed + (written.length - confirmed) * i / 4);
    await Deno.writeFile(path, written.subarray(0, cut));
    const again = await start(data.path);
    const reader = await connectStore(again.address);
    for (const outcome of safe) {
      assert(outcome.status === "active");
      assert.equal((await getHold(reader, outcome.holdId)).status, "active");
    }
    const [a, b] = [await lineOf(reader, "A"), await lineOf(reader, "B")];
    assert.equal(a, b, `cut at ${cut}`);
    const { checked_holds, drift_count, orphan_count } = await verify(reader, { repair: false });
    assert.deepEqual([a, drift_count, orphan_count], [`1000/${checked_holds}`, 0, 0]);
    assert.equal(checked_holds === 40, i === 4);
    reader.close();
    await again.diskSync!.stop();
    await kill(data);
  }
});

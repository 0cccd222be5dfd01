// Backups through the real tasks: made while the service runs, the store lost, and brought back.
import assert from "node:assert/strict";
import { makeDataDir, runTask, startService } from "../support/service.ts";

const hold = { sku: "SKU000001", quantity: 3, ttl: 3600 };

Deno.test("a store that is lost comes back from its backup: stock, holds, keys and events", async () => {
  await using data = await makeDataDir();
  const env = { DATA_DIR: data.path, BACKUP_KEEP: "2" };
  const key = { "idempotency-key": "order-1" };
  const paths: string[] = [];
  let first, events, sold;
  {
    await using service = await startService(env);
    first = await (await service.post("/hold", hold, key)).text();
    const sale = { sku: "SKU000002", quantity: 5, location: "online" };
    sold = await (await service.post("/simulate/sale", sale)).json();
    events = await (await fetch(`${service.url}/events?limit=1000`)).json();
    for (let i = 0; i < 3; i++) {
      const { code, stdout, stderr } = await runTask("backup", [], env);
      assert.equal(code, 0, stderr);
      paths.push(stdout.trim());
    }
    const refused = await runTask("restore", [paths[2]], env);
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      /^restore: a service or its Redis still runs on .*: stop it first$/m,
    );
    service.signal("SIGTERM");
    await service.status;
  }
  const kept = [...Deno.readDirSync(`${data.path}/backups`)].map(({ name }) => name);
  assert.deepEqual(kept.toSorted(), paths.slice(1).map((path) => path.split("/").at(-1)));

  const elsewhere = await Deno.makeTempFile({ suffix: ".rdb" });
  await Deno.copyFile(paths[2], elsewhere);
  for (const { name } of Deno.readDirSync(data.path)) {
    Deno.removeSync(`${data.path}/${name}`, { recursive: true });
  }
  const restored = await runTask("restore", [elsewhere], env);
  assert.equal(restored.code, 0, restored.stderr);
  assert.match(restored.stdout, /^restored 902 SKUs and 1 holds; what was there is in /);
  await Deno.remove(elsewhere);

  await using service = await startService(env);
  assert.equal(service.lines.some(({ message }) => message === "demo catalogue loaded"), false);
  const stockOf = async (sku: string) => (await fetch(`${service.url}/inventory/${sku}`)).json();
  assert.equal((await stockOf("SKU000001")).online_stock, 497);
  assert.equal((await stockOf("SKU000002")).online_stock, sold.remaining_stock);
  assert.deepEqual(await (await fetch(`${service.url}/events?limit=1000`)).json(), events);
  assert.equal(await (await service.post("/hold", hold, key)).text(), first);
  const { hold_id } = JSON.parse(first);
  assert.equal((await service.post("/confirm", { hold_id })).status, 200);
  const verified = await (await service.post("/verify", {})).json();
  assert.deepEqual([verified.drift_count, verified.orphan_count], [0, 0]);
});

Deno.test("what is no good backup is refused, and nothing changes", async () => {
  await using data = await makeDataDir();
  const env = { DATA_DIR: data.path };
  let good: string;
  {
    await using service = await startService(env);
    await (await service.post("/hold", hold)).json();
    good = (await runTask("backup", [], env)).stdout.trim();
    await data.redis("HINCRBY", "stock:SKU000001", "held:online", "1");
  }
  const damaged = `${data.path}/damaged.rdb`;
  const bytes = await Deno.readFile(good);
  bytes[Math.floor(bytes.length / 2)] ^= 0xff;
  await Deno.writeFile(damaged, bytes);
  const text = `${data.path}/text.rdb`;
  await Deno.writeTextFile(text, "not a snapshot");
  for (
    const [file, message] of [
      [damaged, /^restore: Redis cannot load .*: it is damaged, or of a newer version$/m],
      [text, /^restore: .* is not a snapshot of Redis$/m],
      [`${data.path}/nosuch`, /^restore: cannot read /m],
    ] as [string, RegExp][]
  ) {
    const { code, stderr } = await runTask("restore", [file], env);
    assert.equal(code, 1);
    assert.match(stderr, message);
  }
  const wrongBooks = await runTask("backup", [], env);
  assert.equal(wrongBooks.code, 0, wrongBooks.stderr);
  const { stderr } = await runTask("restore", [wrongBooks.stdout.trim()], env);
  assert.match(stderr, /^restore: .*: 1 lines hold other than their holds say$/m);
  await using service = await startService(env);
  const { online_stock } = await (await fetch(`${service.url}/inventory/SKU000001`)).json();
  assert.equal(online_stock, 496);
});

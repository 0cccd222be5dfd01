// What the real process does by the clock alone: it takes up to a minute, beside the other tests.
import assert from "node:assert/strict";
import { makeDataDir, startService } from "../support/service.ts";

const settings = { BACKUP_SCHEDULE: "* * * * *", ALERT_AFTER_SECONDS: "5" };

async function until(condition: () => Promise<boolean>, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!await condition()) {
    assert(performance.now() < deadline, `not within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

Deno.test("when the minute begins, one of two processes backs up, sweeps go on, and a backup that fails is told", async () => {
  const posts: Record<string, string>[] = [];
  await using receiver = Deno.serve({ port: 0, onListen: () => {} }, async (request) => {
    posts.push(await request.json());
    return new Response();
  });
  await using data = await makeDataDir();
  await using blocked = await makeDataDir();
  await Deno.writeTextFile(`${blocked.path}/backups`, "no folder");
  const env = { ...settings, DATA_DIR: data.path };
  await using one = await startService(env);
  await using other = await startService(env);
  await using failing = await startService({
    ...settings,
    DATA_DIR: blocked.path,
    ALERT_WEBHOOK_URL: `http://127.0.0.1:${receiver.addr.port}/`,
    ALERT_WEBHOOK_SECRET: "0123456789abcdef",
  });

  const made = await Promise.race([one.logged("backup made"), other.logged("backup made")]);
  assert(String(made.path).startsWith(`${data.path}/backups/inventory-`));
  assert.match(
    new TextDecoder().decode((await Deno.readFile(String(made.path))).slice(0, 5)),
    /REDIS|VALKE/,
  );
  await failing.logged("backup failed");
  await until(() => Promise.resolve(posts.length > 0), 10_000);
  const metrics = await (await fetch(`${failing.url}/metrics`)).text();
  assert.match(metrics, /^inventory_backups_total\{outcome="failed"\} 1$/m);
  assert.match(metrics, /^inventory_incident\{kind="backup_failed"\} 1$/m);
  assert.deepEqual(posts.map(({ kind, status }) => [kind, status]), [["backup_failed", "opened"]]);

  // The sweeps of the minute of the start are over: these are the cron's.
  await (await one.post("/hold", { sku: "SKU000001", quantity: 3, ttl: 1 })).json();
  await until(
    async () => await data.redis("HGET", "stock:SKU000001", "held:online") === "0",
    30_000,
  );
  const isMade = ({ message }: Record<string, unknown>) => message === "backup made";
  assert.equal([...one.lines, ...other.lines].filter(isMade).length, 1, "one of the two did it");
  for (const { lines } of [one, other, failing]) {
    assert.deepEqual(lines.filter(({ kind }) => kind === "sweep_late"), []);
  }
});

// The real process set up for earnest: keys, limits, metrics, alerts, and settings that cannot work.
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { run } from "../support/programs.ts";
import { readmeBlock } from "../support/readme.ts";
import { startTestRedis } from "../support/redis.ts";
import { makeDataDir, runTask, startService } from "../support/service.ts";

/** A key as the task prints it, and its entry. */
async function makeKey(name: string, scopes: string) {
  const { code, stdout } = await runTask("key", [name, scopes], {});
  assert.equal(code, 0);
  return {
    key: stdout.match(/\binv_[A-Za-z0-9_-]{43}$/m)![0],
    entry: stdout.match(/\S+:\S+:[0-9a-f]{64}$/m)![0],
  };
}

Deno.test("keys as the task makes them, limits, and metrics for admin", async () => {
  await using data = await makeDataDir();
  const [shop, root] = await Promise.all([makeKey("shop", "read,hold"), makeKey("root", "admin")]);
  await using service = await startService({
    DATA_DIR: data.path,
    API_KEYS: `${shop.entry} ${root.entry}`,
    RATE_LIMIT_PER_MINUTE: "5",
    MAX_HELD_UNITS_PER_KEY: "4",
    CORS_ORIGINS: "https://shop.example",
  });
  assert(!service.lines.some(({ message }) => /API_KEYS/.test(String(message))));
  const hold = { sku: "SKU000001", quantity: 3 };
  const headers = { authorization: `Bearer ${shop.key}` };
  const refused = await service.post("/hold", hold);
  assert.deepEqual([refused.status, (await refused.json()).code], [401, "unauthorized"]);
  const held = await service.post("/hold", hold, headers);
  assert.equal(held.status, 200);
  assert.match(held.headers.get("ratelimit")!, /^"key";r=4;t=\d+$/);
  const { hold_id } = await held.json();
  const greedy = await service.post("/hold", hold, headers);
  assert.equal((await greedy.json()).code, "too_many_held_units");
  const sale = await service.post("/simulate/sale", { ...hold, location: "online" }, headers);
  assert.equal((await sale.json()).code, "forbidden");
  assert.equal((await service.post("/confirm", { hold_id }, headers)).status, 200);
  assert.equal((await service.post("/confirm", { hold_id }, headers)).status, 200);
  const limited = await service.post("/confirm", { hold_id }, headers);
  assert.deepEqual([limited.status, (await limited.json()).code], [429, "rate_limited"]);
  assert(Number(limited.headers.get("retry-after")) > 0);
  const metrics = await fetch(`${service.url}/metrics`, { headers: { "x-api-key": root.key } });
  const text = await metrics.text();
  assert.match(text, /^inventory_redis_up 1$/m);
  assert.match(
    text,
    /^process_resident_memory_bytes \d{7,}$/m,
    "told under the task's permissions",
  );
  const anonymous = await fetch(`${service.url}/metrics`);
  assert.equal(anonymous.status, 401);
  await anonymous.body?.cancel();
  assert.deepEqual(await (await fetch(`${service.url}/ready`)).json(), { status: "ready" });
  assert(!JSON.stringify(service.lines).includes("inv_"), "no key is logged");
});

Deno.test("without keys one loud line says so", async () => {
  await using data = await makeDataDir();
  await using service = await startService({ DATA_DIR: data.path });
  const line = service.lines.find(({ message }) => /API_KEYS is not set/.test(String(message)));
  assert.equal(line?.level, "warn");
});

Deno.test("Redis lost: one post when it begins, one when it is over", async () => {
  const posts: { kind: string; status: string }[] = [];
  const receiver = Deno.serve({ port: 0, onListen: () => {} }, async (request) => {
    assert(request.headers.get("webhook-signature")?.startsWith("v1,"));
    posts.push(await request.json());
    return new Response();
  });
  await using redis = await startTestRedis();
  {
    await using service = await startService({
      REDIS_URL: redis.address,
      DATA_DIR: dirname(redis.address), // what the task may read
      REQUEST_TIMEOUT_MS: "500",
      ALERT_AFTER_SECONDS: "3600",
      ALERT_WEBHOOK_URL: `http://127.0.0.1:${receiver.addr.port}/`,
      ALERT_WEBHOOK_SECRET: "0123456789abcdef",
    });
    await service.logged("listening");
    Deno.kill(redis.pid, "SIGSTOP");
    await service.logged("incident opened");
    Deno.kill(redis.pid, "SIGCONT");
    await service.logged("incident closed");
    const deadline = Date.now() + 10_000;
    while (posts.length < 2 && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  assert.deepEqual(posts.map(({ kind, status }) => `${kind} ${status}`), [
    "redis_lost opened",
    "redis_lost closed",
  ]);
  await receiver.shutdown();
});

Deno.test("a stop that drains: readiness fails at once, requests are taken a while longer", async () => {
  await using data = await makeDataDir();
  await using service = await startService({ DATA_DIR: data.path, DRAIN_SECONDS: "5" });
  assert.equal((await (await fetch(`${service.url}/ready`)).json()).draining, false);
  const signalledAt = performance.now();
  service.signal("SIGTERM");
  await service.logged("stopping");
  const ready = await fetch(`${service.url}/ready`, { headers: { connection: "close" } });
  assert.equal(ready.status, 503);
  assert.match((await ready.json()).detail, /the service is stopping/);
  const held = await service.post("/hold", { sku: "SKU000001", quantity: 1 });
  assert.equal(held.status, 200);
  await held.body?.cancel();
  assert.equal((await service.status).code, 0);
  assert(performance.now() - signalledAt >= 5000);
  await assert.rejects(fetch(`${service.url}/ready`));
});

Deno.test("the settings for the world of docs/operating.md, as Deno reads them from a file", async () => {
  await using data = await makeDataDir();
  const block = readmeBlock("a test starts with this", "");
  const keys = await Promise.all([makeKey("shop", "read,hold"), makeKey("ops", "admin,stock")]);
  let settings = block.replace("<base64>", btoa("0123456789abcdef"));
  for (const { entry } of keys) settings = settings.replace("<sha256>", entry.split(":")[2]);
  const file = `${data.path}/settings`;
  await Deno.writeTextFile(file, settings);
  const print = `console.log(JSON.stringify(Deno.env.toObject()))`;
  const read = JSON.parse(await run(Deno.execPath(), ["eval", `--env-file=${file}`, print]));
  const names = settings.match(/^[A-Z_]+(?==)/gm)!;
  const env = Object.fromEntries(names.map((name) => [name, read[name]]));
  await using service = await startService({ ...env, DATA_DIR: data.path, DRAIN_SECONDS: "0" });
  const ask = async (path: string, key: string) => {
    const answer = await fetch(service.url + path, { headers: key ? { "x-api-key": key } : {} });
    await answer.body?.cancel();
    return answer.status;
  };
  const [shop, ops] = keys.map(({ key }) => key);
  const looked = [await ask("/inventory/SKU000001", ""), await ask("/inventory/SKU000001", shop)];
  assert.deepEqual(looked, [401, 200]);
  assert.deepEqual([await ask("/metrics", shop), await ask("/metrics", ops)], [403, 200]);
  assert(!service.lines.some(({ level }) => level === "warn"));
  const copied = Object.fromEntries(block.matchAll(/^([A-Z_]+)=(.*)$/gm).map((m) => m.slice(1)));
  const { code, stderr } = await runTask("start", [], { ...copied, DATA_DIR: data.path });
  assert.equal(code, 1, "what is only copied is refused");
  assert.match(stderr, /API_KEYS entry 1: .*; ALERT_WEBHOOK_SECRET must/);
});

Deno.test("settings that cannot work are one clear line", async () => {
  await using data = await makeDataDir();
  const cases: [Record<string, string>, RegExp][] = [
    [{ API_KEYS: "shop" }, /^inventory-agent: API_KEYS entry 1: the scopes must be of /],
    [{ API_KEYS: " " }, /^inventory-agent: API_KEYS has no entry; unset it to let everybody in$/],
    [{ BACKUP_SCHEDULE: "99 * * * *" }, /^inventory-agent: BACKUP_SCHEDULE/],
    [
      { CORS_ORIGINS: "shop.example" },
      /^inventory-agent: CORS_ORIGINS must be origins .* shop\.example is none$/,
    ],
    [{ TRUSTED_PROXIES: "10.0.0.0\/8" }, /^inventory-agent: TRUSTED_PROXIES must be addresses /],
    [
      { ALERT_WEBHOOK_URL: "https://a.example/" },
      /^inventory-agent: ALERT_WEBHOOK_SECRET must be set /,
    ],
  ];
  for (const [env, message] of cases) {
    const { code, stderr } = await runTask("start", [], { DATA_DIR: data.path, PORT: "0", ...env });
    assert.equal(code, 1, stderr);
    assert.match(stderr.trim(), message);
    assert.equal(stderr.trim().split("\n").length, 1, stderr);
  }
});

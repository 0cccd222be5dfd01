// The process that `deno task start` runs: starting, serving, surviving, stopping.
import assert from "node:assert/strict";
import { freePort } from "../chaos/proxy.ts";
import { readFeed } from "../support/feed.ts";
import { createInventoryClient } from "../../openapi/client/client.js";
import { checkedFetch } from "../support/contract.ts";
import { readmeBlock } from "../support/readme.ts";
import { startTestRedis } from "../support/redis.ts";
import { makeDataDir, runTask, startService } from "../support/service.ts";
import { waitedMs } from "../support/stopwatch.ts";

const sleep = (ms: number) => new Promise<string>((resolve) => setTimeout(resolve, ms, "slept"));
const hold = { sku: "SKU000001", quantity: 3, ttl: 300 };

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!await condition()) {
    assert(performance.now() < deadline, "not within a minute");
    await sleep(20);
  }
}

async function onlineStock(baseUrl: string): Promise<number> {
  const { data } = await createInventoryClient({ baseUrl, fetch: checkedFetch }).GET(
    "/inventory/{sku}",
    { params: { path: { sku: "SKU000001" } } },
  );
  return data!.online_stock;
}

Deno.test("a fresh folder: the demo catalogue is there, and the docs, and a stop leaves nothing running", async () => {
  await using data = await makeDataDir();
  await using service = await startService({ DATA_DIR: data.path });
  const inventory = await (await fetch(`${service.url}/inventory/SKU000001`)).json();
  assert.deepEqual(inventory, {
    sku: "SKU000001",
    online_stock: 500,
    store_stock: { STORE_MUMBAI: 182, STORE_DELHI: 249, STORE_BANGALORE: 152, STORE_PUNE: 54 },
    total_stock: 1137,
    held: {},
  });
  assert.match(await (await fetch(`${service.url}/docs`)).text(), /Inventory Agent/);
  const { openapi } = await (await fetch(`${service.url}/openapi.json`)).json();
  assert.equal(openapi, "3.1.0");
  service.signal("SIGTERM");
  assert.equal((await service.status).code, 0);
  assert.equal(service.lines.at(-1)!.message, "stopped");
  assert.equal(await data.redis("PING"), "");
});

/** Runs the block behind this remark; answers what its curl calls printed. */
// deno-lint-ignore no-explicit-any -- whatever JSON the service answers
async function runBlock(remark: string, url: string): Promise<{ block: string; answers: any[] }> {
  const block = readmeBlock(remark, url);
  const script = "set -euo pipefail\n" + block;
  const { code, stdout, stderr } = await new Deno.Command("bash", { args: ["-c", script] })
    .output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const printed = new TextDecoder().decode(stdout).replaceAll("}{", "}\n{").trim();
  return { block, answers: printed.split("\n").map((line) => JSON.parse(line)) };
}

Deno.test("the README's life in curl, line by line", async () => {
  await using data = await makeDataDir();
  await using service = await startService({ DATA_DIR: data.path });
  const { block, answers } = await runBlock("a test runs this", service.url);
  assert.equal(block.match(/\bcurl /g)!.length, 7);
  assert.deepEqual(answers.map(({ status }) => status), [
    undefined, // the inventory has none
    "active",
    "confirmed",
    "released",
    "sold",
    "healthy",
  ]);
  assert.equal(await onlineStock(service.url), 497);
});

Deno.test("the session of an agent with a basket, of docs/calling.md", async () => {
  await using data = await makeDataDir();
  await using service = await startService({ DATA_DIR: data.path });
  const { answers: [looked, short, cart, extended, listed, sold] } = await runBlock(
    "a test runs this basket",
    service.url,
  );
  assert.equal(looked.items.length, 2);
  assert.deepEqual([short.code, short.shortages.length], ["insufficient_stock", 1]);
  assert.equal(short.shortages[0].elsewhere.online, 500);
  assert.equal(cart.status, "active");
  assert.equal(extended.hold_id, cart.hold_id);
  assert.equal(listed.items[0].expires_at, extended.expires_at);
  assert.deepEqual([sold.status, sold.lines.length], ["confirmed", cart.lines.length]);
});

Deno.test("a hold is back in stock at the next request, and without any request", async () => {
  await using data = await makeDataDir();
  await using service = await startService({ DATA_DIR: data.path });
  const redisPid = Number((await data.redis("INFO", "server")).match(/process_id:(\d+)/)![1]);
  const waited = () => waitedMs(service.pid) + waitedMs(redisPid);
  const waitedBefore = waited();
  const { expires_at } = await (await service.post("/hold", { ...hold, ttl: 2 })).json();
  assert.equal(await data.redis("HGET", "stock:SKU000001", "held:online"), "3");
  await until(async () => await data.redis("HGET", "stock:SKU000001", "held:online") === "0");
  const { items } = await (await fetch(`${service.url}/events?sku=SKU000001`)).json();
  const { at } = items.findLast(({ kind }: { kind: string }) => kind === "hold.expired");
  const lateMs = Date.parse(at) - Date.parse(expires_at);
  assert(lateMs >= 0, "not early");
  assert(lateMs < 1500 + waited() - waitedBefore, `${lateMs} ms late`);
  const next = await (await service.post("/hold", { ...hold, ttl: 1 })).json();
  await sleep(Date.parse(next.expires_at) - Date.now());
  assert.equal(await onlineStock(service.url), 500);
});

Deno.test("kill -9: stock, holds and outcomes survive, and the Redis left running is used again", async () => {
  await using data = await makeDataDir();
  const key = { "idempotency-key": "order-1" };
  let first;
  {
    await using service = await startService({ DATA_DIR: data.path });
    first = await (await service.post("/hold", hold, key)).text();
    service.signal("SIGKILL");
    await service.status;
  }
  const runId = (await data.redis("INFO", "server")).match(/run_id:(\w+)/)![1];
  await using service = await startService({ DATA_DIR: data.path });
  assert((await data.redis("INFO", "server")).includes(runId), "the same Redis");
  assert.equal(await onlineStock(service.url), 497);
  const again = await service.post("/hold", hold, key);
  assert.equal(again.headers.get("idempotent-replayed"), "true");
  assert.equal(await again.text(), first);
});

Deno.test("two services share one folder; Redis stops with the last of them", async () => {
  await using data = await makeDataDir();
  const [one, other] = await Promise.all([
    startService({ DATA_DIR: data.path }),
    startService({ DATA_DIR: data.path }),
  ]);
  await using _one = one;
  await using _other = other;
  await (await one.post("/hold", hold)).json();
  assert.equal(await onlineStock(other.url), 497);
  one.signal("SIGTERM");
  assert.equal((await one.status).code, 0);
  assert.equal(await onlineStock(other.url), 497);
  other.signal("SIGINT");
  assert.equal((await other.status).code, 0);
  assert.equal(await data.redis("PING"), "");
});

Deno.test("an embedded Redis that dies is started again, with everything it had", async () => {
  await using data = await makeDataDir();
  await using service = await startService({ DATA_DIR: data.path });
  await (await service.post("/hold", hold)).json();
  const redisPid = Number((await data.redis("INFO", "server")).match(/process_id:(\d+)/)![1]);
  Deno.kill(redisPid, "SIGKILL");
  await service.logged("Redis lost");
  await service.logged("Redis back");
  assert.equal(await onlineStock(service.url), 497);
});

Deno.test("a stop lets the request in flight finish", async () => {
  await using data = await makeDataDir();
  await using service = await startService({ DATA_DIR: data.path });
  await data.redis("CLIENT", "PAUSE", "60000", "WRITE");
  const asked: Promise<Response>[] = [];
  await until(async () => { // as soon as one waits behind it, the first is in flight
    asked.push(service.post("/hold", { ...hold, quantity: 1 }));
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    return !/^inventory_queue_length 0$/m.test(metrics);
  });
  service.signal("SIGTERM");
  await service.logged("stopping");
  await data.redis("CLIENT", "UNPAUSE");
  assert.equal((await asked[0]).status, 200);
  await Promise.allSettled(asked);
  assert.equal((await service.status).code, 0);
});

Deno.test("a stop does not wait for feeds: they end, and it exits at once", async () => {
  await using data = await makeDataDir();
  await using service = await startService({ DATA_DIR: data.path });
  const headers = { accept: "text/event-stream" };
  const open = async () => readFeed(await fetch(`${service.url}/events`, { headers }));
  const feeds = await Promise.all([open(), open()]);
  await service.post("/simulate/sale", { sku: "SKU000001", quantity: 1 });
  const heard = await Promise.all(feeds.map((feed) => feed.next()));
  assert.deepEqual(heard.map((message) => message!.event), ["stock.sold", "stock.sold"]);
  const ends = feeds.map((feed) => feed.next());
  service.signal("SIGTERM");
  assert.deepEqual(await Promise.all(ends), [undefined, undefined]);
  assert.equal((await service.status).code, 0);
  const isWaitOver = ({ message }: Record<string, unknown>) => /still running/.test(`${message}`);
  assert(!service.lines.some(isWaitOver), "it waited for the feeds");
});

Deno.test("a Redis that is silent when the service starts is waited for, longer than one that refuses", async () => {
  const port = String(freePort());
  await using redis = await startTestRedis({ port });
  Deno.kill(redis.pid, "SIGSTOP");
  const starting = startService({
    REDIS_URL: `redis://127.0.0.1:${port}`,
    REQUEST_TIMEOUT_MS: "500",
  });
  assert.equal(await Promise.race([starting, sleep(8000)]), "slept"); // one that refuses is given up after 5 s
  Deno.kill(redis.pid, "SIGCONT");
  await using service = await starting;
  assert.equal((await fetch(`${service.url}/ready`)).status, 200);
});

Deno.test("a data folder too deep for a socket's path", async () => {
  await using data = await makeDataDir();
  const deep = `${data.path}/${"d".repeat(60)}/${"e".repeat(60)}`;
  await using service = await startService({ DATA_DIR: deep });
  assert.equal(await onlineStock(service.url), 500);
});

Deno.test("what cannot work is one clear line and a failing exit, without a stack", async () => {
  await using data = await makeDataDir();
  await using service = await startService({ DATA_DIR: data.path });
  const taken = new URL(service.url).port;
  const cases: [Record<string, string>, RegExp][] = [
    [
      { PORT: taken, DATA_DIR: data.path },
      new RegExp(`^inventory-agent: port ${taken} on 127.0.0.1 is in use`),
    ],
    [
      { PORT: "x", DURABILITY: "y" },
      /^inventory-agent: PORT must be a whole number; DURABILITY .*$/,
    ],
    [
      { REDIS_URL: "redis://u:secret@127.0.0.1:1" },
      /^inventory-agent: cannot reach Redis at redis:\/\/127.0.0.1:1: /,
    ],
    [
      { REDIS_URL: "rediss://127.0.0.1:1", REDIS_TLS_CA: "/etc/ssl/nosuch" },
      /^inventory-agent: REDIS_TLS_CA: cannot read /,
    ],
    [
      { DATA_DIR: `${data.path}/redis.log/below-a-file` },
      /^inventory-agent: cannot use .*below-a-file for data: /,
    ],
  ];
  for (const [env, message] of cases) {
    const { code, stderr } = await runTask("start", [], env);
    assert.equal(code, 1, stderr);
    assert.match(stderr.trim(), message);
    assert.equal(stderr.trim().split("\n").length, 1, stderr);
    assert(!stderr.includes("secret"));
  }
});

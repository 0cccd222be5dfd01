// Several processes behind one port, and on one store: all that is promised of one holds for them together.
import assert from "node:assert/strict";
import { Agent, request } from "node:http";
import { makeApiKey } from "../../src/http/api_keys.ts";
import { startTestRedis } from "../support/redis.ts";
import { makeDataDir, type Service, startService } from "../support/service.ts";

/** Posts on a connection of its own, so that the system may give each to another process. */
function post(url: string, path: string, body: unknown, headers: Record<string, string>) {
  const { promise, resolve, reject } = Promise.withResolvers<
    { status: number; text: string; replayed: boolean }
  >();
  const options = {
    method: "POST",
    agent: new Agent({ keepAlive: false }),
    headers: { "content-type": "application/json", ...headers },
  };
  const sent = request(url + path, options, async (response) => {
    let text = "";
    for await (const chunk of response.setEncoding("utf8")) text += chunk;
    const replayed = response.headers["idempotent-replayed"] === "true";
    resolve({ status: response.statusCode!, text, replayed });
  });
  sent.on("error", reject);
  sent.end(JSON.stringify(body));
  return promise;
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const served = ({ lines }: Service) => lines.filter(({ message }) => message === "request").length;

Deno.test("two processes on one port and one store: no unit twice, one effect per key, exact books", async () => {
  await using data = await makeDataDir();
  const env = { DATA_DIR: data.path, REUSE_PORT: "true" };
  await using one = await startService(env);
  const { port } = new URL(one.url);
  await using other = await startService({ ...env, PORT: port });
  assert.equal(other.url, one.url);

  const hold = { sku: "SKU000001", quantity: 1, ttl: 60 };
  const answers: Awaited<ReturnType<typeof post>>[] = [];
  for (let round = 0; round < 12; round++) {
    const batch = Array.from({ length: 100 }, (_, i) => {
      const key = { "idempotency-key": `order-${round * 50 + i % 50}` }; // each key twice at once
      return post(one.url, "/hold", hold, key);
    });
    answers.push(...await Promise.all(batch));
  }
  while (served(one) + served(other) < answers.length) await sleep(20);
  assert(served(one) > 100 && served(other) > 100, `${served(one)} and ${served(other)}`);
  const count = (wanted: number, isReplay: boolean) =>
    answers.filter(({ status, replayed }) => status === wanted && replayed === isReplay).length;
  assert.deepEqual([count(200, false), count(200, true)], [500, 500]);
  assert.deepEqual([count(409, false), count(409, true)], [100, 100]);
  assert.equal(
    new Set(answers.map(({ text }) => text)).size,
    600,
    "a repeat gets the first answer",
  );

  one.signal("SIGTERM");
  assert.equal((await one.status).code, 0);
  const { drift_count, orphan_count, checked_holds } = await (await other.post("/verify", {}))
    .json();
  assert.deepEqual([drift_count, orphan_count, checked_holds], [0, 0, 500]);
  const { hold_id } = JSON.parse(answers.find(({ status }) => status === 200)!.text);
  assert.equal(
    (await other.post("/confirm", { hold_id })).status,
    200,
    "made by either, sold by the other",
  );
});

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

const PER_MINUTE = 8;

Deno.test("two machines on one Redis: one effect per key, one allowance, one cap, and an incident is told once", async () => {
  const port = String(freePort());
  await using redis = await startTestRedis({ port, requirepass: "secret" });
  const posts: string[] = [];
  await using receiver = Deno.serve({ port: 0, onListen: () => {} }, async (request) => {
    const { kind, status, store } = await request.json();
    posts.push(`${kind} ${status} ${store}`);
    return new Response();
  });
  const [shop, root] = [makeApiKey("shop", "read,hold"), makeApiKey("root", "admin,stock")];
  await using one = await startMachine();
  await using other = await startMachine();
  const as = ({ key }: { key: string }) => ({ "x-api-key": key });
  const count = { sku: "A", location: "online", count: 10, reason: "cycle_count" };
  assert.equal((await one.post("/adjust", count, as(root))).status, 200);

  const startedAt = performance.now();
  const key = { ...as(shop), "idempotency-key": "order-1" };
  const hold = { sku: "A", quantity: 2 };
  const [first, again] = await Promise.all([
    one.post("/hold", hold, key),
    other.post("/hold", hold, key),
  ]);
  assert.equal(await first.text(), await again.text(), "made by one, repeated to the other");
  const greedy = await Promise.all(
    [one, other, one, other].map(async (machine) =>
      (await (await machine.post("/hold", hold, as(shop))).json()).code
    ),
  );
  assert.deepEqual(greedy.toSorted(), [
    "too_many_held_units",
    "too_many_held_units",
    "too_many_held_units",
    undefined,
  ]);
  const limited = await Promise.all(
    [one, other, one, other, one, other].map(async (machine) =>
      (await machine.post("/hold", hold, as(shop))).status
    ),
  );
  const refused = limited.filter((status) => status === 429).length;
  const cameBack = Math.ceil((performance.now() - startedAt) / (60_000 / PER_MINUTE));
  assert(refused >= 4 - cameBack, `${refused} of 6, where both together had two left`);

  const verify = async (machine: Service) =>
    (await (await machine.post("/verify", {}, as(root))).json()).drift_count;
  assert.deepEqual([await verify(one), posts], [0, []]);
  await redis.send("HINCRBY", "stock:A", "held:online", "1");
  assert.deepEqual([await verify(one), await verify(other)], [1, 1]);
  await redis.send("HINCRBY", "stock:A", "held:online", "-1");
  assert.deepEqual([await verify(other), await verify(one)], [0, 0]);
  const place = `Redis at redis://127.0.0.1:${port}`;
  const wanted = [`drift_found opened ${place}`, `drift_found closed ${place}`];
  const deadline = Date.now() + 10_000;
  while (posts.length < 2 && Date.now() < deadline) {
    await sleep(20);
  }
  assert.deepEqual(posts.toSorted(), wanted.toSorted());

  /** A service that shares nothing with another but the Redis. */
  async function startMachine() {
    const data = await makeDataDir();
    const service = await startService({
      DATA_DIR: data.path,
      REDIS_URL: `redis://:secret@127.0.0.1:${port}`,
      API_KEYS: `${shop.entry} ${root.entry}`,
      RATE_LIMIT_PER_MINUTE: String(PER_MINUTE),
      MAX_HELD_UNITS_PER_KEY: "4",
      ALERT_WEBHOOK_URL: `http://127.0.0.1:${receiver.addr.port}/`,
      ALERT_WEBHOOK_SECRET: "0123456789abcdef",
    });
    return {
      ...service,
      async [Symbol.asyncDispose]() {
        await service[Symbol.asyncDispose]();
        await data[Symbol.asyncDispose]();
      },
    };
  }
});

// Several processes behind one port, and on one store: all that is promised of one holds for them together.
import assert from "node:assert/strict";
import { Agent, request } from "node:http";
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

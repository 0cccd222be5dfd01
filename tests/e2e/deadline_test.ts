// No request outlives its deadline: a body that does not come, a slow one before a slow Redis, one wait after another.
import assert from "node:assert/strict";
import { openTestApp, type TestApp } from "../support/app.ts";
import { startStopwatch } from "../support/stopwatch.ts";
import { lineOf, stockUp } from "../support/store.ts";

const TIMEOUT_MS = 1000;
const HEAD = "POST /hold HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n";
const BODY = '{"sku":"A","quantity":1}';
const LENGTH = `Content-Length: ${BODY.length}\r\n`;

async function openSlowApp(options: Parameters<typeof openTestApp>[1] = {}): Promise<TestApp> {
  const t = await openTestApp({ timeoutMs: 0.9 * TIMEOUT_MS }, {
    requestTimeoutMs: TIMEOUT_MS,
    ...options,
  });
  await stockUp(t.store, "A", 100);
  return t;
}

const serve = (t: TestApp) =>
  Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, t.app.fetch);

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A request on a bare socket, its beginning sent; the answer's head and how long it took. */
async function begin(port: number, text: string) {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const elapsedMs = startStopwatch();
  const send = (more: string) => conn.write(new TextEncoder().encode(more));
  await send(text);
  return {
    send,
    async answer() {
      let text = "";
      for await (const chunk of conn.readable.values({ preventCancel: true })) {
        text += new TextDecoder().decode(chunk);
        if (text.endsWith("}")) break;
      }
      const ms = elapsedMs();
      assert(ms < TIMEOUT_MS + 400, `${ms} ms: ${text}`);
      const [, status, code] = text.match(/^HTTP\/1\.1 (\d+) .*"code":"(\w+)"/s)!;
      return `${status} ${code}`;
    },
    [Symbol.dispose]: () => conn.close(),
  };
}

Deno.test("a body that does not come, or stops coming: 408 request_timeout, and nothing is done", async () => {
  await using t = await openSlowApp({ maxRequestsInFlight: 4 });
  await using server = serve(t);
  const chunked = "Transfer-Encoding: chunked\r\n";
  const beginnings = [
    `${HEAD}${LENGTH}\r\n`,
    `${HEAD}${LENGTH}\r\n${BODY.slice(0, -1)}`,
    `${HEAD}${chunked}\r\n`,
    `${HEAD}${chunked}\r\n18\r\n${BODY}\r\n`,
  ];
  // Twice, since those that were answered no longer count among the requests in flight.
  for (let round = 0; round < 2; round++) {
    await Promise.all(beginnings.map(async (beginning) => {
      using request = await begin(server.addr.port, beginning);
      assert.equal(await request.answer(), "408 request_timeout", beginning);
      await request.send(beginning.includes(BODY.slice(0, -1)) ? "}" : BODY).catch(() => {});
      await request.send("\r\n0\r\n\r\n").catch(() => {});
      await sleep(50);
    }));
  }
  for (const path of ["/verify", "/mcp", "/inventory/query"]) {
    using request = await begin(server.addr.port, HEAD.replace("/hold", path) + LENGTH + "\r\n");
    assert.equal(await request.answer(), "408 request_timeout", path);
  }
  assert.equal(await lineOf(t.store, "A"), "100/0");
});

Deno.test("a slow body before a Redis that is stopped: one deadline for both", async () => {
  await using t = await openSlowApp();
  await using server = serve(t);
  using request = await begin(server.addr.port, `${HEAD}${LENGTH}\r\n`);
  Deno.kill(t.redis.pid, "SIGSTOP");
  await sleep(TIMEOUT_MS / 2);
  await request.send(BODY);
  const answer = await request.answer();
  Deno.kill(t.redis.pid, "SIGCONT");
  assert.equal(answer, "503 outcome_unknown");
  while (await t.redis.send("HGET", "stock:A", "held:online") !== "1") await sleep(5);
});

Deno.test("a limit asks a Redis that is stopped, then the command would: one deadline for both", async () => {
  await using t = await openSlowApp({ rateLimitPerMinute: 1000 });
  await using server = serve(t);
  Deno.kill(t.redis.pid, "SIGSTOP");
  using request = await begin(server.addr.port, `${HEAD}${LENGTH}\r\n${BODY}`);
  const answer = await request.answer();
  Deno.kill(t.redis.pid, "SIGCONT");
  assert.equal(answer, "503 store_unavailable");
  assert.equal(await t.redis.send("EXISTS", "hold:A", "holds_by_expiry"), 0);
});

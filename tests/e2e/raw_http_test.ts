// Bytes that no client library would send, on a bare socket: refused or cut off, never a 5xx, nothing written,
// and the next client is served as ever.
import assert from "node:assert/strict";
import { openTestApp } from "../support/app.ts";
import { startStopwatch } from "../support/stopwatch.ts";
import { stockUp } from "../support/store.ts";

const BODY = '{"sku":"A","quantity":1}';
const HEAD = "POST /hold HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n";
const CLOSE = "Connection: close\r\n";
const length = (bytes: number) => `Content-Length: ${bytes}\r\n`;

/** What is sent, and the statuses that may come back; 0 is a connection closed without a word. */
const CASES: [name: string, bytes: string, statuses: number[]][] = [
  ["garbage", "\x00\x01\x02\x03\r\n\r\n", [400, 0]],
  ["no HTTP version", "GET /inventory/A\r\n\r\n", [400, 0]],
  ["an unknown version", "GET /inventory/A HTTP/9.9\r\nHost: a\r\n\r\n", [400, 0]],
  ["a line break in the method", "PO\r\nST /hold HTTP/1.1\r\n\r\n", [400, 0]],
  ["a space in the path", `POST /ho ld HTTP/1.1\r\nHost: a\r\n${length(0)}\r\n`, [400, 0]],
  ["two lengths", `${HEAD}${length(24)}${length(2)}\r\n${BODY}`, [400, 0]],
  ["a negative length", `${HEAD}${length(-1)}\r\n${BODY}`, [400, 0]],
  ["a length that is no number", `${HEAD}Content-Length: 0x18\r\n\r\n${BODY}`, [400, 0]],
  ["an enormous length", `${HEAD}${length(1e15)}\r\n${BODY}`, [413, 400, 0]],
  [
    "a length and chunks",
    `${HEAD}${length(4)}Transfer-Encoding: chunked\r\n\r\n18\r\n${BODY}\r\n0\r\n\r\n`,
    [400, 0],
  ],
  ["chunks of no size", `${HEAD}Transfer-Encoding: chunked\r\n\r\nXY\r\n${BODY}\r\n0\r\n\r\n`, [
    400,
    0,
  ]],
  [
    "chunks that end early",
    `${HEAD}Transfer-Encoding: chunked\r\n\r\n18\r\n{"sku"`,
    [400, 0],
  ],
  ["a body cut off by its length", `${HEAD}${CLOSE}${length(10)}\r\n${BODY}`, [400]],
  ["a body that ends early", `${HEAD}${length(100)}\r\n${BODY}`, [400, 0]],
  ["a NUL in a header", `${HEAD}X-A: a\x00b\r\n${CLOSE}${length(24)}\r\n${BODY}`, [400, 0]],
  ["a bare CR in a key", `${HEAD}Idempotency-Key: a\rb\r\n${CLOSE}${length(24)}\r\n${BODY}`, [
    400,
    0,
  ]],
  [
    "two keys",
    `${HEAD}Idempotency-Key: a\r\nIdempotency-Key: b\r\n${CLOSE}${length(24)}\r\n${BODY}`,
    [
      400,
    ],
  ],
  ["a header without a name", `${HEAD}: a\r\n${length(24)}\r\n${BODY}`, [400, 0]],
  ["a header with a space in its name", `${HEAD}X A: a\r\n${length(24)}\r\n${BODY}`, [400, 0]],
  ["300 headers", `${HEAD}${"X-A: a\r\n".repeat(300)}${length(24)}\r\n${BODY}`, [431, 400, 0]],
  ["a header of 1 MiB", `${HEAD}X-A: ${"a".repeat(1 << 20)}\r\n${length(24)}\r\n${BODY}`, [
    431,
    400,
    0,
  ]],
  ["a path of 1 MiB", `GET /inventory/${"a".repeat(1 << 20)} HTTP/1.1\r\nHost: a\r\n\r\n`, [
    414,
    431,
    400,
    0,
  ]],
  [
    "colours in a request id",
    `GET /nope HTTP/1.1\r\nHost: a\r\nX-Request-Id: \x1b[31m\r\n${CLOSE}\r\n`,
    [
      404,
      400,
      0,
    ],
  ],
];

/** Sends bytes, and where asked says that no more come; reads until the end of the answer, or for 500 ms. */
async function exchange(port: number, text: string, isAll = false): Promise<string> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const chunks: Uint8Array[] = [];
  try {
    const bytes = Uint8Array.from(text, (c) => c.charCodeAt(0));
    for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
    if (isAll) await conn.closeWrite();
  } catch { /* refused before all was sent */ }
  const late = setTimeout(() => conn.close(), 500);
  try {
    for await (const chunk of conn.readable) chunks.push(chunk);
  } catch { /* cut off */ }
  clearTimeout(late);
  return new TextDecoder("latin1").decode(await new Blob(chunks as BlobPart[]).arrayBuffer());
}

Deno.test("bytes that are no request", async () => {
  await using t = await openTestApp({ redisSettings: { "enable-debug-command": "yes" } });
  await stockUp(t.store, "A", 100);
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, t.fetch);
  const { port } = server.addr;
  const before = await t.redis.send("DEBUG", "DIGEST");
  for (const [name, bytes, statuses] of CASES) {
    const answer = await exchange(port, bytes, name.includes("early"));
    const status = Number(answer.match(/^HTTP\/1\.1 (\d+)/)?.[1] ?? 0);
    assert(statuses.includes(status), `${name}: ${answer.slice(0, 300)}`);
    assert(!/^HTTP\/1\.1 .*HTTP\/1\.1 2/s.test(answer), `${name}: a second request got through`);
    assert.equal(await t.redis.send("DEBUG", "DIGEST"), before, `${name} wrote something`);
    const served = await fetch(`http://127.0.0.1:${port}/inventory/A`);
    assert.equal((await served.json()).online_stock, 100, name);
  }
  assert(!t.logged.some((line) => line.includes("\u001b")), "a log line holds raw control bytes");
});

Deno.test("requests sent ahead are answered in order; hundreds of idle connections hurt nobody", async () => {
  await using t = await openTestApp();
  await stockUp(t.store, "A", 100);
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, t.fetch);
  const { port } = server.addr;
  const ask = (path: string, more = "") => `GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`;
  const answers = await exchange(port, ask("/inventory/A") + ask("/nope") + ask("/health", CLOSE));
  assert.deepEqual([...answers.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status), [
    "200",
    "404",
    "200",
  ]);
  const idle = await Promise.all(
    Array.from({ length: 500 }, () => Deno.connect({ hostname: "127.0.0.1", port })),
  );
  await Promise.all(idle.map((conn) => conn.write(new TextEncoder().encode("GET /inv"))));
  const elapsedMs = startStopwatch();
  assert.equal(
    (await fetch(`http://127.0.0.1:${port}/inventory/A`).then((a) => a.json())).sku,
    "A",
  );
  assert(elapsedMs() < 500);
  idle.forEach((conn) => conn.close());
});

Deno.test("a SKU that is `..` is found where its path comes as it stands", async () => {
  await using t = await openTestApp();
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, t.fetch);
  for (const sku of [".", ".."]) {
    await stockUp(t.store, sku, 100);
    for (const segment of [sku, sku.replaceAll(".", "%2E"), sku.replaceAll(".", "%2e")]) {
      const head = `GET /inventory/${segment} HTTP/1.1\r\nHost: a\r\n${CLOSE}\r\n`;
      assert.match(
        await exchange(server.addr.port, head),
        /^HTTP\/1\.1 200 [^]*"online_stock":100/,
      );
    }
  }
});

Deno.test("one byte at a time is as good as all at once", async () => {
  await using t = await openTestApp();
  await stockUp(t.store, "A", 100);
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, t.fetch);
  using conn = await Deno.connect({ hostname: "127.0.0.1", port: server.addr.port });
  conn.setNoDelay();
  for (const byte of new TextEncoder().encode(`${HEAD}${CLOSE}${length(24)}\r\n${BODY}`)) {
    await conn.write(Uint8Array.of(byte));
  }
  const answer = await new Response(conn.readable).text();
  assert.match(answer, /^HTTP\/1\.1 200 /);
  assert.match(answer, /"remaining_stock":99/);
});

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { openTestApp } from "../support/app.ts";

Deno.test("GET /: a program gets links, each of which leads somewhere", async () => {
  await using t = await openTestApp();
  for (const accept of ["*/*", "application/json", ""]) {
    const answer = await t.app.request("/", { headers: { accept } });
    const body = await answer.json();
    assert.deepEqual([answer.status, body.name, answer.headers.get("vary")], [
      200,
      "Inventory Agent",
      "accept",
    ]);
    for (const href of Object.values<string>(body.links)) {
      assert((await t.app.request(href)).status !== 404, href);
    }
  }
});

Deno.test("GET /: a browser gets a page, under a policy that lets nothing else run", async () => {
  await using t = await openTestApp();
  const accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
  const answer = await t.app.request("/", { headers: { accept } });
  const { headers } = answer;
  assert.match(headers.get("content-type")!, /^text\/html/);
  const [, nonce] = headers.get("content-security-policy")!.match(
    /script-src 'nonce-([^']+)' 'self';/,
  )!;
  assert((await answer.text()).includes(`<script type="importmap" nonce="${nonce}">`));
  assert.equal(headers.get("x-content-type-options"), "nosniff");
  assert.equal(headers.get("x-frame-options"), "DENY");
  const { headers: other } = await t.app.request("/", { headers: { accept } });
  assert(!other.get("content-security-policy")!.includes(nonce), "a nonce is used once");
});

Deno.test("GET /: everything that the page loads is there, plain JavaScript, and 150 kB in all", async () => {
  await using t = await openTestApp();
  const page = await (await t.app.request("/", { headers: { accept: "text/html" } })).text();
  const paths = new Set(page.match(/\/console\/[\w./]+/g));
  const console = new URL("../../src/console/", import.meta.url).pathname;
  for (const file of readdirSync(console, { recursive: true, encoding: "utf8" })) {
    if (/\.(ts|css)$/.test(file)) assert(paths.has(`/console/${file}`), `${file} is not served`);
  }
  let bytes = page.length;
  for (const path of paths) {
    const answer = await t.app.request(path, { headers: { "accept-encoding": "gzip, br" } });
    assert.equal(answer.headers.get("content-encoding"), "gzip", path);
    bytes += (await answer.clone().arrayBuffer()).byteLength;
    const plain = await (await t.app.request(path)).text();
    const unpacked = answer.body!.pipeThrough(new DecompressionStream("gzip"));
    assert.equal(await new Response(unpacked).text(), plain);
    if (path.endsWith(".ts")) assert(!/^\s*(interface|import type)\b/m.test(plain), path);
    const again = { headers: { "if-none-match": answer.headers.get("etag")! } };
    assert.equal((await t.app.request(path, again)).status, 304);
  }
  assert(bytes < 150_000, `${bytes} bytes`);
  assert.equal((await t.app.request("/console/nosuch.ts")).status, 404);
  assert.equal((await t.app.request("/console/constructor")).status, 404);
});

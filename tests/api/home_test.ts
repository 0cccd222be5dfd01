import assert from "node:assert/strict";
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
  const [, nonce] = headers.get("content-security-policy")!.match(/style-src 'nonce-([^']+)'/)!;
  assert((await answer.text()).includes(`<style nonce="${nonce}">`));
  assert.equal(headers.get("x-content-type-options"), "nosniff");
  assert.equal(headers.get("x-frame-options"), "DENY");
  const { headers: other } = await t.app.request("/", { headers: { accept } });
  assert(!other.get("content-security-policy")!.includes(nonce), "a nonce is used once");
});

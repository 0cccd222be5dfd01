import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { makeApiKey, parseApiKeys } from "../../src/http/api_keys.ts";
import { openTestApp } from "../support/app.ts";

Deno.test("GET /docs/guide: an index of all pages of docs/, and what they link to is there", async () => {
  await using t = await openTestApp();
  const index = await (await t.app.request("/docs/guide")).text();
  const paths = [...index.matchAll(/href="(\/docs\/guide\/[\w-]+)"/g)].map(([, path]) => path);
  const files = readdirSync(new URL("../../docs", import.meta.url));
  assert.deepEqual(
    paths.toSorted(),
    files.map((name) => `/docs/guide/${name.replace(/\.md$/, "")}`).toSorted(),
  );
  const pages = new Map([["/docs/guide", index]]);
  for (const path of paths) {
    const answer = await t.app.request(path);
    assert.equal(answer.status, 200, path);
    assert.match(answer.headers.get("content-type")!, /^text\/html/);
    pages.set(path, await answer.text());
  }
  for (const [path, page] of pages) {
    assert.doesNotMatch(page, /<script|<!--|style=/, path);
    for (const [, href] of page.matchAll(/href="([^"]+)"/g)) {
      if (/^https:/.test(href)) continue;
      const { pathname, hash } = new URL(href, `http://localhost${path}`);
      assert.equal((await t.app.request(pathname)).status, 200, `${path} links to ${href}`);
      if (hash) assert(pages.get(pathname)!.includes(`id="${hash.slice(1)}"`), href);
    }
  }
});

Deno.test("GET /docs/guide/{page}: no script may run, and what is no page is 404", async () => {
  await using t = await openTestApp();
  const { headers } = await t.app.request("/docs/guide/operating");
  const policy = headers.get("content-security-policy")!;
  assert.match(policy, /default-src 'none'; script-src 'none'; style-src 'self';/);
  assert.equal(headers.get("x-content-type-options"), "nosniff");
  for (const name of ["nosuch", "constructor", "operating.md", "..%2Foperating"]) {
    assert.equal((await t.app.request(`/docs/guide/${name}`)).status, 404, name);
  }
});

Deno.test("GET /docs/guide needs no key", async () => {
  const { entry } = makeApiKey("shop", "read");
  await using t = await openTestApp({}, { apiKeys: parseApiKeys(entry), publicReads: false });
  assert.equal((await t.app.request("/docs/guide/calling")).status, 200);
});

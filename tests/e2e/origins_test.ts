// A page whose name was made to point here, and our own pages under a name of ours, in a real browser.
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { openTestApp } from "../support/app.ts";
import { launchBrowser, noBrowser } from "../support/browser.ts";
import { lineOf, stockUp } from "../support/store.ts";

/** What a page is answered that sends these commands to where it came from. */
function holdFrom(page: Page): Promise<[status: number, code?: string]> {
  return page.evaluate(async () => {
    const answer = await fetch("/hold", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ sku: "A", quantity: 1 }),
    });
    return [answer.status, (await answer.json()).code];
  });
}

Deno.test({
  name: "in a browser only pages of names that are ours may send commands",
  ignore: noBrowser,
  async fn() {
    await using t = await openTestApp({}, { publicHosts: ["stock.example"] });
    await stockUp(t.store, "A", 10);
    await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, t.app.fetch);
    const { port } = server.addr;
    const browser = await launchBrowser(["--host-resolver-rules=MAP *.example 127.0.0.1"]);
    try {
      const page = await browser.newPage();
      for (const host of ["127.0.0.1", "localhost", "shop.localhost", "stock.example"]) {
        await page.goto(`http://${host}:${port}/openapi.json`);
        assert.deepEqual(await holdFrom(page), [200, undefined], host);
      }
      await page.goto(`http://evil.example:${port}/openapi.json`);
      assert.deepEqual(await holdFrom(page), [403, "origin_not_allowed"]);
      assert.equal(await lineOf(t.store, "A"), "10/4");
    } finally {
      await browser.close();
    }
  },
});

// A page whose name was made to point here, and our own pages under a name of ours, in a real browser; and that
// what is configured gets to the doors.
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { openTestApp } from "../support/app.ts";
import { launchBrowser, noBrowser } from "../support/browser.ts";
import { makeDataDir, startService } from "../support/service.ts";
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

Deno.test("hosts, live feeds of a caller and the life of holds are as configured", async () => {
  await using data = await makeDataDir();
  await using service = await startService({
    DATA_DIR: data.path,
    PUBLIC_HOSTS: "stock.example",
    MAX_LIVE_FEEDS_PER_CALLER: "1",
    HOLD_LIFETIME_MAX_SECONDS: "120",
  });
  const hold = { sku: "SKU000001", quantity: 1 };
  const holdFrom = (origin: string) => service.post("/hold", hold, { origin });
  const held = await holdFrom("https://stock.example");
  assert.equal(held.status, 200);
  const { expires_at } = await held.json();
  assert(Math.abs(Date.parse(expires_at) - Date.now() - 120_000) < 60_000, expires_at);
  assert.equal((await holdFrom("https://evil.example")).status, 403);
  const document = await (await fetch(`${service.url}/openapi.json`)).json();
  assert.equal(document.components.schemas.HoldRequest.properties.ttl.maximum, 120);
  const open = () => fetch(`${service.url}/events`, { headers: { accept: "text/event-stream" } });
  const feed = await open();
  const refused = await open();
  assert.deepEqual([feed.status, refused.status], [200, 503]);
  await Promise.all([feed.body!.cancel(), refused.body!.cancel()]);
});

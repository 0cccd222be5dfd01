// The console of a service that wants keys.
import assert from "node:assert/strict";
import type { Request } from "playwright-core";
import { makeApiKey, parseApiKeys } from "../../src/http/api_keys.ts";
import { Metrics } from "../../src/operations/metrics.ts";
import { noBrowser } from "../support/browser.ts";
import { axeFindings, enterKey, openConsole } from "../support/console.ts";

const seller = makeApiKey("seller", "read,stock");
const clerk = makeApiKey("clerk", "hold");

Deno.test({
  name: "console: a key is asked for, kept for the tab, and what it may not do is shown",
  ignore: noBrowser,
  async fn() {
    const apiKeys = parseApiKeys(`${seller.entry} ${clerk.entry}`);
    const metrics = new Metrics();
    await using opened = await openConsole({}, { apiKeys, publicReads: false, metrics });
    const { page, url } = opened;
    page.setDefaultTimeout(10_000);
    await page.goto(url);
    await page.getByText("This service wants a key").waitFor();
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await axeFindings(page), [], colorScheme);
    }
    await enterKey(page, "inv_bad");
    await page.getByText("This key was not accepted").waitFor();
    await enterKey(page, clerk.key);
    await page.getByText("This key may not look at the stock.").waitFor();
    await page.getByText("This key may not list holds.").waitFor();
    await page.getByText("✕ not allowed").waitFor();
    await page.getByRole("button", { name: "adjust · not allowed" }).waitFor();
    await page.getByRole("button", { name: "Send hold" }).waitFor();

    await page.getByRole("button", { name: "Forget the key" }).click();
    await enterKey(page, seller.key);
    await page.locator("tbody tr").first().waitFor();
    await page.getByText("● live").waitFor();
    await page.getByRole("img", { name: "This needs a key that is good for admin." }).waitFor();
    assert.match(await page.locator("#curl").innerText(), /Authorization: Bearer \$INVENTORY_KEY/);
    await page.getByText("This key may not hold. It takes one with hold").waitFor();
    assert.equal(await page.getByRole("button", { name: "Send hold" }).count(), 0);
    assert.equal(await page.getByRole("button", { name: /^Hold units/ }).count(), 0);
    assert.deepEqual(await axeFindings(page), []);
    assert.equal(await page.locator("#demo").count(), 0, "a sale day would need to hold");
    await page.getByRole("button", { name: "adjust", exact: true }).click();
    await page.getByRole("button", { name: "Send adjust" }).click();
    await page.getByRole("button", { name: "Yes, adjust" }).click();
    await page.locator("#doing").getByText("✓ 200").waitFor();

    await page.reload();
    await page.locator("tbody tr").first().waitFor();
    assert.equal(await page.evaluate(() => localStorage.length), 0);
    const other = await page.context().newPage();
    await other.goto(url);
    await other.getByText("This service wants a key").waitFor();
  },
});

const owner = makeApiKey("owner", "read,admin");

Deno.test({
  name: "console: what one key is answered late says nothing of the next one",
  ignore: noBrowser,
  async fn() {
    const apiKeys = parseApiKeys(`${clerk.entry} ${owner.entry}`);
    const metrics = new Metrics();
    await using opened = await openConsole({}, { apiKeys, publicReads: false, metrics });
    const { page, url } = opened;
    const late: (() => Promise<void>)[] = [];
    const isClerks = (request: Request) =>
      request.headers().authorization === `Bearer ${clerk.key}`;
    await page.route("**/*", (route, request) => {
      if (!isClerks(request)) return route.continue();
      late.push(() => route.continue());
    });
    const isForMetrics = (each: Request) => each.url().endsWith("/metrics") && isClerks(each);
    await page.goto(url);
    await page.getByText("This service wants a key").waitFor();
    const asked = page.waitForRequest(isForMetrics);
    await enterKey(page, clerk.key);
    await asked;
    await page.getByRole("button", { name: "Forget the key" }).click();
    await enterKey(page, owner.key);
    const answered = page.waitForResponse((each) => isForMetrics(each.request()));
    for (const goOn of late) await goOn().catch(() => {}); // the page has given some up
    await answered;
    await page.getByText("● live").waitFor();
    await page.locator("tbody tr").first().waitFor();
    await page.getByText("Nothing is held now.").waitFor();
    await page.getByRole("img", { name: /^Latency, most recently/ }).waitFor();
    assert.equal(await page.getByText(/This key may not (look|list)/).count(), 0);
  },
});

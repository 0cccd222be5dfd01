// The sale day of the console: through the public API, within bounds, and nowhere it does not belong.
import assert from "node:assert/strict";
import { makeApiKey, parseApiKeys } from "../../src/http/api_keys.ts";
import { noBrowser } from "../support/browser.ts";
import {
  axeFindings,
  type Console,
  consoleTest,
  enterKey,
  openConsole,
} from "../support/console.ts";

const begin = ({ page }: Console) =>
  page.getByRole("button", { name: "Run a sale day" }).click({ timeout: 20_000 });
/** Waits until it has stopped and says why. */
const end = ({ page }: Console, why: RegExp) => page.getByText(why).waitFor({ timeout: 20_000 });

consoleTest("a sale day runs through the public API and stops when told", async (console) => {
  const { t, page } = console;
  await begin(console);
  await page.locator(".happenings .list").getByText("hold.confirmed").first().waitFor();
  await page.getByRole("button", { name: "Stop the sale day" }).click();
  await end(console, /Sale day: Stopped\. \d+ buyers came\./);
  const { body } = await t.post("/verify", {});
  assert.deepEqual([body.drift_count, body.orphan_count], [0, 0]);
  // Who was still thinking gives back what he held; those who had forgotten let it expire.
  await page.waitForFunction(() => {
    const [active] = document.getElementById("active")!.innerText.split(" ");
    return Number(active) < 30;
  });
  // And the chart, built from all these events, ends where the stock is.
  for (let shown = "", stands = "-"; shown !== stands;) {
    await t.post("/confirm", { hold_id: "hold-00000000-0000-4000-8000-000000000000" }); // settles what is due
    const { total_stock, held } = (await t.get("/inventory/SKU000001")).body;
    stands = `available ${total_stock}, held ${held.online ?? 0}`;
    const chart = page.getByRole("img", { name: /^Stock of SKU000001/ });
    shown = (await chart.getAttribute("aria-label"))!.split(": ")[1];
    await page.waitForTimeout(200);
  }
});

consoleTest("a sale day is bounded in rate and time", async (console) => {
  const { page } = console;
  let holds = 0;
  page.on("request", (request) => {
    if (request.method() === "POST" && new URL(request.url()).pathname === "/hold") holds++;
  });
  await begin(console);
  const startedAt = performance.now();
  await page.waitForTimeout(5000); // buyers come all the while
  const seconds = (performance.now() - startedAt) / 1000;
  assert(holds > 20 && holds <= 12 * seconds + 12, `${holds} buyers in ${seconds} s`);
  await page.evaluate(() => {
    const now = Date.now;
    Date.now = () => now() + 60_000; // a minute later
  });
  await end(console, /Sale day: The day is over\. \d+ buyers came\./);
  const before = holds;
  await page.waitForTimeout(500);
  assert.equal(holds, before, "nobody comes after the end");
});

consoleTest("a sale day stops at the service's limit of requests", async (console) => {
  await begin(console);
  await end(console, /Sale day: Stopped: that is as much as the service allows\./);
}, { rateLimitPerMinute: 150 });

for (
  const [status, why] of [[401, "The key is not known"], [403, "This needs a key with `hold`"]]
) {
  consoleTest(`a sale day stops when it is answered ${status}`, async (console) => {
    const { page } = console;
    await begin(console);
    await page.locator(".happenings .list").getByText("hold.created").first().waitFor();
    let sent = 0;
    await page.route(/\/(hold|release|confirm|extend)$/, (route) => {
      sent++;
      const body = JSON.stringify({ code: "x", title: "No", detail: why, retryable: false });
      return route.fulfill({ status: status as number, contentType: "application/json", body });
    });
    await end(console, new RegExp(`Sale day: Stopped: ${why}`));
    await page.waitForTimeout(6000); // longer than any buyer thinks
    assert(sent < 30, `${sent} requests, although none is welcome`);
  });
}

const admin = makeApiKey("admin", "read,hold,stock,admin");
const clerk = makeApiKey("clerk", "read,hold,stock");

Deno.test({
  name: "console: on a real catalogue a sale day takes an admin's key, and asks",
  ignore: noBrowser,
  async fn() {
    const catalogue = [{ sku: "REAL-1", onHand: [["online", 5000] as [string, number]] }];
    const apiKeys = parseApiKeys(`${admin.entry} ${clerk.entry}`);
    await using opened = await openConsole({}, { apiKeys }, catalogue);
    const { page, url, t } = opened;
    page.setDefaultTimeout(20_000);
    await page.goto(url);
    const useKey = async (key: string) => {
      await enterKey(page, key);
      await page.getByText("● live").waitFor();
    };
    await useKey(clerk.key);
    await page.getByRole("button", { name: /^Hold units/ }).waitFor();
    assert.equal(await page.locator("#demo").count(), 0);
    await page.getByRole("button", { name: "Forget the key" }).click();
    await useKey(admin.key);
    const events = async () =>
      (await t.get("/events", { "x-api-key": admin.key })).body.items.length;
    const before = await events();
    await begin(opened);
    await page.getByText("This is not the demo catalogue.").waitFor();
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await axeFindings(page), [], colorScheme);
    }
    await page.getByRole("button", { name: "No", exact: true }).click();
    assert.equal(await events(), before, "nothing is sold without a yes");
    await begin(opened);
    await page.getByRole("button", { name: "Yes, sell them" }).click();
    await page.locator(".happenings .list").getByText("hold.created").first().waitFor();
    await page.getByRole("button", { name: "Stop the sale day" }).click();
    await end(opened, /Sale day: Stopped\./);
  },
});

consoleTest("no sale day on a catalogue that is not the demo", async (console) => {
  await console.t.post("/adjust", {
    sku: "SKU000903",
    location: "online",
    delta: 1,
    reason: "received",
  });
  await console.load();
  await console.page.getByText(/^From no. 1 /).waitFor();
  assert.equal(await console.page.locator("#demo").count(), 0);
});

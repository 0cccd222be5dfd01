// The pages in a real browser: they show what they should, ask no other host for anything, run under a strict
// content security policy, and the requests of the docs page work.
import { makeApiKey } from "../../src/http/api_keys.ts";
import assert from "node:assert/strict";
import { launchBrowser, noBrowser } from "../support/browser.ts";
import { axeFindings, screenshot } from "../support/console.ts";
import type { Page } from "playwright-core";
import { makeDataDir, type Service, startService } from "../support/service.ts";

const WIDTHS = [390, 1440];

/** Opens pages of a service in a browser and notes what goes wrong in them, or leaves our origin. */
async function withBrowser(
  act: (open: (path: string, width: number) => Promise<Page>, service: Service) => Promise<void>,
) {
  await using data = await makeDataDir();
  await using service = await startService({ DATA_DIR: data.path });
  const browser = await launchBrowser();
  const faults: string[] = []; // violations of the content security policy come as errors of the console
  try {
    await act(async (path, width) => {
      const page = await browser.newPage({ viewport: { width, height: 900 } });
      page.on("request", (request) => {
        const isOurs = request.url().startsWith(service.url) || /^(data|blob):/.test(request.url());
        if (!isOurs) faults.push(`asked for ${request.url()}`);
      });
      page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
      page.on("pageerror", (error) => faults.push(String(error)));
      const answer = await page.goto(service.url + path);
      assert.match(answer!.headers()["content-security-policy"], /^default-src 'none'/);
      return page;
    }, service);
    assert.deepEqual(faults, []);
  } finally {
    await browser.close();
  }
}

async function assertNoSidewaysScroll(page: Page) {
  const [content, window] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    innerWidth,
  ]);
  assert(content <= window, `${content} px wide in a window of ${window}`);
}

Deno.test({
  name: "the docs page shows the operations and works without any other host",
  ignore: noBrowser,
  fn: () =>
    withBrowser(async (open, service) => {
      for (const width of WIDTHS) {
        const page = await open("/docs", width);
        await page.getByText("Hold units for a while").first().waitFor({
          state: "attached",
          timeout: 20_000,
        });
        await assertNoSidewaysScroll(page);
        await screenshot(page, `docs-${width}`);
      }
      const page = await open("/docs#tag/inventory/GET/inventory/{sku}", 1440);
      await page.getByRole("button", { name: "Test Request" }).first().click();
      const send = page.getByRole("button", { name: /^Send/ }).first();
      await send.waitFor();
      const answer = page.waitForResponse((response) =>
        response.url().startsWith(`${service.url}/inventory/`)
      );
      await send.click();
      assert.equal((await answer).status(), 200);
      await screenshot(page, "docs-request");
    }),
});

Deno.test({
  name: "the guide: from its index to a page and on, readable on a phone, by day and by night",
  ignore: noBrowser,
  fn: () =>
    withBrowser(async (open) => {
      for (const width of WIDTHS) {
        for (const name of ["", "/calling", "/operating", "/how-it-works", "/promises"]) {
          const page = await open(`/docs/guide${name}`, width);
          await assertNoSidewaysScroll(page);
          assert.deepEqual(await axeFindings(page), [], name);
          await screenshot(page, `guide${name.replace("/", "-")}-${width}`);
          await page.close();
        }
      }
      const page = await open("/", 390);
      await page.emulateMedia({ colorScheme: "dark" });
      await page.getByRole("link", { name: "Guide" }).click();
      await page.getByRole("link", { name: "Promises and tests" }).click();
      await page.getByRole("link", { name: "a Redis Cluster" }).click();
      await page.getByRole("heading", { level: 1, name: "Run on a Redis Cluster" }).waitFor();
      assert.deepEqual(await axeFindings(page), []);
      await screenshot(page, "guide-dark-390");
    }),
});

Deno.test({
  name: "with keys on, one entered at the top of the docs page goes with every request",
  ignore: noBrowser,
  async fn() {
    const { key, entry } = makeApiKey("docs", "read");
    await using data = await makeDataDir();
    await using service = await startService({
      DATA_DIR: data.path,
      API_KEYS: entry,
      PUBLIC_READS: "false",
    });
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      await page.goto(`${service.url}/docs`);
      await page.getByPlaceholder(/token/i).first().fill(key);
      await page.goto(`${service.url}/docs#tag/inventory/GET/inventory/{sku}`);
      await page.getByRole("button", { name: "Test Request" }).first().click();
      const send = page.getByRole("button", { name: /^Send/ }).first();
      await send.waitFor();
      const answer = page.waitForResponse((response) => response.url().includes("/inventory/"));
      await send.click();
      assert.equal((await answer).status(), 200);
    } finally {
      await browser.close();
    }
  },
});

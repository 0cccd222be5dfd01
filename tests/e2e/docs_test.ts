// The docs page in a real browser: it shows the API, asks no other host for anything, and its requests work.
import assert from "node:assert/strict";
import { launchBrowser, noBrowser } from "../support/browser.ts";
import { makeDataDir, startService } from "../support/service.ts";

Deno.test({
  name: "the docs page shows the operations and works without any other host",
  ignore: noBrowser,
  async fn() {
    await using data = await makeDataDir();
    await using service = await startService({ DATA_DIR: data.path });
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      const asked: string[] = [];
      page.on("request", (request) => asked.push(request.url()));
      const errors: string[] = [];
      page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
      await page.goto(`${service.url}/docs`);
      await page.getByText("Hold units for a while").first().waitFor({ timeout: 20_000 });
      await screenshot(page, "docs");

      await page.goto(`${service.url}/docs#tag/inventory/GET/inventory/{sku}`);
      await page.getByRole("button", { name: "Test Request" }).first().click();
      const send = page.getByRole("button", { name: /^Send/ }).first();
      await send.waitFor();
      const answer = page.waitForResponse((response) =>
        response.url().startsWith(`${service.url}/inventory/`)
      );
      await send.click();
      assert.equal((await answer).status(), 200);
      await screenshot(page, "docs-request");

      const foreign = asked.filter((url) =>
        !url.startsWith(service.url) && !/^(data|blob):/.test(url)
      );
      assert.deepEqual(foreign, []);
      assert.deepEqual(errors, []);
    } finally {
      await browser.close();
    }
  },
});

/** Keeps a picture where SCREENSHOTS names a folder, for a person to look at. */
async function screenshot(
  page: { screenshot(options: { path: string }): Promise<unknown> },
  name: string,
) {
  const folder = Deno.env.get("SCREENSHOTS");
  if (folder) await page.screenshot({ path: `${folder}/${name}.png` });
}

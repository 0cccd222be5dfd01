// How the console looks: widths, schemes, accessibility, and what it weighs.
import assert from "node:assert/strict";
import { Metrics } from "../../src/operations/metrics.ts";
import { noBrowser } from "../support/browser.ts";
import { axeFindings, openConsole, screenshot } from "../support/console.ts";

const LOOKS = [
  { width: 1440, colorScheme: "light" },
  { width: 1440, colorScheme: "dark" },
  { width: 390, colorScheme: "light" },
  { width: 390, colorScheme: "dark" },
] as const;

Deno.test({
  name: "console: wide and narrow, light and dark, axe finds nothing and nothing sticks out",
  ignore: noBrowser,
  async fn() {
    await using opened = await openConsole({ reducedMotion: "reduce" }, { metrics: new Metrics() });
    const { page, t } = opened;
    await opened.load();
    await page.getByRole("button", { name: "Run a sale day" }).click();
    const seconds = Deno.env.get("SCREENSHOTS") ? 15 : 2;
    await page.waitForTimeout(seconds * 1000); // so that there is something to see: no condition to wait for
    await t.post("/hold", { sku: "SKU000001", quantity: 3, ttl: 4 });
    await page.getByLabel("Quantity").fill("100000");
    await page.getByRole("button", { name: "Send hold" }).click();
    await page.locator("#doing").getByText("✕").first().waitFor();
    for (const { width, colorScheme } of LOOKS) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      await page.evaluate(() => scrollTo(0, 0));
      const contentWidth = await page.evaluate(() => document.documentElement.scrollWidth);
      assert(contentWidth <= width, `${contentWidth} px wide in a window of ${width}`);
      assert.deepEqual(await axeFindings(page), [], `${width} ${colorScheme}`);
      await screenshot(page, `console-${width}-${colorScheme}`, width === 390);
    }
    await page.setViewportSize({ width: 1280, height: 760 });
    await page.emulateMedia({ colorScheme: "light" });
    await screenshot(page, "console-readme");
    const moving = await page.evaluate(() => document.getAnimations().length);
    assert.equal(moving, 0, "nothing moves by itself where that is not wanted");
  },
});

/** Compressed, with everything: the page, our modules, the libraries, the styles. */
const MOST_KB = 150;

Deno.test({
  name: "console: all of it is light, from our own origin, and runs without eval or inline code",
  ignore: noBrowser,
  async fn() {
    await using opened = await openConsole(); // which fails where anything else is asked for
    const { page } = opened;
    const devtools = await page.context().newCDPSession(page);
    await devtools.send("Network.enable");
    const files = new Set<string>();
    let bytes = 0;
    devtools.on("Network.requestWillBeSent", ({ requestId, request }) => {
      if (/^\/(console\/.*)?$/.test(new URL(request.url).pathname)) files.add(requestId);
    });
    devtools.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
      if (files.has(requestId)) bytes += encodedDataLength;
    });
    await opened.load();
    if (Deno.env.get("SCREENSHOTS")) console.log(`${files.size} files, ${bytes} bytes`);
    assert(
      files.size > 20 && bytes > 20_000,
      `${files.size} files, ${bytes} bytes: what is counted?`,
    );
    assert(bytes < MOST_KB * 1000, `${bytes} bytes over the wire, headers included`);

    const policy = (await page.request.get(opened.url, { headers: { accept: "text/html" } }))
      .headers()["content-security-policy"];
    assert.match(policy, /default-src 'none'|default-src 'self'/);
    assert.doesNotMatch(policy, /unsafe-eval|https?:|\*/);
    assert.doesNotMatch(policy.match(/script-src[^;]*/)![0], /unsafe-inline/);
    const evaluated = await page.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "globalThis.ran = true";
      document.head.append(script);
      return "ran" in globalThis;
    });
    assert(!evaluated, "code that is put into the page does not run");
    opened.forgive("Content Security Policy");
  },
});

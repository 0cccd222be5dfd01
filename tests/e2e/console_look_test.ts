// How the console looks and feels: widths, schemes, accessibility, and a page that stays quick under load.
import assert from "node:assert/strict";
import axe from "axe-core";
import { sell } from "../../src/store/sales.ts";
import { noBrowser } from "../support/browser.ts";
import { openConsole, screenshot } from "../support/console.ts";
import { call } from "../support/store.ts";

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
    await using opened = await openConsole({ reducedMotion: "reduce" });
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
      await page.evaluate(axe.source);
      const found = await page.evaluate(async () => {
        // deno-lint-ignore no-explicit-any -- put there by the line before
        const { violations } = await (globalThis as any).axe.run(document);
        // deno-lint-ignore no-explicit-any -- as axe documents them
        return violations.map((each: any) =>
          // deno-lint-ignore no-explicit-any -- as axe documents them
          `${each.id}: ${each.nodes.map((node: any) => node.html + " " + node.failureSummary)}`
        );
      });
      assert.deepEqual(found, [], `${width} ${colorScheme}`);
      await screenshot(page, `console-${width}-${colorScheme}`, width === 390);
    }
    await page.setViewportSize({ width: 1280, height: 760 });
    await page.emulateMedia({ colorScheme: "light" });
    await screenshot(page, "console-readme");
    const moving = await page.evaluate(() => document.getAnimations().length);
    assert.equal(moving, 0, "nothing moves by itself where that is not wanted");
  },
});

const PER_SECOND = 1000;

Deno.test({
  name: "console: at 1,000 events a second it draws 50 frames a second and its memory stays flat",
  ignore: noBrowser,
  async fn() {
    await using opened = await openConsole();
    const { page, t } = opened;
    await opened.load();
    let isOver = false;
    let sent = 0;
    const startedAt = performance.now();
    const burst = (async () => {
      while (!isOver) {
        const due = Math.floor((performance.now() - startedAt) / 1000 * PER_SECOND) - sent;
        sent += due;
        await Promise.all(Array.from({ length: due }, (_, i) => {
          const sku = `SKU${String(1 + (sent + i) % 900).padStart(6, "0")}`;
          return sell(
            t.store,
            { sku, quantity: 1, location: "online" },
            call("POST /simulate/sale"),
          );
        }));
        await t.post("/adjust", {
          sku: "SKU000001",
          location: "online",
          delta: 1,
          reason: "received",
        });
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    try {
      const devtools = await page.context().newCDPSession(page);
      const heapBytes = async () => {
        await devtools.send("HeapProfiler.collectGarbage");
        return (await devtools.send("Runtime.getHeapUsage")).usedSize;
      };
      const framesIn = (ms: number) =>
        page.evaluate((ms) =>
          new Promise<number>((resolve) => {
            let frames = 0;
            const start = performance.now();
            const frame = () => {
              frames++;
              if (performance.now() - start < ms) requestAnimationFrame(frame);
              else resolve(frames / ((performance.now() - start) / 1000));
            };
            requestAnimationFrame(frame);
          }), ms);
      const eventsSeen = () =>
        page.locator(".figures dd").nth(0).innerText().then((text) => Number(text));
      await framesIn(2000); // until lists and buffers are full
      const before = await heapBytes();
      const rates = [await framesIn(2000), await framesIn(2000), await framesIn(2000)];
      const grown = await heapBytes() - before;
      const seen = await eventsSeen();
      if (Deno.env.get("SCREENSHOTS")) console.log({ rates, grown, before, seen });
      await page.locator(".feed-state.live").waitFor();
      assert(seen > 0.6 * PER_SECOND, `only ${seen} events a second came`);
      assert(Math.max(...rates) >= 50, `${rates.map(Math.round)} frames a second`);
      assert(grown < 3_000_000, `${grown} bytes more after six seconds`);
    } finally {
      isOver = true;
      await burst;
    }
  },
});

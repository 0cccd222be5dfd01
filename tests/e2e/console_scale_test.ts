// The console on a catalogue that is too large to be held: 20,000 SKUs, or as many as CONSOLE_SKUS says.
import assert from "node:assert/strict";
import type { Count } from "../../src/store/inventory.ts";
import { noBrowser } from "../support/browser.ts";
import { openConsole } from "../support/console.ts";

const SKUS = Number(Deno.env.get("CONSOLE_SKUS") ?? 20_000);
const CITIES = ["MUMBAI", "DELHI", "PUNE", "CHENNAI", "KOLKATA"];
const skuName = (number: number) => `SKU${String(number).padStart(7, "0")}`;

function* catalogue(): Generator<Count> {
  for (let i = 1; i <= SKUS; i++) {
    const stores = CITIES.map((city, j): [string, number] => [`store:STORE_${city}`, 10 * j]);
    yield { sku: skuName(i), onHand: [["online", i % 500], ...stores] };
  }
}

/** Scrolled through, downwards and back. A page is 20 SKUs. */
const THROUGH = Number(Deno.env.get("CONSOLE_THROUGH") ?? 800);

Deno.test({
  name: `console: ${SKUS.toLocaleString("en")} SKUs are scrolled through and never held`,
  ignore: noBrowser,
  async fn() {
    await using opened = await openConsole({}, {}, catalogue());
    const { page } = opened;
    await opened.load();
    const devtools = await page.context().newCDPSession(page);
    const measure = async () => {
      await devtools.send("HeapProfiler.collectGarbage");
      const { usedSize } = await devtools.send("Runtime.getHeapUsage");
      const nodes = await page.evaluate(() => document.querySelectorAll("*").length);
      const rows = await page.locator("tbody tr").count();
      return { heapMB: usedSize / 1e6, nodes, rows };
    };
    const at = () =>
      page.locator(".stock footer .hint").innerText().then((text) =>
        Number(text.replaceAll(/[^\d]/g, ""))
      );
    /** Scrolls as a wheel does, until that place is seen; every SKU on the way is written down. */
    const scrollTo = (place: number, stepPx: number) =>
      page.evaluate(async ({ place, stepPx }) => {
        const list = document.querySelector<HTMLElement>(".stock .rows")!;
        const hint = document.querySelector<HTMLElement>(".stock footer .hint")!;
        const seen = new Set<string>();
        let longestFrameMs = 0;
        let last = performance.now();
        for (;;) {
          for (const row of list.querySelectorAll<HTMLElement>("tbody tr")) {
            if (seen.size < 100_000) seen.add(row.dataset.sku!);
          }
          const number = Number(hint.innerText.replaceAll(/[^\d]/g, ""));
          const isThere = stepPx > 0 ? number >= place : number > 0 && number <= place;
          if (isThere) return { seen: seen.size, longestFrameMs };
          list.scrollTop += stepPx;
          await new Promise(requestAnimationFrame);
          const now = performance.now();
          longestFrameMs = Math.max(longestFrameMs, now - last);
          last = now;
        }
      }, { place, stepPx });

    /** Waits for the place and not for the first SKU, which may be on the page that is given up as well. */
    const toFirst = async () => {
      await page.getByRole("button", { name: "First" }).click();
      await page.getByText("From no. 1 in order of SKU").waitFor();
    };
    const rowIsThere = (number: number) =>
      page.locator(`tr[data-sku="${skuName(number)}"]`).waitFor();

    await scrollTo(200, 600); // until lists and caches are full
    const before = await measure();
    const startedAt = performance.now();
    const down = await scrollTo(THROUGH - 40, 600);
    const seconds = (performance.now() - startedAt) / 1000;
    const after = await measure();
    assert(down.seen >= THROUGH - 200, `${down.seen} SKUs came by: some were left out`);
    const up = await scrollTo(1, -600);
    assert(up.seen >= THROUGH - 200, `${up.seen} SKUs came by on the way back`);
    const back = await measure();
    if (Deno.env.get("SCREENSHOTS")) console.log({ before, after, back, seconds, down, up });
    for (const { rows, nodes, heapMB } of [after, back]) {
      assert(rows <= 60, `${rows} rows on the page`);
      assert(nodes < 1.1 * before.nodes, `${nodes} elements, ${before.nodes} before`);
      assert(heapMB < before.heapMB + 2, `${heapMB} MB, ${before.heapMB} before`);
    }

    // The row that is looked at stays where it is while pages come and go around it.
    await scrollTo(100, 400);
    const places = await page.evaluate(async () => {
      const list = document.querySelector<HTMLElement>(".stock .rows")!;
      const rows = () => [...list.querySelectorAll<HTMLElement>("tbody tr")];
      const jumps: number[] = [];
      for (let i = 0; i < 120; i++) {
        const row = rows().find((row) => row.offsetTop > list.scrollTop + 100)!;
        const before = row.getBoundingClientRect().top;
        list.scrollTop += 40;
        await new Promise(requestAnimationFrame);
        await new Promise(requestAnimationFrame);
        if (row.isConnected) jumps.push(row.getBoundingClientRect().top - before);
      }
      return jumps;
    });
    // By as much as was scrolled, or by less where the next page has not come yet.
    assert(places.every((jump) => jump >= -42 && jump <= 2), `jumps: ${places}`);
    await toFirst();

    // And with the keyboard alone.
    await page.getByRole("region", { name: "Stock by SKU" }).focus();
    for (const place of [20, 40]) {
      await page.keyboard.press("End");
      await rowIsThere(place + 1);
    }
    await toFirst();
    await page.getByRole("button", { name: skuName(1), exact: true }).focus();
    for (let i = 1; i <= 70; i++) {
      await rowIsThere(i + 1); // fetched as its neighbours come into sight
      await page.keyboard.press("ArrowDown");
      await page.waitForFunction(
        (sku) => document.activeElement?.textContent === sku,
        skuName(i + 1),
      );
    }
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    const left = await page.evaluate(() => document.activeElement!.closest("tbody") === null);
    assert(left, "the tab key leads out of the rows");
    await toFirst();

    // The far end is a prefix away, and the last SKU is the last row.
    await page.getByLabel("SKU begins with").fill(skuName(SKUS).slice(0, -1));
    await page.getByText(skuName(SKUS), { exact: true }).waitFor();
    assert.equal(await at(), 1);
  },
});

// The console in a real browser, on an app in this process whose connections a test can cut.
import assert from "node:assert/strict";
import axe from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { demoCatalogue } from "../../src/catalogue/demo.ts";
import { countAll } from "../../src/catalogue/load.ts";
import type { Count } from "../../src/store/inventory.ts";
import type { AppOptions } from "../../src/app.ts";
import { openTestApp, type TestApp } from "./app.ts";
import { launchBrowser, noBrowser } from "./browser.ts";

export interface Console extends AsyncDisposable {
  t: TestApp;
  url: string;
  page: Page;
  /** Ends every connection to the feed and refuses new ones, until it is called with true. */
  reachable(isReachable: boolean): void;
  /** A message of the browser's that the test has provoked. */
  forgive(message: string): void;
  /** Loads the page anew and waits until it is live. */
  load(): Promise<void>;
}

/** Opens the page on a store with the demo catalogue, or another. Closing fails where the page left our origin or broke its rules. */
export async function openConsole(
  options: BrowserContextOptions = {},
  appOptions: Partial<AppOptions> = {},
  catalogue: Iterable<Count> = demoCatalogue(),
  partitions = 1,
): Promise<Console> {
  const t = await openTestApp({ observer: appOptions.metrics, partitions }, appOptions);
  await countAll(t.store, catalogue);
  const feeds = new Set<ReadableStreamDefaultController>();
  let isReachable = true;
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    async (request) => {
      const isFeed = request.headers.get("accept") === "text/event-stream";
      if (isFeed && !isReachable) return new Response(null, { status: 503 });
      const answer = await t.app.fetch(request);
      return isFeed && answer.ok ? new Response(cuttable(answer.body!, feeds), answer) : answer;
    },
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  const browser: Browser = await launchBrowser();
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(url)) faults.push(`asked for ${request.url()}`);
  });
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    const isRefusal = message.text().startsWith("Failed to load resource"); // the tests provoke some
    if (message.type() === "error" && !isRefusal) faults.push(message.text());
  });
  return {
    t,
    url,
    page,
    reachable(is) {
      isReachable = is;
      if (!is) feeds.forEach((feed) => feed.error(new Error("cut")));
      if (!is) feeds.clear();
    },
    forgive(message) {
      const kept = faults.filter((fault) => !fault.includes(message));
      faults.splice(0, Infinity, ...kept);
    },
    async load() {
      await page.goto(url);
      await page.locator(".feed-state.live").waitFor();
      await page.locator("tbody tr").first().waitFor();
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      feeds.forEach((feed) => feed.error(new Error("over")));
      await server.shutdown();
      await t[Symbol.asyncDispose]();
      assert.deepEqual(faults, []);
    },
  };
}

function cuttable(
  body: ReadableStream<Uint8Array>,
  feeds: Set<ReadableStreamDefaultController>,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let own: ReadableStreamDefaultController;
  return new ReadableStream({
    start(controller) {
      feeds.add(own = controller);
    },
    async pull(controller) {
      const { value, done } = await reader.read();
      if (!feeds.has(controller)) return await reader.cancel();
      if (!done) return controller.enqueue(value);
      feeds.delete(controller);
      controller.close();
    },
    cancel() {
      feeds.delete(own);
      return reader.cancel();
    },
  }, { highWaterMark: 0 });
}

/** What axe has to say against the page as it is. */
export async function axeFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return await page.evaluate(async () => {
    // deno-lint-ignore no-explicit-any -- put there by the line before
    const { violations } = await (globalThis as any).axe.run(document);
    // deno-lint-ignore no-explicit-any -- as axe documents them
    return violations.map((each: any) =>
      // deno-lint-ignore no-explicit-any -- as axe documents them
      `${each.id}: ${each.nodes.map((node: any) => node.html + " " + node.failureSummary)}`
    );
  });
}

/** Keeps a picture where SCREENSHOTS names a folder, for a person to look at. */
export async function screenshot(page: Page, name: string, fullPage = false): Promise<void> {
  const folder = Deno.env.get("SCREENSHOTS");
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage });
}

/** A test on a page that is loaded and live. */
export function consoleTest(
  name: string,
  act: (console: Console) => Promise<void>,
  appOptions: Partial<AppOptions> = {},
): void {
  Deno.test({
    name: `console: ${name}`,
    ignore: noBrowser,
    async fn() {
      await using opened = await openConsole({}, appOptions);
      opened.page.setDefaultTimeout(20_000);
      await opened.load();
      await act(opened);
    },
  });
}

/** Enters a key, as a person does who is asked for one. */
export async function enterKey(page: Page, key: string): Promise<void> {
  await page.getByLabel("API key").fill(key);
  await page.keyboard.press("Enter");
}

/** The body of a sale. */
export const sale = (quantity: number, sku = "SKU000001") => ({
  sku,
  quantity,
  location: "online",
});

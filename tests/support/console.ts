// The console in a real browser, on an app in this process whose connections a test can cut.
import assert from "node:assert/strict";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { demoCatalogue } from "../../src/catalogue/demo.ts";
import { count } from "../../src/store/inventory.ts";
import type { AppOptions } from "../../src/app.ts";
import { openTestApp, type TestApp } from "./app.ts";
import { launchBrowser } from "./browser.ts";

export interface Console extends AsyncDisposable {
  t: TestApp;
  url: string;
  page: Page;
  /** Ends every connection to the feed and refuses new ones, until it is called with true. */
  reachable(isReachable: boolean): void;
  /** Loads the page anew and waits until it is live. */
  load(): Promise<void>;
}

/** Opens the page on a store with the demo catalogue. Closing fails where the page left our origin or broke its rules. */
export async function openConsole(
  options: BrowserContextOptions = {},
  appOptions: Partial<AppOptions> = {},
): Promise<Console> {
  const t = await openTestApp({ observer: appOptions.metrics }, appOptions);
  await Promise.all(demoCatalogue().map((each) => count(t.store, each)));
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

/** Keeps a picture where SCREENSHOTS names a folder, for a person to look at. */
export async function screenshot(page: Page, name: string, fullPage = false): Promise<void> {
  const folder = Deno.env.get("SCREENSHOTS");
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage });
}

// The console's charts: what they are built from, held against what the service itself says.
import { Metrics } from "../../src/operations/metrics.ts";
import { makeApiKey, parseApiKeys } from "../../src/http/api_keys.ts";
import { noBrowser } from "../support/browser.ts";
import { type Console, consoleTest, enterKey, openConsole, sale } from "../support/console.ts";

/** Waits for a chart that says this of itself. */
const chart = ({ page }: Console, name: RegExp) => page.getByRole("img", { name }).waitFor();

consoleTest("operations a second are drawn as they happen", async (console) => {
  const { t, page } = console;
  await t.post("/simulate/sale", sale(1));
  await chart(console, /^Operations a second, most recently: .*sale /);
  const canvas = page.locator(".chart canvas").first();
  await page.waitForFunction(
    (element) => {
      const { width, height } = element as HTMLCanvasElement;
      const pixels = (element as HTMLCanvasElement).getContext("2d")!
        .getImageData(0, 0, width, height);
      return pixels.data.some((value) => value !== 0);
    },
    await canvas.elementHandle(),
  );
  await page.getByText("1 sold since opened", { exact: true }).waitFor();
});

consoleTest(
  "a SKU's stock over time is built from its events, also those before",
  async (console) => {
    const { t, page } = console;
    const hold = async (quantity: number, ttl: number) =>
      (await t.post("/hold", { ...sale(quantity, "SKU000002"), ttl })).body.hold_id;
    const bought = await hold(5, 600);
    await hold(7, 600);
    await t.post("/confirm", { hold_id: bought, lines: [sale(3, "SKU000002")] });
    const short = await hold(4, 1);
    await t.post("/simulate/sale", sale(6, "SKU000002"));
    const available = 688 - 3 - 7 - 4 - 6;
    await page.getByRole("button", { name: "SKU000002", exact: true }).click();
    await chart(console, new RegExp(`^Stock of SKU000002, .*: available ${available}, held 11$`));
    await page.getByText(/^available, 11 held$/).waitFor();
    // And what happens goes on in it, an expiry included.
    await page.waitForTimeout(1000); // it has to fall due
    await t.post("/extend", { hold_id: short, ttl: 5 }); // any commit settles what is due
    await chart(console, new RegExp(`: available ${available + 4}, held 7$`));
    await t.post("/adjust", { ...line("SKU000002"), delta: 10, reason: "received" });
    await t.post("/transfer", {
      sku: "SKU000002",
      quantity: 2,
      from: "online",
      to: "store:STORE_NEW",
    });
    await chart(console, new RegExp(`: available ${available + 14}, held 7$`));
    // Nothing is counted twice when the feed was cut in between.
    console.reachable(false);
    await page.getByText("✕ cut off").waitFor();
    await t.post("/simulate/sale", sale(3, "SKU000002"));
    console.reachable(true);
    await chart(console, new RegExp(`: available ${available + 11}, held 7$`));
  },
);

const line = (sku: string) => ({ sku, location: "online" });

consoleTest("a hold that is due and not settled yet is counted once", async (console) => {
  const { t, page } = console;
  const hold = { ...sale(4, "SKU000003"), ttl: 1 };
  const { body } = await t.post("/hold", hold);
  await page.locator(".holds li").filter({ hasText: "due" }).waitFor();
  await page.getByRole("button", { name: "SKU000003", exact: true }).click();
  await chart(console, /^Stock of SKU000003, .*held [04]$/);
  await t.post("/extend", { hold_id: body.hold_id, ttl: 5 }); // settles it
  const row = (await t.get("/inventory/SKU000003")).body;
  await chart(console, new RegExp(`: available ${row.total_stock}, held 0$`));
});

consoleTest(
  "everyone's refusals are drawn by code, and latency as it is measured",
  async (console) => {
    const { t, page } = console;
    await chart(console, /^Nothing has been refused/);
    await page.getByRole("img", { name: /^Latency, .* p50 (?!0 ms)[\d.]+ ms, p99 [\d.]+ ms$/ })
      .waitFor();
    // Not met by this page, but by others.
    for (let i = 0; i < 3; i++) await t.post("/hold", sale(900_000));
    await t.post("/confirm", { hold_id: "hold-00000000-0000-4000-8000-000000000000" });
    await chart(
      console,
      /^Refusals a second, most recently: (?=.*insufficient_stock 0\.[4-7])(?=.*hold_not_found 0\.[12])/,
    );
    await page.locator("figcaption", { hasText: "Refusals" }).getByText("4", { exact: true })
      .waitFor();
  },
  { metrics: new Metrics() },
);

Deno.test({
  name: "console: with several partitions, feed and charts miss nothing and count nothing twice",
  ignore: noBrowser,
  async fn() {
    await using opened = await openConsole({}, {}, undefined, 4);
    const { t, page } = opened;
    await opened.load();
    const sell = (quantity: number, sku: string) => t.post("/simulate/sale", sale(quantity, sku));
    for (const quantity of [1, 2, 3]) await sell(quantity, "SKU000001");
    await chart(opened, /^Stock of SKU000001, .*: available 1131, held 0$/);
    await sell(2, "SKU000002");
    await page.getByRole("button", { name: "SKU000002", exact: true }).click();
    await chart(opened, /^Stock of SKU000002, .*: available 686, held 0$/);
    opened.reachable(false);
    await page.getByText("✕ cut off").waitFor();
    await Promise.all(
      ["SKU000001", "SKU000002", "SKU000003", "SKU000004"].map((sku) => sell(4, sku)),
    );
    opened.reachable(true);
    await chart(opened, /: available 682, held 0$/);
    await page.getByText("24 sold since opened", { exact: true }).waitFor();
    await page.getByRole("region", { name: "The last 8 events" }).waitFor();
  },
});

const reader = makeApiKey("reader", "read,hold");

Deno.test({
  name: "console: who may not see the measurements sees the refusals of his own page",
  ignore: noBrowser,
  async fn() {
    const apiKeys = parseApiKeys(reader.entry);
    await using opened = await openConsole({}, { apiKeys, metrics: new Metrics() });
    const { page, url } = opened;
    await page.goto(url);
    await enterKey(page, reader.key);
    await page.getByText("● live").waitFor();
    await page.locator("tbody tr").first().waitFor();
    await page.getByRole("img", { name: "This needs a key that is good for admin." }).waitFor();
    await page.getByLabel("Quantity").fill("900000");
    await page.getByRole("button", { name: "Send hold" }).click();
    await page.getByText("met by this page").waitFor();
    await chart(opened, /^Refusals a second, most recently: .*insufficient_stock/);
  },
});

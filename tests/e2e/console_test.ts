// The console in a real browser: each thing that a person can see or do there.
import assert from "node:assert/strict";
import { makeApiKey, parseApiKeys } from "../../src/http/api_keys.ts";
import { Metrics } from "../../src/operations/metrics.ts";
import { noBrowser } from "../support/browser.ts";
import { type Console, openConsole } from "../support/console.ts";

function consoleTest(
  name: string,
  act: (console: Console) => Promise<void>,
  options?: Parameters<typeof openConsole>[0],
) {
  Deno.test({
    name: `console: ${name}`,
    ignore: noBrowser,
    async fn() {
      await using opened = await openConsole(options);
      opened.page.setDefaultTimeout(10_000);
      await opened.load();
      await act(opened);
    },
  });
}

const sale = (quantity: number, sku = "SKU000001") => ({ sku, quantity, location: "online" });

consoleTest(
  "stock is found by prefix, and moves with events",
  async ({ t, page }) => {
    const skus = () => page.locator("tbody .sku").allTextContents();
    assert.equal((await skus())[0], "SKU000001");
    await page.getByLabel("SKU begins with").fill("SKU00090");
    await page.getByText("SKU000902", { exact: true }).waitFor();
    assert.deepEqual(await skus(), ["SKU000900", "SKU000901", "SKU000902"]);
    await page.getByLabel("SKU begins with").fill("NOSUCH");
    await page.getByText("No SKU begins with “NOSUCH”.").waitFor();
    await page.getByLabel("SKU begins with").fill("SKU000001");

    const online = page.locator("tbody .place").first();
    await page.getByText("SKU000001", { exact: true }).waitFor();
    await t.post("/simulate/sale", sale(495));
    await online.getByText("▼ low").waitFor();
    await t.post("/hold", sale(5));
    await online.getByText("✕ out").waitFor();
    assert.equal(
      await online.getAttribute("title"),
      "online: 0 available, 5 held, 495 sold since opened",
    );
  },
);

consoleTest(
  "holds count down by the server's clock, and their end is seen",
  async ({ t, page }) => {
    // The browser's clock is three hours ahead.
    await page.addInitScript(() => {
      const now = Date.now;
      Date.now = () => now() + 3 * 3_600_000;
    });
    await page.reload();
    await page.locator(".feed-state.live").waitFor();
    const hold = async (ttl: number, reference: string) =>
      (await t.post("/hold", { ...sale(2), ttl, reference })).body.hold_id;
    const late = await hold(600, "late");
    const soon = await hold(50, "soon");
    await hold(1, "brief");
    const rows = page.locator(".holds li");
    await rows.filter({ hasText: "soon" }).waitFor();
    assert.match(
      await rows.filter({ hasText: "soon" }).locator("time").innerText(),
      /^(50|49|48) s$/,
    );
    assert.match(
      await rows.filter({ hasText: "late" }).locator("time").innerText(),
      /^(10:00|9:5\d) min$/,
    );
    assert.match((await rows.allInnerTexts())[0], /brief/, "the first to expire comes first");
    await t.post("/confirm", { hold_id: soon });
    await rows.filter({ hasText: "✓ confirmed" }).waitFor();
    await t.post("/release", { hold_id: late });
    await rows.filter({ hasText: "↩ released" }).waitFor();
    await rows.filter({ hasText: "due" }).or(rows.filter({ hasText: "expired" })).waitFor();
    await t.post("/extend", { hold_id: late, ttl: 5 }); // any commit settles what is due
    await rows.filter({ hasText: "✕ expired" }).waitFor();
    await page.getByText("Nothing is held now.").waitFor();
  },
);

consoleTest(
  "events are filtered and paused; after a cut they go on where they were",
  async (console) => {
    const { t, page } = console;
    const list = page.locator(".happenings .list");
    await t.post("/simulate/sale", sale(1));
    await t.post("/hold", sale(2, "SKU000002"));
    await list.getByText("2 × SKU000002 online").waitFor();
    await page.getByLabel("Kind").selectOption("stock.");
    assert.deepEqual(await list.locator("b").allInnerTexts(), ["stock.sold"]);
    await page.getByLabel("Kind").selectOption("");
    await page.locator("#event-sku").fill("SKU000002");
    await list.getByText("1 × SKU000001").waitFor({ state: "detached" });
    assert.deepEqual(await list.locator("b").allInnerTexts(), ["hold.created"]);
    await page.locator("#event-sku").fill("");

    await page.getByRole("button", { name: "Pause" }).click();
    await t.post("/simulate/sale", sale(3));
    await page.getByRole("button", { name: "Go on (1 new)" }).waitFor();
    assert.equal(await list.getByText("3 × SKU000001").count(), 0);
    await page.getByRole("button", { name: "Go on" }).click();
    await list.getByText("3 × SKU000001").waitFor();

    console.reachable(false);
    await page.getByText("✕ cut off").waitFor();
    for (const quantity of [4, 5, 6]) await t.post("/simulate/sale", sale(quantity));
    console.reachable(true);
    await page.getByText("● live").waitFor();
    await list.getByText("6 × SKU000001").waitFor();
    const sold = (await list.locator("span").allInnerTexts()).filter((text) =>
      text.includes("000001")
    );
    assert.deepEqual(
      sold.map((text) => text[0]),
      ["6", "5", "4", "3", "1"],
      "none twice, none missing",
    );

    // Where events were not kept long enough, it says so and reads everything anew.
    console.reachable(false);
    await page.getByText("✕ cut off").waitFor();
    await t.post("/simulate/sale", sale(7));
    await t.redis.send("XTRIM", "events", "MAXLEN", "0");
    console.reachable(true);
    await page.getByText("Some events were missed").waitFor();
    await page.getByRole("button", { name: "Understood" }).click();
    await page.getByText("Some events were missed").waitFor({ state: "detached" });
    await page.getByText("● live").waitFor();
    await page.locator("tbody .place").first().getByText("474").waitFor();
  },
);

consoleTest(
  "commands show their curl line and their answer, refusals included",
  async ({ t, page }) => {
    const form = page.locator("#doing");
    await page.getByRole("button", { name: "Hold units of SKU000003" }).click();
    await form.getByLabel("Quantity").fill("2");
    await page.locator("#curl").getByText('"quantity":2').waitFor();
    const line = await page.locator("#curl").innerText();
    await form.getByRole("button", { name: "Send hold" }).click();
    await form.getByText("✓ 200").waitFor();
    const shown = JSON.parse(await form.locator("pre").innerText());
    const { code, stdout } = await new Deno.Command("bash", { args: ["-c", line] }).output();
    const repeated = JSON.parse(new TextDecoder().decode(stdout));
    assert.deepEqual([code, repeated.sku, repeated.quantity], [0, "SKU000003", 2], line);
    assert.equal(repeated.remaining_stock, shown.remaining_stock - 2);

    await form.getByLabel("Quantity").fill("900000");
    await form.getByRole("button", { name: "Send hold" }).click();
    await form.getByText("✕ 409").waitFor();
    await form.getByText("Insufficient stock for SKU000003 at online").first().waitFor();
    assert.equal(JSON.parse(await form.locator("pre").innerText()).code, "insufficient_stock");
    await form.getByLabel("Quantity").fill("two");
    await form.getByRole("button", { name: "Send hold" }).click();
    await form.getByText("✕ 422").waitFor();

    // What cannot be taken back asks once, and No means no.
    await form.getByRole("button", { name: "release", exact: true }).click();
    assert.equal(await form.getByLabel("Hold").inputValue(), shown.hold_id);
    await form.getByRole("button", { name: "Send release" }).click();
    await form.getByRole("button", { name: "No" }).click();
    assert.equal((await t.get(`/holds/${shown.hold_id}`)).body.status, "active");
    await form.getByRole("button", { name: "Send release" }).click();
    await form.getByRole("button", { name: "Yes, release" }).click();
    await form.getByText("✓ 200").waitFor();
    assert.equal((await t.get(`/holds/${shown.hold_id}`)).body.status, "released");
  },
);

consoleTest("all of it can be done with the keyboard alone", async ({ t, page }) => {
  const { body: { hold_id } } = await t.post("/hold", sale(1));
  await page.locator(".holds li").waitFor();
  const tabTo = async (name: string) => {
    for (let i = 0; i < 120; i++) {
      await page.keyboard.press("Tab");
      const found = await page.evaluate(() => {
        const element = document.activeElement as HTMLInputElement;
        return element.ariaLabel ?? (element.innerText || element.name);
      });
      if (found.startsWith(name)) return;
    }
    assert.fail(`${name} cannot be reached`);
  };
  await tabTo("Extend hold-");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => (document.activeElement as HTMLInputElement).name === "hold_id");
  assert.equal(await page.locator("input[name=hold_id]").inputValue(), hold_id);
  await page.keyboard.press("Enter");
  await page.locator("#doing").getByText("✓ 200").waitFor();
});

consoleTest("charts draw what happens", async ({ t, page }) => {
  await t.post("/simulate/sale", sale(1));
  const chart = page.getByRole("img", {
    name: /^Stock of SKU000001, most recently: available 11\d\d/,
  });
  await chart.waitFor();
  await t.post("/hold", sale(7));
  await page.getByRole("img", { name: /held 7$/ }).waitFor();
  await page.getByRole("img", { name: /^Operations a second/ }).waitFor();
  const canvas = page.locator(".chart canvas").first();
  await page.waitForFunction(
    (element) => {
      const { width, height } = element as HTMLCanvasElement;
      const pixels = (element as HTMLCanvasElement).getContext("2d")!.getImageData(
        0,
        0,
        width,
        height,
      );
      return pixels.data.some((value) => value !== 0);
    },
    await canvas.elementHandle(),
  );
  await page.getByText("1 sold since opened", { exact: true }).first().waitFor();
});

consoleTest("a sale day runs through the public API and stops when told", async ({ t, page }) => {
  await page.getByRole("button", { name: "Run a sale day" }).click();
  await page.getByText("hold.confirmed", { exact: true }).locator("visible=true").first().waitFor();
  await page.getByRole("button", { name: "Stop the sale day" }).click();
  await page.getByText(/Sale day: Stopped\. \d+ buyers came\./).waitFor();
  const { body } = await t.post("/verify", {});
  assert.deepEqual([body.drift_count, body.orphan_count], [0, 0]);
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
    const useKey = async (key: string) => {
      await page.getByLabel("API key").fill(key);
      await page.keyboard.press("Enter");
    };
    await page.goto(url);
    await page.getByText("A key is needed to look at the stock.").waitFor();
    await useKey("inv_bad");
    await page.getByText("This key was not accepted").waitFor();
    await useKey(clerk.key);
    await page.getByText("This key may not look at the stock.").waitFor();
    await page.getByText("This key may not list holds.").waitFor();
    await page.getByText("✕ not allowed").waitFor();
    await page.getByRole("button", { name: "adjust · not allowed" }).waitFor();
    await page.getByRole("button", { name: "Send hold" }).waitFor();

    await page.getByRole("button", { name: "Forget the key" }).click();
    await useKey(seller.key);
    await page.locator("tbody tr").first().waitFor();
    await page.getByText("● live").waitFor();
    await page.getByRole("img", { name: "This needs a key that is good for admin." }).waitFor();
    assert.match(await page.locator("#curl").innerText(), /Authorization: Bearer \$INVENTORY_KEY/);
    await page.getByText("This key may not hold. It takes one with hold").waitFor();
    assert.equal(await page.getByRole("button", { name: "Send hold" }).count(), 0);
    assert.equal(await page.getByRole("button", { name: /^Hold units/ }).count(), 0);
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
    await other.getByText("A key is needed to look at the stock.").waitFor();
  },
});

Deno.test({
  name: "console: latency is drawn from what the service measures",
  ignore: noBrowser,
  async fn() {
    await using opened = await openConsole({}, { metrics: new Metrics() });
    await opened.load();
    await opened.page.getByRole("img", {
      name: /^Latency, .* p50 (?!0 ms)[\d.]+ ms, p99 [\d.]+ ms$/,
    })
      .waitFor();
  },
});

// The console's feed: filtered, paused, scrolled, cut off, behind.
import assert from "node:assert/strict";
import { axeFindings, consoleTest, sale } from "../support/console.ts";

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
    assert.deepEqual(await axeFindings(page), []);
    await page.getByRole("button", { name: "Understood" }).click();
    await page.getByText("Some events were missed").waitFor({ state: "detached" });
    await page.getByText("● live").waitFor();
    await page.locator("tbody .place").first().getByText("474").waitFor();
  },
);

consoleTest("the last few hundred events can be scrolled through", async ({ t, page }) => {
  const list = page.locator(".happenings .list");
  const shown = () => list.locator("li").allInnerTexts();
  for (let i = 1; i <= 450; i += 50) {
    await Promise.all(
      Array.from(
        { length: 50 },
        (_, j) => t.post("/simulate/sale", sale(1, `SKU${String(i + j).padStart(6, "0")}`)),
      ),
    );
  }
  await page.getByRole("region", { name: "The last 400 events" }).waitFor();
  await list.getByText(/SKU000450\b/).first().waitFor(); // the last of them: no more is to come
  assert((await shown()).length < 80, "only those near are drawn");
  const newest = (await shown())[0];
  await list.evaluate((element) => element.scrollTop = element.scrollHeight);
  // Who reads further down is not disturbed: the list stands still, and counts what comes.
  await page.getByRole("button", { name: "Go on" }).waitFor();
  await page.waitForFunction(() => {
    const list = document.querySelector(".happenings .list")!;
    const last = list.querySelector("li:last-child")!.getBoundingClientRect();
    return Math.abs(last.bottom - list.getBoundingClientRect().bottom) < 4;
  });
  const oldest = (await shown()).at(-1)!;
  assert.notEqual(oldest, newest);
  await t.post("/adjust", {
    sku: "SKU000009",
    location: "online",
    delta: 7,
    reason: "received",
  });
  await page.getByRole("button", { name: "Go on (1 new)" }).waitFor();
  assert.equal((await shown()).at(-1), oldest);
  await list.evaluate((element) => element.scrollTop = 0);
  await page.getByRole("button", { name: "Pause" }).waitFor();
  await list.getByText("+7 SKU000009 online").waitFor();
});

consoleTest("a feed that is behind says by how much, until it has caught up", async (console) => {
  const { t, page } = console;
  console.reachable(false);
  await page.getByText("✕ cut off").waitFor();
  await page.getByText(/again in \d+ s/).waitFor();
  await t.post("/simulate/sale", sale(1));
  await page.waitForTimeout(3000); // it has to fall behind
  console.reachable(true);
  await page.getByText("◐ behind").waitFor();
  await page.getByText(/by \d+ s/).waitFor();
  await t.post("/simulate/sale", sale(2));
  await page.getByText("● live").waitFor();
});

// The console in a real browser: what a person sees of stock and holds, and does with them.
import assert from "node:assert/strict";
import { consoleTest, sale } from "../support/console.ts";

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
    await hold(3, "brief");
    const rows = page.locator(".holds li");
    await rows.filter({ hasText: "soon" }).waitFor();
    const left = (reference: string) => rows.filter({ hasText: reference }).locator("time");
    await left("soon").filter({ hasText: /^\s*(50|4\d) s$/ }).waitFor(); // once the clock there is known
    await left("late").filter({ hasText: /^\s*(10:00|9:\d\d) min$/ }).waitFor();
    assert.match((await rows.allInnerTexts())[0], /brief/, "the first to expire comes first");
    await t.post("/confirm", { hold_id: soon });
    await rows.filter({ hasText: "✓ confirmed" }).waitFor();
    await t.post("/release", { hold_id: late });
    await rows.filter({ hasText: "↩ released" }).waitFor();
    await rows.filter({ hasText: "due" }).or(rows.filter({ hasText: "expired" })).waitFor();
    const expired = rows.filter({ hasText: "✕ expired" });
    for (let i = 0; i < 200 && await expired.count() === 0; i++) {
      await t.post("/extend", { hold_id: late, ttl: 5 }); // any commit settles what is due
    }
    await expired.waitFor();
    await page.getByText(/^Nothing is held now\./).waitFor();
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

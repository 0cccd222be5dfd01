// lua/commands/hold.lua with several lines, `any`, `split`, and a hold that replaces another.
import assert from "node:assert/strict";
import { confirm, hold } from "../../src/store/holds/holds.ts";
import { count } from "../../src/store/inventory.ts";
import type { HeldLine, Wish } from "../../src/store/holds/lines.ts";
import type { Store } from "../../src/commits/store.ts";
import {
  call,
  confirmHold,
  eventsOf,
  holdUnits,
  lineOf,
  makeHold,
  openTestStore,
  releaseHold,
  START_MS,
  stockUp,
} from "../support/store.ts";

function holdCart(store: Store, lines: Wish[], replaces?: string) {
  return hold(store, { lines, ttl: 300, replaces }, call("POST /hold/cart"));
}

/** What was taken where, as `quantity sku@location`, or why nothing was. */
async function taken(store: Store, lines: Wish[], replaces?: string): Promise<string[] | string> {
  const outcome = await holdCart(store, lines, replaces);
  return outcome.status === "active"
    ? outcome.lines.map(({ sku, quantity, location }) => `${quantity} ${sku}@${location}`)
    : outcome.status;
}

const online = (sku: string, quantity: number): Wish => ({ sku, quantity, location: "online" });
const any = (sku: string, quantity: number, options: Partial<Wish> = {}): Wish => {
  return { sku, quantity, location: "any", ...options };
};

async function stockShirts(store: Store): Promise<void> {
  await count(store, {
    sku: "SHIRT",
    onHand: [["online", 3], ["store:A", 5], ["store:B", 5], ["store:C", 0]],
  });
}

Deno.test("all lines or none: a cart of 50 lines with one short line changes nothing", async () => {
  await using t = await openTestStore();
  const lines = Array.from({ length: 50 }, (_, i) => online(`S${i}`, 2));
  for (let i = 0; i < 50; i++) await stockUp(t.store, `S${i}`, i === 33 ? 1 : 2);
  assert.deepEqual(await holdCart(t.store, lines), {
    status: "insufficient_stock",
    shortages: [{ sku: "S33", location: "online", requested: 2, available: 1, elsewhere: {} }],
  });
  for (let i = 0; i < 50; i++) {
    assert.equal(await lineOf(t.store, `S${i}`), i === 33 ? "1/0" : "2/0");
  }
  await stockUp(t.store, "S33", 2);
  assert.equal((await holdCart(t.store, lines)).status, "active");
  for (let i = 0; i < 50; i++) assert.equal(await lineOf(t.store, `S${i}`), "2/2");
});

Deno.test("a refusal lists every short line, and what there is elsewhere", async () => {
  await using t = await openTestStore();
  await stockShirts(t.store);
  await stockUp(t.store, "HAT", 1);
  const outcome = await holdCart(t.store, [online("SHIRT", 4), online("HAT", 1), any("HAT", 9)]);
  assert.deepEqual(outcome, {
    status: "insufficient_stock",
    shortages: [
      {
        sku: "SHIRT",
        location: "online",
        requested: 4,
        available: 3,
        elsewhere: { "store:A": 5, "store:B": 5 },
      },
      { sku: "HAT", location: "any", requested: 9, available: 1, elsewhere: { online: 1 } },
    ],
  });
});

Deno.test("a place that is listed twice is there once", async () => {
  await using t = await openTestStore();
  await count(t.store, { sku: "A", onHand: [["online", 5], ["store:B", 2]] });
  const twice = { split: true, locations: ["online", "online"] };
  assert.deepEqual(await holdCart(t.store, [any("A", 8, twice)]), {
    status: "insufficient_stock",
    shortages: [{
      sku: "A",
      location: "any",
      requested: 8,
      available: 5,
      elsewhere: { online: 5, "store:B": 2 },
    }],
  });
  assert.deepEqual(await taken(t.store, [any("A", 5, twice)]), ["5 A@online"]);
  assert.equal(await lineOf(t.store, "A"), "5/5");
});

Deno.test("no hold has more of a SKU at a place than a line may name, and says so as a shortage", async () => {
  await using t = await openTestStore();
  await count(t.store, { sku: "A", onHand: [["online", 3_000_000], ["store:B", 700_000]] });
  const million = online("A", 1_000_000);
  assert.equal(await taken(t.store, [million, online("A", 1)]), "insufficient_stock");
  assert.deepEqual(await taken(t.store, [million, any("A", 700_000)]), [
    "1000000 A@online",
    "700000 A@store:B",
  ]);
  const outcome = await holdCart(t.store, [million, any("A", 1_000_000)]);
  assert(outcome.status === "insufficient_stock");
  assert.deepEqual(outcome.shortages, [{
    sku: "A",
    location: "any",
    requested: 1_000_000,
    available: 1_000_000,
    elsewhere: { online: 1_000_000 },
  }]);
});

Deno.test("a confirmation whose lines add up to more than a line may name is one of too much", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 2_000_000);
  const hold_id = await makeHold(t.store, "A", 1_000_000);
  const request = {
    hold_id,
    lines: [online("A", 1_000_000), online("A", 1_000_000)] as HeldLine[],
    remainder: "keep" as const,
    on_expired: "refuse" as const,
  };
  assert.deepEqual(await confirm(t.store, request, call("POST /confirm")), {
    status: "exceeds_held_quantity",
    sku: "A",
    location: "online",
    requested: 2_000_000,
    held: 1_000_000,
  });
});

Deno.test("lines of the same place are added up before they are checked", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 5);
  assert.equal(await taken(t.store, [online("A", 3), online("A", 3)]), "insufficient_stock");
  assert.deepEqual(await taken(t.store, [online("A", 3), online("A", 2)]), ["5 A@online"]);
});

Deno.test("an unknown SKU is named", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 5);
  const outcome = await holdCart(t.store, [online("A", 1), any("NOSUCH", 1)]);
  assert.deepEqual(outcome, { status: "sku_not_found", sku: "NOSUCH" });
});

Deno.test("any: the location with the most stock that can serve the whole line", async () => {
  await using t = await openTestStore();
  await stockShirts(t.store);
  assert.deepEqual(await taken(t.store, [any("SHIRT", 4)]), ["4 SHIRT@store:A"]);
  assert.deepEqual(await taken(t.store, [any("SHIRT", 5)]), ["5 SHIRT@store:B"]);
  assert.deepEqual(await taken(t.store, [any("SHIRT", 3)]), ["3 SHIRT@online"]);
  assert.equal(await taken(t.store, [any("SHIRT", 2)]), "insufficient_stock");
});

Deno.test("any, split: most stock first, over as many locations as it takes", async () => {
  await using t = await openTestStore();
  await stockShirts(t.store);
  const outcome = await holdCart(t.store, [any("SHIRT", 14, { split: true })]);
  assert.deepEqual(outcome, {
    status: "insufficient_stock",
    shortages: [{
      sku: "SHIRT",
      location: "any",
      requested: 14,
      available: 13,
      elsewhere: { online: 3, "store:A": 5, "store:B": 5 },
    }],
  });
  assert.deepEqual(await taken(t.store, [any("SHIRT", 12, { split: true })]), [
    "5 SHIRT@store:A",
    "5 SHIRT@store:B",
    "2 SHIRT@online",
  ]);
});

Deno.test("any, locations: only these, in their order", async () => {
  await using t = await openTestStore();
  await stockShirts(t.store);
  const locations = ["store:C", "online", "store:B"];
  assert.deepEqual(await taken(t.store, [any("SHIRT", 2, { locations })]), ["2 SHIRT@online"]);
  assert.deepEqual(await taken(t.store, [any("SHIRT", 4, { locations })]), ["4 SHIRT@store:B"]);
  assert.equal(await taken(t.store, [any("SHIRT", 3, { locations })]), "insufficient_stock");
  assert.deepEqual(await taken(t.store, [any("SHIRT", 2, { locations, split: true })]), [
    "1 SHIRT@online",
    "1 SHIRT@store:B",
  ]);
});

Deno.test("lines that name a place are served before `any`, whatever their order", async () => {
  await using t = await openTestStore();
  await count(t.store, { sku: "A", onHand: [["online", 5], ["store:B", 4]] });
  assert.deepEqual(await taken(t.store, [any("A", 4), online("A", 3)]), [
    "3 A@online",
    "4 A@store:B",
  ]);
});

Deno.test("who has fewest places to choose from is served first, then who needs all units from one place", async () => {
  await using t = await openTestStore();
  await count(t.store, { sku: "A", onHand: [["online", 5], ["store:B", 3]] });
  const only = { locations: ["online"] };
  const servable: [Wish[], string[]][] = [
    [[any("A", 3), any("A", 5, only)], ["5 A@online", "3 A@store:B"]],
    [[any("A", 3, { split: true }), any("A", 5)], ["5 A@online", "3 A@store:B"]],
    [
      [any("A", 3, { locations: ["online", "store:B"] }), any("A", 3, only)],
      ["3 A@online", "3 A@store:B"],
    ],
    [[any("A", 3), any("A", 5)], ["5 A@online", "3 A@store:B"]],
  ];
  for (const [lines, places] of servable) {
    for (const each of [lines, lines.toReversed()]) {
      const outcome = await holdCart(t.store, each);
      assert(outcome.status === "active", JSON.stringify(each));
      assert.deepEqual(
        outcome.lines.map(({ sku, quantity, location }) => `${quantity} ${sku}@${location}`),
        places,
      );
      await releaseHold(t.store, outcome.holdId);
    }
  }
});

Deno.test("what is told as available is what a line could have had alone", async () => {
  await using t = await openTestStore();
  await count(t.store, { sku: "A", onHand: [["online", 5], ["store:B", 3]] });
  const outcome = await holdCart(t.store, [online("A", 4), any("A", 4, { split: true })]);
  assert.equal(outcome.status, "active");
  assert(outcome.status === "active");
  await releaseHold(t.store, outcome.holdId);
  assert.deepEqual(await holdCart(t.store, [any("A", 5), online("A", 4)]), {
    status: "insufficient_stock",
    shortages: [{
      sku: "A",
      location: "any",
      requested: 5,
      available: 5,
      elsewhere: { online: 5, "store:B": 3 },
    }],
  });
});

Deno.test("two wishes that meet at one place become one line, and go back as one", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 5);
  const outcome = await holdCart(t.store, [online("A", 2), any("A", 1)]);
  assert(outcome.status === "active");
  assert.deepEqual(outcome.lines, [{
    sku: "A",
    quantity: 3,
    location: "online",
    remaining_stock: 2,
  }]);
  assert.deepEqual(await releaseHold(t.store, outcome.holdId), {
    status: "released",
    restoredStock: 5,
  });
});

Deno.test("two carts that want the same lines in opposite orders: one gets both, the other nothing", async () => {
  await using t = await openTestStore();
  for (let round = 0; round < 20; round++) {
    await stockUp(t.store, `A${round}`, 1);
    await stockUp(t.store, `B${round}`, 1);
    const lines = [online(`A${round}`, 1), online(`B${round}`, 1)];
    const outcomes = await Promise.all([
      holdCart(t.store, lines),
      holdCart(t.store, lines.toReversed()),
    ]);
    assert.deepEqual(outcomes.map(({ status }) => status).toSorted(), [
      "active",
      "insufficient_stock",
    ]);
  }
});

Deno.test("replaces: a buyer is not blocked by his own basket", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 5);
  const old = await makeHold(t.store, "A", 4);
  assert.equal(await taken(t.store, [online("A", 5)]), "insufficient_stock");
  assert.deepEqual(await taken(t.store, [online("A", 5)], old), ["5 A@online"]);
  assert.equal(await lineOf(t.store, "A"), "5/5");
  assert((await eventsOf(t.redis)).includes(`hold.released ${old}  A online 4`));
});

Deno.test("replaces: the old hold stays if the new one does not fit", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 5);
  const old = await makeHold(t.store, "A", 4);
  const outcome = await holdCart(t.store, [online("A", 6)], old);
  assert.deepEqual(outcome, {
    status: "insufficient_stock",
    shortages: [{ sku: "A", location: "online", requested: 6, available: 5, elsewhere: {} }],
  });
  assert.equal(await lineOf(t.store, "A"), "5/4");
  assert.equal((await confirmHold(t.store, old)).status, "confirmed");
});

Deno.test("replaces: a hold that has expired or was released is no obstacle", async () => {
  await using t = await openTestStore({ ownTime: true });
  await stockUp(t.store, "A", 5);
  const released = await makeHold(t.store, "A", 4);
  await releaseHold(t.store, released);
  assert.deepEqual(await taken(t.store, [online("A", 5)], released), ["5 A@online"]);
  await t.setTime(START_MS + 300_000);
  const expired = await makeHold(t.store, "A", 4, 60);
  await t.setTime(START_MS + 360_000);
  assert.deepEqual(await taken(t.store, [online("A", 5)], expired), ["5 A@online"]);
  assert.equal(await lineOf(t.store, "A"), "5/5");
});

Deno.test("replaces: hold_not_found and hold_confirmed", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 5);
  assert.equal(await taken(t.store, [online("A", 1)], "hold-nosuch"), "hold_not_found");
  const sold = await makeHold(t.store, "A", 1);
  await confirmHold(t.store, sold);
  assert.equal(await taken(t.store, [online("A", 1)], sold), "hold_confirmed");
});

Deno.test("replaces is part of one step: the same key twice replaces once", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 5);
  const old = await makeHold(t.store, "A", 4);
  const again = () => holdUnits(t.store, "A", 5, { key: "k", replaces: old });
  assert.deepEqual(await again(), await again());
  assert.equal(await lineOf(t.store, "A"), "5/5");
});

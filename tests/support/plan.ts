// Which units a cart of the model takes from where: the rules of lua/shared/plan.lua, said plainly.
import { MAX_QUANTITY } from "../../src/contract/fields.ts";
import type { HoldOutcome } from "../../src/store/holds/holds.ts";
import type { HeldLine, Wish } from "../../src/store/holds/lines.ts";

export interface Place {
  onHand: number;
  held: number;
}

/** By SKU and location. */
export type Stock = Map<string, Map<string, Place>>;

export type Refusal = Extract<HoldOutcome, { status: "sku_not_found" | "insufficient_stock" }>;
type Shortage = Extract<Refusal, { status: "insufficient_stock" }>["shortages"][number];

/** Which units to take from where, or why they cannot all be had. */
export function planOf(
  stock: Stock,
  wishes: Wish[],
  freed: HeldLine[] = [],
): HeldLine[] | Refusal {
  const taken: HeldLine[] = [];
  const shortages = new Map<Wish, Shortage>();
  const quantityOf = (lines: HeldLine[], sku: string, location: string) =>
    lines.filter((line) => line.sku === sku && line.location === location)
      .reduce((sum, line) => sum + line.quantity, 0);
  const freeAlone = (sku: string, location: string) => {
    const { onHand = 0, held = 0 } = stock.get(sku)?.get(location) ?? {};
    const free = onHand - held + quantityOf(freed, sku, location);
    return Math.max(0, Math.min(free, MAX_QUANTITY));
  };
  const free = (sku: string, location: string) =>
    freeAlone(sku, location) - quantityOf(taken, sku, location);
  const mostFirst = (sku: string) =>
    [...stock.get(sku)?.keys() ?? []].toSorted((a, b) =>
      free(sku, b) - free(sku, a) || (a < b ? -1 : 1)
    );
  const named = addUp(wishes.filter(({ location }) => location !== "any"));
  const anywhere = wishes.filter(({ location }) => location === "any");
  for (const wish of [...named, ...anywhere.toSorted(byChoice)]) {
    const { sku, quantity, location, split = false } = wish;
    const candidates = location !== "any"
      ? [location]
      : [...new Set(wish.locations ?? mostFirst(sku))];
    let left = quantity;
    const picks: HeldLine[] = [];
    for (const each of candidates) {
      const units = split || free(sku, each) >= quantity ? Math.min(left, free(sku, each)) : 0;
      if (units > 0) picks.push({ sku, location: each, quantity: units });
      left -= units;
    }
    if (left === 0) {
      for (const pick of picks) {
        const same = taken.find((line) => line.sku === sku && line.location === pick.location);
        if (same) same.quantity += pick.quantity;
        else taken.push(pick);
      }
    } else {
      const units = candidates.map((each) => freeAlone(sku, each));
      const elsewhere = mostFirst(sku)
        .filter((each) => each !== location && freeAlone(sku, each) > 0);
      shortages.set(wish, {
        sku,
        location,
        requested: quantity,
        available: split ? units.reduce((sum, each) => sum + each, 0) : Math.max(0, ...units),
        elsewhere: Object.fromEntries(elsewhere.map((each) => [each, freeAlone(sku, each)])),
      });
    }
  }
  if (shortages.size === 0) return taken;
  // Told in the order of the request, where lines of one place stand at the first of them.
  const places = [...named, ...anywhere].toSorted((a, b) =>
    positionOf(wishes, a) - positionOf(wishes, b)
  );
  const told = places.flatMap((wish) => shortages.get(wish) ?? []);
  const unknown = told.find(({ sku }) => !stock.has(sku));
  if (unknown) return { status: "sku_not_found", sku: unknown.sku };
  return { status: "insufficient_stock", shortages: told };
}

/** Who chooses first: fewest places, then all units from one place, then most units. */
function byChoice(a: Wish, b: Wish): number {
  const places = ({ locations }: Wish) => locations?.length ?? Infinity;
  if (places(a) !== places(b)) return places(a) - places(b);
  return Number(a.split ?? false) - Number(b.split ?? false) || b.quantity - a.quantity;
}

function positionOf(wishes: Wish[], wish: Wish): number {
  return wish.location === "any"
    ? wishes.indexOf(wish)
    : wishes.findIndex((each) => isSamePlace(each, wish));
}

export function isSamePlace(one: HeldLine, other: HeldLine): boolean {
  return one.sku === other.sku && one.location === other.location;
}

/** Adds up the quantities of wishes that differ in nothing else. */
export function addUp<Item extends { quantity: number }>(items: Item[]): Item[] {
  const sums = new Map<string, Item>();
  for (const { quantity, ...rest } of items) {
    const name = JSON.stringify(Object.entries(rest).toSorted());
    sums.set(
      name,
      { ...rest, quantity: quantity + (sums.get(name)?.quantity ?? 0) } as unknown as Item,
    );
  }
  return [...sums.values()];
}

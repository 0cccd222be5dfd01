// Stock lines on their way to the scripts and back.
import type { z } from "@hono/zod-openapi";
import type { CartLine } from "../../contract/hold_requests.ts";
import type { Line } from "../../contract/fields.ts";

export type HeldLine = z.infer<typeof Line>;
export type Wish = z.infer<typeof CartLine>;

/** A line as the scripts write it. */
export type LineFields = [sku: string, location: string, quantity: number, available?: number];

export function readLines(fields: LineFields[]): HeldLine[] {
  return fields.map(([sku, location, quantity]) => ({ sku, quantity, location }));
}

/** The arguments for lines of which each place is named once: quantities of the same place are added up. */
export function encodeLines(lines: HeldLine[]): (string | number)[] {
  return addUp(lines, ({ sku, location }) => `${sku} ${location}`)
    .flatMap(({ sku, location, quantity }) => [sku, location, quantity]);
}

/** The argument for what a hold may carry besides its lines; '' for nothing. */
export function encodeOptions(
  { reference = "", replaces = "" }: { reference?: string; replaces?: string },
): string {
  return reference || replaces ? `${reference} ${replaces}` : "";
}

/**
 * The arguments for wishes. Those that name the same place are added up; those that leave it open are each for
 * themselves, since two of them need not be served by one place.
 */
export function encodeWishes(wishes: Wish[]): (string | number)[] {
  return addUp(wishes, ({ sku, location }, i) => location === "any" ? `${i}` : `${sku} ${location}`)
    .flatMap(({ sku, location, quantity, split, locations = [] }) => {
      const isChoosy = split || locations.length > 0;
      const choice = isChoosy ? [split ? "split" : "whole", ...locations].join(" ") : "";
      return [sku, location, quantity, choice];
    });
}

function addUp<Item extends { quantity: number }>(
  items: Item[],
  nameOf: (item: Item, index: number) => string,
): Item[] {
  if (items.length === 1) return items;
  const byName = new Map<string, Item>();
  for (const [i, item] of items.entries()) {
    const name = nameOf(item, i);
    const quantity = (byName.get(name)?.quantity ?? 0) + item.quantity;
    byName.set(name, { ...item, quantity });
  }
  return [...byName.values()];
}

// Stock, as callers see it, and the counts that bring it into being.
import { KEY_NAMES } from "./keys.ts";
import type { Store } from "./store.ts";

/** What is on hand and what is held of one SKU at one location, by now. */
export interface StockLine {
  onHand: number;
  held: number;
}

export type InventoryOutcome = { status: "found"; lines: Map<string, StockLine> } | {
  status: "sku_not_found";
};

/** Every location of one SKU. Units of holds that are due count as given back, swept or not. */
export async function getInventory(store: Store, sku: string): Promise<InventoryOutcome> {
  const reply = await store.ask({ verb: "get_inventory", args: [sku] });
  if (reply[0] === "sku_not_found") return { status: "sku_not_found" };
  const [, counters, due] = reply as ["found", string[], (string | number)[]];
  const lines = new Map<string, StockLine>();
  const lineAt = (location: string) =>
    lines.getOrInsertComputed(location, () => ({ onHand: 0, held: 0 }));
  for (let i = 0; i < counters.length; i += 2) {
    const [field, units] = [counters[i], Number(counters[i + 1])];
    if (field.startsWith("held:")) lineAt(field.slice("held:".length)).held = units;
    else lineAt(field).onHand = units;
  }
  for (let i = 0; i < due.length; i += 2) {
    lineAt(due[i] as string).held -= Number(due[i + 1]);
  }
  return { status: "found", lines };
}

/** What can be had of a line: 0 when a count found less than is held. */
export function available({ onHand, held }: StockLine): number {
  return Math.max(0, onHand - held);
}

/** A count of what is on hand: units by location. */
export interface Count {
  sku: string;
  onHand: [location: string, units: number][];
}

/** States what is on hand of one SKU; what is held stays held. New SKUs and locations come into being. */
export async function count(store: Store, { sku, onHand }: Count): Promise<void> {
  await store.commit({ verb: "count", args: [sku, ...onHand.flat()], weight: onHand.length });
}

/** Whether no SKU has ever been counted. */
export async function isEmpty(store: Store): Promise<boolean> {
  return await store.command("ZCARD", KEY_NAMES.SKUS) === 0;
}

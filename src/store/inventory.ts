// Stock, as callers see it, and the counts that bring it into being.
import type { Reply } from "../commits/batch_queue.ts";
import { decodeCursor, encodeCursor } from "./cursors.ts";
import { measure } from "../commits/measures.ts";
import type { Store } from "../commits/store.ts";

/** What is on hand and what is held of one SKU at one location, by now. */
export interface StockLine {
  onHand: number;
  held: number;
}

/** Every location of one SKU. Units of holds that are due count as given back, swept or not. */
export interface Inventory {
  sku: string;
  lines: Map<string, StockLine>;
}

export type InventoryOutcome = { status: "found" } & Inventory | { status: "sku_not_found" };

/** The stock of one SKU. */
export async function getInventory(store: Store, sku: string): Promise<InventoryOutcome> {
  const partition = store.partitionOf(sku);
  return readInventory(sku, await store.ask({ verb: "get_inventory", args: [sku], partition }));
}

const NEVER_COUNTED = { status: "sku_not_found" } as const;

function readInventory(sku: string, reply: Reply): InventoryOutcome {
  if (reply[0] === "sku_not_found") return NEVER_COUNTED;
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
  return { status: "found", sku, lines };
}

/** The stock of several SKUs, in the order asked for, and those never counted: one instant for each partition. */
export async function queryInventory(
  store: Store,
  skus: string[],
): Promise<{ items: Inventory[]; missing: string[] }> {
  const outcomes = new Map<string, InventoryOutcome>(skus.map((sku) => [sku, NEVER_COUNTED]));
  const byPartition = Map.groupBy(outcomes.keys(), (sku) => store.partitionOf(sku));
  await Promise.all([...byPartition].map(async ([partition, args]) => {
    const question = { verb: "query_inventory" as const, args, partition, weight: args.length };
    const [, ...replies] = await store.ask(question);
    args.forEach((sku, i) => outcomes.set(sku, readInventory(sku, replies[i] as Reply)));
  }));
  return {
    items: [...outcomes.values()].filter((outcome) => outcome.status === "found"),
    missing: [...outcomes].flatMap(([sku, { status }]) => status === "found" ? [] : [sku]),
  };
}

export type PageOutcome =
  | { status: "page"; items: Inventory[]; nextCursor?: string }
  | { status: "invalid_cursor" };

/** The SKUs that begin with a prefix, in lexical order, from where the cursor says. */
export async function listInventory(
  store: Store,
  { prefix, limit, cursor }: { prefix: string; limit: number; cursor?: string },
): Promise<PageOutcome> {
  const after = cursor === undefined ? "" : decodeCursor(cursor);
  const isPosition = typeof after === "string" && after.startsWith(prefix);
  if (cursor !== undefined && !(isPosition && after !== "")) return { status: "invalid_cursor" };
  const args = [prefix, after as string, limit];
  const replies = await store.askAll({ verb: "list_inventory", args, weight: limit });
  const found = replies.flatMap(([, , ...rows]) => rows as [sku: string, reply: Reply][])
    .toSorted(([a], [b]) => a < b ? -1 : 1);
  const page = found.slice(0, limit);
  const hasMore = found.length > limit || replies.some(([, more]) => more === 1);
  return {
    status: "page",
    items: page.map(([sku, reply]) => readInventory(sku, reply))
      .filter((outcome) => outcome.status === "found"),
    nextCursor: hasMore ? encodeCursor(page.at(-1)![0]) : undefined,
  };
}

/** What can be had of a line: 0 when less is on hand than is held. */
export function available({ onHand, held }: StockLine): number {
  return Math.max(0, onHand - held);
}

/** The units that are held and not there: a count or a write-off found less than is held. */
export function oversold({ onHand, held }: StockLine): number {
  return Math.max(0, held - onHand);
}

/** A count of what is on hand: units by location. */
export interface Count {
  sku: string;
  onHand: [location: string, units: number][];
}

/** Lua takes no more than some thousands of values at a time. */
const LOCATIONS_AT_ONCE = 1000;

/** States what is on hand of one SKU; what is held stays held. New SKUs and locations come into being. */
export async function count(store: Store, { sku, onHand }: Count): Promise<void> {
  for (let first = 0; first < onHand.length; first += LOCATIONS_AT_ONCE) {
    const some = onHand.slice(first, first + LOCATIONS_AT_ONCE);
    await store.commit({
      verb: "count",
      args: [sku, ...some.flat()],
      partition: store.partitionOf(sku),
      weight: some.length,
    });
  }
}

/** Whether no SKU has ever been counted. */
export async function isEmpty(store: Store): Promise<boolean> {
  return (await measure(store)).skus === 0;
}

// What is in stock: one page of SKUs at a time, read again where events say that something has changed.
import type { Event } from "../contract/event_kinds.ts";
import type { Inventory } from "../contract/inventory.ts";
import type { z } from "@hono/zod-openapi";
import { type Answer, send } from "./api.ts";
import { watchLevel } from "./levels.ts";
import { changed, changedByHand } from "./screen.ts";

export type Row = z.infer<typeof Inventory>;

const ROWS = 12;
const REFRESH_MS = 500;

export const stock = {
  prefix: "",
  rows: [] as Row[],
  /** The cursors of the pages before this one, for the way back; a page is a few dozen bytes. */
  trail: [] as (string | undefined)[],
  cursor: undefined as string | undefined,
  nextCursor: undefined as string | undefined,
  isLoading: true,
  problem: undefined as Answer | undefined,
  /** The SKU whose chart is shown. */
  chosen: "",
};

let asked = 0;

/** Reads the page at the cursor. Of several readings on their way the last one asked for counts. */
export async function loadStock(): Promise<void> {
  const question = ++asked;
  stock.isLoading = true;
  const query = new URLSearchParams({ prefix: stock.prefix, limit: String(ROWS) });
  if (stock.cursor) query.set("cursor", stock.cursor);
  const answer = await send("GET", `/inventory?${query}`);
  if (question !== asked) return;
  stock.isLoading = false;
  stock.problem = answer.ok ? undefined : answer;
  stock.rows = answer.ok ? answer.body.items : [];
  stock.nextCursor = answer.ok ? answer.body.next_cursor : undefined;
  if (!stock.chosen && stock.rows.length > 0) choose(stock.rows[0].sku);
  changedByHand();
}

export function search(prefix: string): void {
  Object.assign(stock, { prefix, trail: [], cursor: undefined });
  loadStock();
}

export function nextPage(): void {
  if (!stock.nextCursor) return;
  stock.trail.push(stock.cursor);
  stock.cursor = stock.nextCursor;
  loadStock();
}

export function previousPage(): void {
  if (stock.trail.length === 0) return;
  stock.cursor = stock.trail.pop();
  loadStock();
}

export function choose(sku: string): void {
  stock.chosen = sku;
  changedSkus.add(sku);
  scheduleRefresh();
  changedByHand();
}

const changedSkus = new Set<string>();
let refreshTimer: ReturnType<typeof setTimeout> | undefined;

/** Notes which of the shown SKUs an event touches. */
export function noteStock(event: Event): void {
  const skus = "lines" in event
    ? event.lines.map(({ sku }) => sku)
    : "sku" in event
    ? [event.sku]
    : [];
  for (const sku of skus) {
    if (sku === stock.chosen || stock.rows.some((row) => row.sku === sku)) changedSkus.add(sku);
  }
  if (changedSkus.size > 0) scheduleRefresh();
}

function scheduleRefresh(): void {
  refreshTimer ??= setTimeout(refresh, REFRESH_MS);
}

/** Asks for what has changed, all in one, at most twice a second. */
async function refresh(): Promise<void> {
  const skus = [...changedSkus];
  changedSkus.clear();
  const answer = await send("POST", "/inventory/query", { skus });
  if (answer.ok) {
    const fresh = new Map<string, Row>(answer.body.items.map((row: Row) => [row.sku, row]));
    stock.rows = stock.rows.map((row) => fresh.get(row.sku) ?? row);
    const chosen = fresh.get(stock.chosen);
    if (chosen) watchLevel(chosen);
  }
  refreshTimer = undefined;
  if (changedSkus.size > 0) scheduleRefresh();
  changed();
}

export interface Place {
  location: string;
  available: number;
  held: number;
}

/** The locations of a row, online first. */
export function placesOf(row: Row): Place[] {
  const held = (location: string) => row.held[location] ?? 0;
  const stores = Object.entries(row.store_stock).map(([id, available]) => {
    const location = `store:${id}`;
    return { location, available, held: held(location) };
  });
  return [{ location: "online", available: row.online_stock, held: held("online") }, ...stores];
}

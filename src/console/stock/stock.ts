// What is in stock: a few pages of SKUs around the place that is looked at, wherever in the list that is, read
// again where events say that something has changed.
import type { Event } from "../../contract/event_kinds.ts";
import type { Inventory } from "../../contract/inventory.ts";
import type { z } from "@hono/zod-openapi";
import { type Answer, send } from "../api.ts";
import { watchLevels } from "../charts/levels.ts";
import { changed, changedByHand } from "../screen.ts";
import { skusOf } from "../happenings/happenings.ts";

export type Row = z.infer<typeof Inventory>;

const ROWS_A_PAGE = 20;
const MOST_PAGES = 3;
const MOST_CURSORS = 2000;
const REFRESH_MS = 500;

/** A page, and where it was read: behind the cursor before it. */
interface Page {
  cursor?: string;
  rows: Row[];
  nextCursor?: string;
}

export const stock = {
  prefix: "",
  /** Some pages in a row, the only ones that are held. */
  pages: [] as Page[],
  /** How many pages come before them, and the cursors of the nearest of those. */
  before: 0,
  trail: [] as (string | undefined)[],
  isLoading: true,
  problem: undefined as Answer | undefined,
  /** The SKU whose chart is shown. */
  chosen: "",
};

export const shownRows = () => stock.pages.flatMap((page) => page.rows);
export const firstRow = () => stock.before * ROWS_A_PAGE;

let asked = 0;

/** Reads all pages that are shown anew. Of several readings on their way the last one asked for counts. */
export function loadStock(): Promise<void> {
  return read(async () => {
    const pages: Page[] = [];
    let cursor = stock.pages[0]?.cursor;
    for (let i = 0; i < Math.max(1, stock.pages.length); i++) {
      const page = await readPage(cursor);
      if ("status" in page) return page;
      pages.push(page);
      cursor = page.nextCursor;
      if (!cursor) break;
    }
    return () => void (stock.pages = pages);
  });
}

export function search(prefix: string): void {
  Object.assign(stock, { prefix, pages: [], trail: [], before: 0 });
  loadStock();
}

/** Goes on downwards: one page more at the end, and one less at the beginning. */
export function loadNext(): void {
  const cursor = stock.pages.at(-1)?.nextCursor;
  if (stock.isLoading || !cursor) return;
  read(async () => {
    const page = await readPage(cursor);
    if ("status" in page) return page;
    return () => {
      stock.pages.push(page);
      if (stock.pages.length <= MOST_PAGES) return;
      stock.trail.push(stock.pages.shift()!.cursor);
      stock.before++;
      if (stock.trail.length > MOST_CURSORS) stock.trail.shift(); // further back only from the top
    };
  });
}

/** Goes back upwards. */
export function loadPrevious(): void {
  if (stock.isLoading || stock.trail.length === 0) return;
  read(async () => {
    const page = await readPage(stock.trail.at(-1));
    if ("status" in page) return page;
    return () => {
      stock.trail.pop();
      stock.before--;
      stock.pages.unshift(page);
      if (stock.pages.length > MOST_PAGES) stock.pages.pop();
    };
  });
}

/** Takes over what was read, or keeps why it was not: a late answer, to another key or search, changes nothing. */
async function read(reading: () => Promise<(() => void) | Answer>): Promise<void> {
  const question = ++asked;
  stock.isLoading = true;
  const outcome = await reading();
  if (question !== asked) return;
  stock.isLoading = false;
  stock.problem = "status" in outcome ? outcome : undefined;
  if ("status" in outcome) {
    if (outcome.status === 401 || outcome.status === 403) stock.pages = []; // not for this key to see
  } else outcome();
  const [first] = shownRows();
  if (!stock.chosen && first) choose(first.sku);
  changedByHand();
}

async function readPage(cursor: string | undefined): Promise<Page | Answer> {
  const query = new URLSearchParams({ prefix: stock.prefix, limit: String(ROWS_A_PAGE) });
  if (cursor) query.set("cursor", cursor);
  const answer = await send("GET", `/inventory?${query}`);
  if (!answer.ok) return answer;
  return { cursor, rows: answer.body.items, nextCursor: answer.body.next_cursor };
}

export function choose(sku: string): void {
  stock.chosen = sku;
  watchLevels(sku);
  changedByHand();
}

const changedSkus = new Set<string>();
let refreshTimer: ReturnType<typeof setTimeout> | undefined;

/** Notes which of the shown SKUs an event touches. */
export function noteStock(event: Event): void {
  for (const sku of skusOf(event)) {
    if (stock.pages.some(({ rows }) => rows.some((row) => row.sku === sku))) changedSkus.add(sku);
  }
  if (changedSkus.size > 0) refreshTimer ??= setTimeout(refresh, REFRESH_MS);
}

/** Asks for what has changed, all in one, at most twice a second. */
async function refresh(): Promise<void> {
  const skus = [...changedSkus];
  changedSkus.clear();
  const answer = await send("POST", "/inventory/query", { skus });
  if (answer.ok) {
    const fresh = new Map<string, Row>(answer.body.items.map((row: Row) => [row.sku, row]));
    for (const page of stock.pages) page.rows = page.rows.map((row) => fresh.get(row.sku) ?? row);
  }
  if (answer.status === 429 || answer.status >= 500) skus.forEach((sku) => changedSkus.add(sku));
  const waitMs = Math.max(REFRESH_MS, 1000 * Number(answer.headers.get("retry-after") ?? 0));
  refreshTimer = changedSkus.size > 0 ? setTimeout(refresh, waitMs) : undefined;
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

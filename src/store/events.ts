// The event stream, read by position: pages for callers, entries for those who replay it.
import { Buffer } from "node:buffer";
import type { Event } from "../contract/event_kinds.ts";
import { type BareEvent, decodeEvent } from "./event_words.ts";
import type { Store } from "./store.ts";

/**
 * A place in the stream: behind the first `seen` events of an entry. One commit writes one entry, whose id
 * begins with the millisecond of the commit. With several partitions a position will hold one of each.
 */
export interface Position {
  entry: string;
  seen: number;
}

const BEGINNING: Position = { entry: "0-0", seen: 0 };
/** More events than any entry has. */
const ALL_OF_IT = 999_999;

// A page that filters looks at no more than this before it answers with what it has found.
const ENTRIES_PER_STEP = 100;
const MAX_STEPS = 10;
const SCAN_FOR_MS = 200;
// Some 100 entries are as much work for Redis as many small questions; so few of them share a script.
const STEP_WEIGHT = 32;

export function encodePosition({ entry, seen }: Position): string {
  return Buffer.from(`${entry}.${seen}`).toString("base64url");
}

/** Reads what `encodePosition` wrote; undefined for anything else. */
export function decodePosition(text: string): Position | undefined {
  const match = Buffer.from(text, "base64url").toString("latin1")
    .match(/^(\d{1,15}-\d{1,15})\.(\d{1,6})$/);
  if (!match) return undefined;
  const position = { entry: match[1], seen: Number(match[2]) };
  return encodePosition(position) === text ? position : undefined;
}

/** Whether the entry `id` was written after the entry `other`. */
export function isLater(id: string, other: string): boolean {
  const [ms, sequence] = id.split("-").map(Number);
  const [otherMs, otherSequence] = other.split("-").map(Number);
  return ms > otherMs || ms === otherMs && sequence > otherSequence;
}

/** The id of the newest entry. */
export async function lastEntry(store: Store): Promise<string> {
  const reply = await store.ask({ verb: "last_event", args: [] });
  return reply[1] as string;
}

/** The position behind everything there is. */
export async function endOfEvents(store: Store): Promise<Position> {
  return { entry: await lastEntry(store), seen: ALL_OF_IT };
}

export interface Entry {
  id: string;
  /** In their order; undefined in place of what this version cannot read. */
  events: (BareEvent | undefined)[];
}

export interface Step {
  entries: Entry[];
  /** Where entries behind the one asked for may have been trimmed: the id of the newest entry. */
  gapUpTo?: string;
}

/** Reads entries from one on, and that one again if it is still kept. */
export async function readEntries(store: Store, from: string, count: number): Promise<Step> {
  const args = [from, String(count)];
  const reply = await store.ask({ verb: "read_events", args, weight: STEP_WEIGHT });
  const [status, rows, last] = reply as [string, [id: string, words: string[]][], string?];
  const entries = rows.map(([id, words]) => {
    const events: Entry["events"] = [];
    for (let i = 0; i < words.length; i += 2) events.push(decodeEvent(words[i], words[i + 1]));
    return { id, events };
  });
  return { entries, gapUpTo: status === "gap" ? last : undefined };
}

export interface Page {
  items: Event[];
  next: Position;
  /** Whether the page ended before the end of the stream was reached. */
  hasMore: boolean;
  /** Whether events behind `after` may have been trimmed. */
  truncated: boolean;
}

/** What happened behind `after`, or from the oldest kept on: at most `limit` events, in bounded work. */
export async function readEvents(
  store: Store,
  after: Position | undefined,
  { limit, sku }: { limit: number; sku?: string },
): Promise<Page> {
  const page: Page = { items: [], next: after ?? BEGINNING, hasMore: true, truncated: false };
  // Two at least: the first one answered is the one come to.
  const count = sku ? ENTRIES_PER_STEP : Math.min(limit + 1, ENTRIES_PER_STEP);
  const stopAtMs = performance.now() + SCAN_FOR_MS;
  for (let step = 0; step < MAX_STEPS && performance.now() < stopAtMs; step++) {
    const { entries, gapUpTo } = await readEntries(store, page.next.entry, count);
    if (gapUpTo !== undefined && (after || step > 0)) page.truncated = true;
    for (const entry of entries) {
      if (!takeEntry(page, entry, limit, sku)) return page;
    }
    if (entries.length < count) {
      // Nothing where the reader had come to, and nothing behind: the stream was lost. Go on from its end.
      if (gapUpTo !== undefined && entries.length === 0) {
        page.next = { entry: gapUpTo, seen: ALL_OF_IT };
      }
      page.hasMore = false;
      return page;
    }
  }
  return page;
}

/** Adds the events of an entry that are behind the page's position; false when the page is full before them. */
function takeEntry(page: Page, { id, events }: Entry, limit: number, sku?: string): boolean {
  const at = new Date(parseInt(id)).toISOString();
  for (let seen = id === page.next.entry ? page.next.seen : 0; seen < events.length; seen++) {
    if (page.items.length === limit) return false;
    page.next = { entry: id, seen: seen + 1 };
    const event = events[seen];
    if (event && (sku === undefined || touches(event, sku))) {
      page.items.push({ id: encodePosition(page.next), at, ...event } as Event);
    }
  }
  return true;
}

function touches(event: BareEvent, sku: string): boolean {
  if ("sku" in event) return event.sku === sku;
  const lines = "lines" in event ? event.lines : [];
  const returned = "returned" in event ? event.returned ?? [] : [];
  return [...lines, ...returned].some((line) => line.sku === sku);
}

// The event streams, read by position: pages for callers, entries for those who replay them.
import type { Event } from "../../contract/event_kinds.ts";
import { type BareEvent, decodeEvent, isPartEvent, type PartEvent } from "./words.ts";
import { ALL_OF_IT, BEGINNING, encodePosition, type Place, type Position } from "./positions.ts";
import type { Store } from "../../commits/store.ts";

// A page that filters looks at no more than this before it answers with what it has found.
const ENTRIES_PER_STEP = 100;
const MAX_STEPS = 10;
const SCAN_FOR_MS = 200;
// Some 100 entries are as much work for Redis as many small questions; so few of them share a script.
const STEP_WEIGHT = 32;

/** The id of the newest entry of one partition. */
export async function lastEntry(store: Store, partition: number): Promise<string> {
  const reply = await store.ask({ verb: "last_event", args: [], partition });
  return reply[1] as string;
}

/** The position behind everything there is. */
export async function endOfEvents(store: Store): Promise<Position> {
  const replies = await store.askAll({ verb: "last_event", args: [] });
  return replies.map(([, entry]) => ({ entry: entry as string, seen: ALL_OF_IT }));
}

export interface Entry {
  id: string;
  /** In their order; undefined in place of what this version cannot read. */
  events: (BareEvent | PartEvent | undefined)[];
}

export interface Step {
  entries: Entry[];
  /** Where entries behind the one asked for may have been trimmed: the id of the newest entry. */
  gapUpTo?: string;
}

/** Reads entries of one partition from one on, and that one again if it is still kept. */
export async function readEntries(
  store: Store,
  partition: number,
  from: string,
  count: number,
): Promise<Step> {
  const args = [from, count];
  const reply = await store.ask({ verb: "read_events", args, partition, weight: STEP_WEIGHT });
  const [status, rows, last] = reply as [string, [id: string, words: string[]][], string?];
  const entries = rows.map(([id, words]) => {
    const events: Entry["events"] = [];
    for (let i = 0; i < words.length; i += 2) events.push(decodeEvent(words[i], words[i + 1]));
    return { id, events };
  });
  return { entries, gapUpTo: status === "gap" ? last : undefined };
}

export interface Page {
  /** Where it begins: at `after`, or, where events behind that were trimmed, right before those that are kept. */
  start: Position;
  items: Event[];
  next: Position;
  /** Whether the page ended before the end of the stream was reached. */
  hasMore: boolean;
  /** Whether events behind `after` may have been trimmed. */
  truncated: boolean;
}

interface Filter {
  /** The most events on a page. */
  limit: number;
  sku?: string;
}

/**
 * What happened behind `after`, or from the oldest kept on, in bounded work. Partitions are merged by the time of
 * their commits. One that cannot be reached is passed over, and its events come when it can be.
 */
export async function readEvents(
  store: Store,
  after: Position | undefined,
  filter: Filter,
): Promise<Page> {
  const from = after ?? Array<Place>(store.partitions).fill(BEGINNING);
  const read = await Promise.allSettled(
    from.map((place, partition) =>
      readPartition(store, partition, place, after !== undefined, filter)
    ),
  );
  const reached = read.filter((each) => each.status === "fulfilled").map(({ value }) => value);
  if (reached.length === 0) throw (read[0] as PromiseRejectedResult).reason;
  const start = [...from];
  for (const part of reached) start[part.partition] = part.start;
  const next = [...start];
  const items = takeEarliest(reached, filter.limit).map(({ partition, place, at, event }) => {
    next[partition] = place;
    return { id: encodePosition(next), at: new Date(at).toISOString(), ...event } as Event;
  });
  for (const { partition, found, end } of reached) if (found.length === 0) next[partition] = end;
  return {
    start,
    items,
    next,
    hasMore: reached.some(({ found, hasMore }) => found.length > 0 || hasMore),
    truncated: reached.some(({ truncated }) => truncated),
  };
}

interface Found {
  partition: number;
  /** Behind this event. */
  place: Place;
  /** When its commit was, in milliseconds since 1970. */
  at: number;
  /** The rest of its entry's id. */
  sequence: number;
  event: BareEvent;
}

/** What one partition has to say. */
interface PartOfPage {
  partition: number;
  /** In their order; those that a page takes are taken out. */
  found: Found[];
  /** From where it was read. */
  start: Place;
  /** How far it was read. */
  end: Place;
  hasMore: boolean;
  truncated: boolean;
}

/** Takes the first events of all partitions together out of what was found. */
function takeEarliest(parts: PartOfPage[], limit: number): Found[] {
  const taken: Found[] = [];
  while (taken.length < limit) {
    const heads = parts.filter(({ found }) => found.length > 0);
    if (heads.length === 0) break;
    const first = heads.reduce((a, b) => isBefore(b.found[0], a.found[0]) ? b : a);
    taken.push(first.found.shift()!);
  }
  return taken;
}

/** By the clock of Redis: to the microsecond, where lua/shared/events.lua wrote it. */
function isBefore(a: Found, b: Found): boolean {
  return a.at < b.at || a.at === b.at && a.sequence < b.sequence;
}

async function readPartition(
  store: Store,
  partition: number,
  from: Place,
  isResumed: boolean,
  { limit, sku }: Filter,
): Promise<PartOfPage> {
  const part: PartOfPage = {
    partition,
    found: [],
    start: from,
    end: from,
    hasMore: true,
    truncated: false,
  };
  // Two at least: the first one answered is the one come to.
  const count = sku ? ENTRIES_PER_STEP : Math.min(limit + 1, ENTRIES_PER_STEP);
  const stopAtMs = performance.now() + SCAN_FOR_MS;
  for (let step = 0; step < MAX_STEPS && performance.now() < stopAtMs; step++) {
    const { entries, gapUpTo } = await readEntries(store, partition, part.end.entry, count);
    if (gapUpTo !== undefined) {
      part.truncated ||= isResumed || step > 0;
      part.end = behindGap(entries, gapUpTo);
      if (step === 0) part.start = part.end;
    }
    for (const entry of entries) {
      if (!takeEntry(part, entry, limit, sku)) return part;
    }
    if (entries.length < count) {
      part.hasMore = false;
      return part;
    }
  }
  return part;
}

/**
 * Right before the first entry that is kept: who comes back here is not told of the same gap again. Where nothing is
 * kept behind what the reader had come to, the stream was lost, and its end is where to go on.
 */
function behindGap([first]: Entry[], last: string): Place {
  return first ? { entry: first.id, seen: 0 } : { entry: last, seen: ALL_OF_IT };
}

/** Adds the events of an entry that are behind the part's end; false when it is full before them. */
function takeEntry(part: PartOfPage, { id, events }: Entry, limit: number, sku?: string): boolean {
  const [at, sequence] = id.split("-").map(Number);
  for (let seen = id === part.end.entry ? part.end.seen : 0; seen < events.length; seen++) {
    if (part.found.length === limit) return false;
    part.end = { entry: id, seen: seen + 1 };
    const event = events[seen];
    if (event && !isPartEvent(event) && (sku === undefined || touches(event, sku))) {
      part.found.push({ partition: part.partition, place: part.end, at, sequence, event });
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

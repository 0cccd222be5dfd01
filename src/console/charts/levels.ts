// Available and held of the chosen SKU over time, built from its events: those that are still kept, undone one
// by one from how it stands now, and then each as it comes. They are read by position, a page behind the other,
// so that none is missed and none is taken twice; the feed only says when there is more to read.
import type { Event } from "../../contract/event_kinds.ts";
import type { Inventory } from "../../contract/inventory.ts";
import type { z } from "@hono/zod-openapi";
import { type Answer, send, serverNow } from "../api.ts";
import { skusOf } from "../happenings/happenings.ts";
import { holds, type ShownHold } from "../holds/holds.ts";
import {
  addEvent,
  addPoint,
  addUnits,
  type Lines,
  linesOf,
  MOST_POINTS,
  noPoints,
  pointsBefore,
} from "./level_points.ts";
import { changed } from "../screen.ts";

type Row = z.infer<typeof Inventory>;

const EVENTS_A_PAGE = 1000;
const MOST_PAGES = 60;
const MOST_TRIES = 5;
const READ_EVERY_MS = 500;
const RETRY_MS = 5000;

export const levels = {
  sku: "",
  points: noPoints(),
  problem: undefined as Answer | undefined,
};

/** One watch of one SKU. */
interface Watch {
  sku: string;
  lines: Lines;
  /** Behind the last event that was read. */
  position: string;
  /** Set while more is about to be read. */
  timer?: ReturnType<typeof setTimeout>;
}

let watch: Watch | undefined;

/** Begins anew with this SKU, or with "" with none. */
export async function watchLevels(sku: string): Promise<void> {
  clearTimeout(watch?.timer);
  const mine: Watch = { sku, lines: new Map(), position: "" };
  watch = mine;
  Object.assign(levels, { sku, points: noPoints(), problem: undefined });
  if (!sku) return;
  const past = await readPast(mine);
  if (watch !== mine) return;
  if ("problem" in past) {
    levels.problem = past.problem;
  } else {
    mine.lines = linesOf(past.row);
    // The stock counts a hold that is due as given back; its event is still to come.
    for (const hold of past.due) addUnits(mine.lines, hold.lines, sku, 0, +1);
    levels.points = pointsBefore(mine.lines, past.events, sku, serverNow() / 1000);
    readSoon(mine); // what has come since
  }
  changed();
}

type Past = { row: Row; due: ShownHold[]; events: Event[] } | { problem: Answer };

/**
 * Reads the kept events of a SKU, and its stock at their end: nothing may have happened to it between the last
 * event and the look. Where it never rests, the last of a few looks has to do.
 */
async function readPast(mine: Watch): Promise<Past> {
  const events: Event[] = [];
  let more = await readOn(mine);
  for (let tries = 1; "events" in more; tries++) {
    events.push(...more.events);
    const { position } = mine;
    // Not by its path: a SKU that is `..` cannot be in one.
    const look = await send("POST", "/inventory/query", { skus: [mine.sku] });
    const row = look.ok ? look.body.items[0] : undefined;
    if (!row) return { problem: look };
    const now = serverNow();
    const due = [...holds.byId.values()].filter((hold) => !hold.end && hold.expiresAtMs <= now);
    more = await readOn(mine);
    if ("events" in more && (more.events.length === 0 || tries === MOST_TRIES)) {
      mine.position = position;
      return { row, due, events };
    }
  }
  return more;
}

/** Reads the events behind the last one read, to their end. */
async function readOn(
  mine: Watch,
): Promise<{ events: Event[]; isTruncated: boolean } | { problem: Answer }> {
  const events: Event[] = [];
  let isTruncated = false;
  for (let page = 0; page < MOST_PAGES && watch === mine; page++) {
    const query = new URLSearchParams({ sku: mine.sku, limit: String(EVENTS_A_PAGE) });
    if (mine.position) query.set("after", mine.position);
    const answer = await send("GET", `/events?${query}`);
    if (!answer.ok) return { problem: answer };
    events.push(...answer.body.items);
    mine.position = answer.body.next;
    isTruncated ||= answer.body.truncated;
    if (!answer.body.has_more) break;
  }
  return { events, isTruncated };
}

/** Follows the feed. */
export function noteLevel(event: Event): void {
  if (watch && skusOf(event).includes(watch.sku)) readSoon(watch);
}

function readSoon(mine: Watch, waitMs = READ_EVERY_MS): void {
  if (levels.points.atSeconds.length === 0) return; // the beginning is still being read
  mine.timer ??= setTimeout(() => follow(mine), waitMs);
}

async function follow(mine: Watch): Promise<void> {
  const more = await readOn(mine);
  if (watch !== mine) return;
  mine.timer = undefined;
  if ("problem" in more) return readSoon(mine, RETRY_MS);
  if (more.isTruncated) return await watchLevels(mine.sku);
  const { points } = levels;
  for (const event of more.events) {
    if (addEvent(mine.lines, event, mine.sku, +1)) {
      addPoint(points, Date.parse(event.at) / 1000, mine.lines);
    }
  }
  const excess = points.atSeconds.length - 2 * MOST_POINTS;
  if (excess > 0) { for (const row of Object.values(points)) row.splice(0, excess + MOST_POINTS); }
  changed();
}

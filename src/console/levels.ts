// Available and held of the chosen SKU over time, built from its events: those that are still kept, undone one
// by one from how it stands now, and then each as it comes.
import type { Event } from "../contract/event_kinds.ts";
import type { Inventory } from "../contract/inventory.ts";
import type { z } from "@hono/zod-openapi";
import { type Answer, send, serverNow } from "./api.ts";
import { holds } from "./holds.ts";
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
import { changed } from "./screen.ts";

type Row = z.infer<typeof Inventory>;

const EVENTS_A_PAGE = 1000;
const MOST_PAGES = 60;
const MOST_TRIES = 5;

export const levels = {
  sku: "",
  points: noPoints(),
  problem: undefined as Answer | undefined,
};

let lines: Lines = new Map();
/** Events that came over the feed while the beginning was still being read; undefined once it is there. */
let waiting: Event[] | undefined;
/** What the beginning was made of, so that the feed brings none of it again. */
let known = new Set<string>();
let asked = 0;

/** Begins anew with this SKU: its past from the events, its present from the stock. */
export async function watchLevels(sku: string): Promise<void> {
  const question = ++asked;
  Object.assign(levels, { sku, points: noPoints(), problem: undefined });
  waiting = [];
  if (!sku) return;
  const found = await readPast(sku, () => question !== asked);
  if (question !== asked) return;
  if ("problem" in found) {
    levels.problem = found.problem;
  } else {
    lines = linesOf(found.row);
    // The stock counts a hold that is due as given back; its event is still to come.
    for (const hold of found.due) addUnits(lines, hold.lines, sku, 0, +1);
    known = new Set(found.events.slice(-EVENTS_A_PAGE).map(({ id }) => id));
    levels.points = pointsBefore(lines, found.events, sku, serverNow() / 1000);
    for (const event of waiting) take(event);
    waiting = undefined;
  }
  changed();
}

/**
 * Reads the kept events of a SKU, and its stock at their end: nothing may have happened to it between the last
 * event and the look. Where it never rests, the last of a few looks has to do.
 */
async function readPast(sku: string, isOver: () => boolean) {
  const events: Event[] = [];
  let after = "";
  const readOn = async (): Promise<Answer | number> => {
    const before = events.length;
    for (let page = 0; page < MOST_PAGES && !isOver(); page++) {
      const query = new URLSearchParams({ sku, limit: String(EVENTS_A_PAGE) });
      if (after) query.set("after", after);
      const answer = await send("GET", `/events?${query}`);
      if (!answer.ok) return answer;
      events.push(...answer.body.items);
      after = answer.body.next;
      if (!answer.body.has_more) break;
    }
    return events.length - before;
  };
  let more = await readOn();
  for (let tries = 1;; tries++) {
    if (typeof more !== "number") return { problem: more };
    const look = await send("GET", `/inventory/${encodeURIComponent(sku)}`);
    if (!look.ok) return { problem: look };
    const due = [...holds.byId.values()].filter((hold) =>
      !hold.end && hold.expiresAtMs <= serverNow()
    );
    const asOf = events.length;
    more = await readOn();
    if (more === 0 || tries === MOST_TRIES) {
      return { row: look.body as Row, due, events: events.slice(0, asOf) };
    }
  }
}

/** Follows the feed. */
export function noteLevel(event: Event): void {
  if (waiting) waiting.push(event);
  else take(event);
}

function take(event: Event): void {
  if (known.has(event.id) || !addEvent(lines, event, levels.sku, +1)) return;
  addPoint(levels.points, Date.parse(event.at) / 1000, lines);
  const { atSeconds, available, held } = levels.points;
  if (atSeconds.length > 2 * MOST_POINTS) {
    for (const row of [atSeconds, available, held]) row.splice(0, MOST_POINTS);
  }
}

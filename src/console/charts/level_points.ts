// What events do to the stock of a SKU, forwards and backwards, and the points of its chart that follow.
import type { Event } from "../../contract/event_kinds.ts";
import type { Inventory } from "../../contract/inventory.ts";
import type { z } from "@hono/zod-openapi";

/** On hand and held by location. */
export type Lines = Map<string, { onHand: number; held: number }>;

export interface Points {
  atSeconds: number[];
  available: number[];
  held: number[];
}

export const MOST_POINTS = 1000;
const LOOKS_BACK_SECONDS = 3600;

export function noPoints(): Points {
  return { atSeconds: [], available: [], held: [] };
}

/** On hand is told by what is available, held and missing. */
export function linesOf(
  { online_stock, store_stock, held, oversold = {} }: z.infer<typeof Inventory>,
): Lines {
  const lines: Lines = new Map();
  const add = (location: string, available: number) => {
    const units = held[location] ?? 0;
    lines.set(location, { onHand: available + units - (oversold[location] ?? 0), held: units });
  };
  add("online", online_stock);
  for (const [id, available] of Object.entries(store_stock)) add(`store:${id}`, available);
  return lines;
}

/** The points up to now, oldest first: each event is undone, from the last to the first. */
export function pointsBefore(now: Lines, events: Event[], sku: string, atSecond: number): Points {
  const lines: Lines = new Map([...now].map(([location, line]) => [location, { ...line }]));
  const points = noPoints();
  addPoint(points, atSecond, lines);
  const oldest = atSecond - LOOKS_BACK_SECONDS;
  for (const event of events.slice(-MOST_POINTS).reverse()) {
    const at = Date.parse(event.at) / 1000;
    if (at < oldest) break;
    const { available, held } = sums(lines);
    if (!addEvent(lines, event, sku, -1)) continue;
    points.atSeconds.push(at);
    points.available.push(available);
    points.held.push(held);
  }
  for (const row of Object.values(points)) row.reverse();
  return points;
}

export function addPoint(points: Points, atSecond: number, lines: Lines): void {
  const { available, held } = sums(lines);
  points.atSeconds.push(atSecond);
  points.available.push(available);
  points.held.push(held);
}

function sums(lines: Lines): { available: number; held: number } {
  const all = [...lines.values()];
  return {
    available: all.reduce((sum, { onHand, held }) => sum + Math.max(0, onHand - held), 0),
    held: all.reduce((sum, line) => sum + line.held, 0),
  };
}

/** Does to the lines what an event does to the stock of one SKU, or with -1 what undoes it; false where it does nothing to it. */
export function addEvent(lines: Lines, event: Event, sku: string, sign: 1 | -1): boolean {
  switch (event.kind) {
    case "hold.created":
      return addUnits(lines, event.lines, sku, 0, sign);
    case "hold.confirmed": {
      const returned = addUnits(lines, event.returned ?? [], sku, 0, -sign);
      return addUnits(lines, event.lines, sku, -sign, -sign) || returned;
    }
    case "hold.released":
    case "hold.expired":
      return addUnits(lines, event.lines, sku, 0, -sign);
    case "stock.sold":
      return addUnits(lines, [event], sku, -sign, 0);
    case "stock.transferred": {
      const { quantity } = event;
      const came = addUnits(
        lines,
        [{ sku: event.sku, location: event.to, quantity }],
        sku,
        sign,
        0,
      );
      return addUnits(lines, [{ sku: event.sku, location: event.from, quantity }], sku, -sign, 0) &&
        came;
    }
    case "stock.adjusted": {
      const quantity = event.on_hand_after - event.on_hand_before;
      return addUnits(lines, [{ ...event, quantity }], sku, sign, 0);
    }
    case "stock.repaired": {
      const quantity = event.held_after - event.held_before;
      return addUnits(lines, [{ ...event, quantity }], sku, 0, sign);
    }
    default:
      return false;
  }
}

interface Units {
  sku: string;
  location: string;
  quantity: number;
}

export function addUnits(
  lines: Lines,
  added: Units[],
  sku: string,
  onHand: number,
  held: number,
): boolean {
  const own = added.filter((each) => each.sku === sku);
  for (const { location, quantity } of own) {
    const line = lines.get(location) ?? { onHand: 0, held: 0 };
    lines.set(location, line);
    line.onHand += onHand * quantity;
    line.held += held * quantity;
  }
  return own.length > 0;
}

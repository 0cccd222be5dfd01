// What was counted since the page was opened: by verb and by refusal for each of the last 300 seconds, and what
// was sold. All of it has a fixed size, so that a page may stay open for a week.
import type { Event } from "../../contract/event_kinds.ts";

export const SECONDS = 300;
export const VERBS = ["hold", "confirm", "release", "expire", "sale", "extend", "adjust"] as const;
export type Verb = typeof VERBS[number];

const VERB_OF: Partial<Record<Event["kind"], Verb>> = {
  "hold.created": "hold",
  "hold.extended": "extend",
  "hold.confirmed": "confirm",
  "hold.released": "release",
  "hold.expired": "expire",
  "stock.sold": "sale",
  "stock.adjusted": "adjust",
  "stock.transferred": "adjust",
};

const MOST_NAMES = 12;

/** Counts by name for each of the last seconds. */
export class Seconds<Name extends string> {
  readonly rows = new Map<Name, Uint32Array>();
  #newest = 0;

  constructor(names: readonly Name[]) {
    for (const name of names) this.rows.set(name, new Uint32Array(SECONDS));
  }

  add(name: Name, atMs: number): void {
    const second = Math.floor(atMs / 1000);
    this.advance(second);
    if (second <= this.#newest - SECONDS) return;
    let row = this.rows.get(name);
    if (!row) {
      if (this.rows.size >= MOST_NAMES) return;
      this.rows.set(name, row = new Uint32Array(SECONDS));
    }
    row[second % SECONDS]++;
  }

  /** Forgets what is older than the window that ends with this second. */
  advance(second: number): void {
    if (second <= this.#newest) return;
    const from = Math.max(this.#newest + 1, second - SECONDS + 1);
    for (let each = from; each <= second; each++) {
      for (const row of this.rows.values()) row[each % SECONDS] = 0;
    }
    this.#newest = second;
  }

  /** The window's instants, in seconds, and the counts of one name, oldest first; the running second is left out. */
  window(name: Name, second: number): number[] {
    const row = this.rows.get(name)!;
    return Array.from(
      { length: SECONDS - 1 },
      (_, i) => row[(second - SECONDS + 1 + i) % SECONDS],
    );
  }

  /** How many a second of late, all names together. */
  rate(second: number, over = 5): number {
    let sum = 0;
    for (const row of this.rows.values()) {
      for (let i = 1; i <= over; i++) sum += row[(second - i) % SECONDS];
    }
    return sum / over;
  }
}

export const done = new Seconds<string>(VERBS);
export const refusals = new Seconds<string>([]);
export const totals = { sold: 0, events: 0, refused: 0 };

export function refused(code: string, atMs: number): void {
  totals.refused++;
  refusals.add(code, atMs);
}

const MOST_SOLD = 20_000;
const soldUnits = new Map<string, number>();

export function soldOf(sku: string, location: string): number {
  return soldUnits.get(`${sku} ${location}`) ?? 0;
}

function addSold(sku: string, location: string, units: number): void {
  const key = `${sku} ${location}`;
  const before = soldUnits.get(key) ?? 0;
  soldUnits.delete(key); // and in again at the end, so that the longest unsold is forgotten first
  soldUnits.set(key, before + units);
  if (soldUnits.size > MOST_SOLD) soldUnits.delete(soldUnits.keys().next().value!);
  totals.sold += units;
}

/** Counts one event. */
export function tally(event: Event, atMs: number): void {
  totals.events++;
  const verb = VERB_OF[event.kind];
  if (verb) done.add(verb, atMs);
  if (event.kind === "stock.sold") addSold(event.sku, event.location, event.quantity);
  if (event.kind === "hold.confirmed") {
    for (const line of event.lines) addSold(line.sku, line.location, line.quantity);
  }
}

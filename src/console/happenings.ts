// The last few hundred events, and those of them that pass the filter.
import type { Event } from "../contract/event_kinds.ts";
import { changedByHand } from "./screen.ts";

const MOST_KEPT = 400;

export const happenings = {
  sku: "",
  kind: "",
  isPaused: false,
  /** Newest first, as shown; while paused it stays as it was. */
  shown: [] as Event[],
  /** How many came while it was paused. */
  missed: 0,
};

let kept: Event[] = [];
let passed: Event[] = [];

const passes = (event: Event) =>
  (happenings.kind === "" || event.kind.startsWith(happenings.kind)) &&
  (happenings.sku === "" || skusOf(event).some((sku) => sku.startsWith(happenings.sku)));

export function skusOf(event: Event): string[] {
  if ("lines" in event) return event.lines.map(({ sku }) => sku);
  return "sku" in event ? [event.sku] : [];
}

export function noteHappening(event: Event): void {
  append(kept, event);
  if (kept.length > 2 * MOST_KEPT) kept = kept.slice(-MOST_KEPT);
  if (!passes(event)) return;
  append(passed, event);
  if (passed.length > 2 * MOST_KEPT) passed = passed.slice(-MOST_KEPT);
  if (happenings.isPaused) happenings.missed++;
}

const append = (list: Event[], event: Event) => list.push(event);

/** What the list shows now: a short head while it moves, all that is kept while it stands still. */
export function listed(): Event[] {
  if (!happenings.isPaused) happenings.shown = passed.slice(-40).reverse();
  return happenings.shown;
}

export function filter(change: { sku?: string; kind?: string }): void {
  Object.assign(happenings, change);
  passed = kept.filter(passes);
  if (happenings.isPaused) happenings.shown = passed.slice(-MOST_KEPT).reverse();
  changedByHand();
}

export function pause(isPaused: boolean): void {
  Object.assign(happenings, { isPaused, missed: 0 });
  if (isPaused) happenings.shown = passed.slice(-MOST_KEPT).reverse();
  changedByHand();
}

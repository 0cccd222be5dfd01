// The last few hundred events, and those of them that pass the filter.
import type { Event } from "../../contract/event_kinds.ts";
import { changed, changedByHand } from "../screen.ts";

export const MOST_KEPT = 400;

export const happenings = {
  sku: "",
  kind: "",
  isPaused: false,
  /** How many came while it was paused. */
  missed: 0,
};

let kept: Event[] = [];
let passed: Event[] = [];
/** While paused: what is shown, newest first. */
let still: Event[] = [];

const passes = (event: Event) =>
  (happenings.kind === "" || event.kind.startsWith(happenings.kind)) &&
  (happenings.sku === "" || skusOf(event).some((sku) => sku.startsWith(happenings.sku)));

export function skusOf(event: Event): string[] {
  const returned = "returned" in event ? event.returned ?? [] : [];
  if ("lines" in event) return [...event.lines, ...returned].map(({ sku }) => sku);
  return "sku" in event ? [event.sku] : [];
}

export function noteHappening(event: Event): void {
  kept.push(event);
  if (kept.length > 2 * MOST_KEPT) kept = kept.slice(-MOST_KEPT);
  if (!passes(event)) return;
  passed.push(event);
  if (passed.length > 2 * MOST_KEPT) passed = passed.slice(-MOST_KEPT);
  if (happenings.isPaused) happenings.missed++;
}

const newest = () => passed.slice(-MOST_KEPT).reverse();

/** How many there are to be scrolled through. */
export function listedCount(): number {
  return happenings.isPaused ? still.length : Math.min(passed.length, MOST_KEPT);
}

/** Some of them, newest first: only those that can be seen need be looked at. */
export function listed(from: number, to: number): Event[] {
  if (happenings.isPaused) return still.slice(from, to);
  return passed.slice(Math.max(0, passed.length - to), passed.length - from).reverse();
}

export function filter(change: { sku?: string; kind?: string }): void {
  Object.assign(happenings, change);
  passed = kept.filter(passes);
  if (happenings.isPaused) still = newest();
  changedByHand();
}

/** For when the key is gone with which they were read. */
export function forgetHappenings(): void {
  kept = passed = still = [];
}

export function pause(isPaused: boolean): void {
  if (happenings.isPaused === isPaused) return changed();
  Object.assign(happenings, { isPaused, missed: 0 });
  still = isPaused ? newest() : [];
  changedByHand();
}

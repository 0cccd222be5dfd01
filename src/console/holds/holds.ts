// The holds that expire next, kept current by events; how each ended stays to be seen for a moment.
import type { Event } from "../../contract/event_kinds.ts";
import type { Hold } from "../../contract/holds.ts";
import type { z } from "@hono/zod-openapi";
import { type Answer, send } from "../api.ts";
import { changed } from "../screen.ts";

export interface ShownHold {
  hold_id: string;
  reference?: string;
  lines: { sku: string; quantity: number; location: string }[];
  expiresAtMs: number;
  end?: "confirmed" | "released" | "expired";
  endedAt?: number;
}

const MOST_KEPT = 400;
const PAGE = 100;
const END_SHOWN_MS = 4000;
const MOST_ENDED = 3;

export const holds = {
  byId: new Map<string, ShownHold>(),
  /** Holds that expire after the last one kept may exist and are not known. */
  isPartial: false,
  problem: undefined as Answer | undefined,
};

let asked = 0;
let isLoading = false;

/** Of several readings on their way the last one counts: the others may have been for another key. */
export async function loadHolds(): Promise<void> {
  const question = ++asked;
  isLoading = true;
  const answer = await send("GET", `/holds?limit=${PAGE}`);
  if (question !== asked) return;
  isLoading = false;
  holds.problem = answer.ok ? undefined : answer;
  if (answer.status === 401 || answer.status === 403) holds.byId.clear(); // not for this key to see
  if (!answer.ok) return;
  const items = answer.body.items as z.infer<typeof Hold>[];
  const ended = [...holds.byId].filter(([, hold]) => hold.end); // while it was read, maybe
  const read = items.map((hold): [string, ShownHold] => [hold.hold_id, {
    hold_id: hold.hold_id,
    reference: hold.reference,
    lines: hold.lines,
    expiresAtMs: Date.parse(hold.expires_at),
  }]);
  holds.byId = new Map([...read, ...ended]);
  holds.isPartial = answer.body.next_cursor !== undefined;
  changed();
}

/** The first to expire of those kept; among them, in their places, a few that have just ended. */
export function nextToExpire(count: number): ShownHold[] {
  const all = sorted();
  const ended = all.filter((hold) => hold.end).sort((a, b) => b.endedAt! - a.endedAt!);
  const seen = new Set(ended.slice(0, MOST_ENDED));
  return all.filter((hold) => !hold.end || seen.has(hold)).slice(0, count);
}

export function activeCount(): number {
  let count = 0;
  for (const hold of holds.byId.values()) if (!hold.end) count++;
  return count;
}

const sorted = () => [...holds.byId.values()].sort((a, b) => a.expiresAtMs - b.expiresAtMs);

/** Follows one event. */
export function noteHold(event: Event): void {
  const { byId } = holds;
  switch (event.kind) {
    case "hold.created":
      byId.set(event.hold_id, {
        hold_id: event.hold_id,
        reference: event.reference,
        lines: event.lines,
        expiresAtMs: Date.parse(event.expires_at),
      });
      if (byId.size > 2 * MOST_KEPT) forgetLatest();
      break;
    case "hold.extended": {
      const hold = byId.get(event.hold_id);
      if (hold) hold.expiresAtMs = Date.parse(event.expires_at);
      break;
    }
    case "hold.confirmed":
    case "hold.released":
    case "hold.expired": {
      const hold = byId.get(event.hold_id);
      if (!hold || hold.end) break;
      hold.end = event.kind.slice("hold.".length) as ShownHold["end"];
      hold.endedAt = performance.now();
      // A confirmation of a part may keep the rest: only the service knows.
      if (event.kind === "hold.confirmed" && isLessThan(event.lines, hold.lines)) recheck(hold);
      break;
    }
  }
}

type Lines = { quantity: number }[];
const units = (lines: Lines) => lines.reduce((sum, line) => sum + line.quantity, 0);
const isLessThan = (some: Lines, all: Lines) => units(some) < units(all);

async function recheck(hold: ShownHold): Promise<void> {
  const { ok, body } = await send("GET", `/holds/${hold.hold_id}`);
  if (ok && body.status === "active") {
    Object.assign(hold, { lines: body.lines, end: undefined, endedAt: undefined });
  }
}

function forgetLatest(): void {
  holds.byId = new Map(sorted().slice(0, MOST_KEPT).map((hold) => [hold.hold_id, hold]));
  holds.isPartial = true;
}

/** Called now and then: ended holds go once they were seen, and more are fetched when few are left. */
export function tidyHolds(): void {
  const before = performance.now() - END_SHOWN_MS;
  for (const hold of holds.byId.values()) {
    if (hold.endedAt !== undefined && hold.endedAt < before) holds.byId.delete(hold.hold_id);
  }
  if (holds.isPartial && !isLoading && activeCount() < PAGE / 2) loadHolds();
}

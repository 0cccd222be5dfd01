// Holds as they are kept: one by its id, or a list of those that are active.
import type { z } from "@hono/zod-openapi";
import type { Hold } from "../../contract/holds.ts";
import { decodeCursor, encodeCursor } from "../cursors.ts";
import { homeOf } from "../../commits/hold_ids.ts";
import { type HeldLine, type LineFields, readLines } from "./lines.ts";
import type { Store } from "../../commits/store.ts";

/** A hold as Redis keeps it; lua/shared/holds.lua writes it. */
interface HoldRecord {
  status: z.infer<typeof Hold>["status"];
  created_at_ms: number;
  expires_at_ms: number;
  ended_at_ms?: number;
  reference: string;
  lines: LineFields[];
  sold?: LineFields[];
  returned?: LineFields[];
  reacquired_at_ms?: number;
}

export interface FoundHold {
  holdId: string;
  status: HoldRecord["status"];
  lines: HeldLine[];
  createdAtMs: number;
  expiresAtMs: number;
  endedAtMs?: number;
  reference?: string;
  sold?: HeldLine[];
  returned?: HeldLine[];
  reacquiredAtMs?: number;
}

/** One hold as it stands by Redis' clock: due means expired, whether or not a sweep has run. */
export async function getHold(
  store: Store,
  holdId: string,
  owner = "",
): Promise<FoundHold | { status: "hold_not_found" }> {
  const partition = homeOf(store, holdId);
  const reply = await store.ask({ verb: "get_hold", args: [holdId, owner], partition });
  if (reply[0] === "hold_not_found") return { status: "hold_not_found" };
  const [, json, nowMs] = reply as ["found", string, number];
  const found = readRecord(holdId, json);
  const hasExpired = found.status === "expired" ||
    found.status === "active" && nowMs >= found.expiresAtMs;
  // Over when it fell due, whenever it was settled; records of older versions say when that was.
  return hasExpired ? { ...found, status: "expired", endedAtMs: found.expiresAtMs } : found;
}

function readRecord(holdId: string, json: string): FoundHold {
  const record: HoldRecord = JSON.parse(json);
  return {
    holdId,
    status: record.status,
    lines: readLines(record.lines),
    createdAtMs: record.created_at_ms,
    expiresAtMs: record.expires_at_ms,
    endedAtMs: record.ended_at_ms,
    reference: record.reference || undefined,
    sold: record.sold && readLines(record.sold),
    returned: record.returned && readLines(record.returned),
    reacquiredAtMs: record.reacquired_at_ms,
  };
}

export type HoldPageOutcome =
  | { status: "found"; holds: FoundHold[]; nextCursor?: string }
  | { status: "invalid_cursor" };

/** A page of active holds in order of expiry, of one reference or of all. */
export async function listHolds(
  store: Store,
  { reference = "", limit, cursor }: { reference?: string; limit: number; cursor?: string },
  owner = "",
): Promise<HoldPageOutcome> {
  const after = cursor === undefined ? [0, ""] : decodeCursor(cursor);
  if (!isPosition(after)) return { status: "invalid_cursor" };
  const replies = await store.askAll({
    verb: "list_holds",
    args: [reference, limit, ...after, owner],
  });
  const holds = replies.flatMap(([, ...records]) => records as [holdId: string, json: string][])
    .map(([holdId, json]) => readRecord(holdId, json))
    .toSorted(byExpiry).slice(0, limit);
  const last = holds.at(-1);
  const isLastPage = holds.length < limit || !last;
  return {
    status: "found",
    holds,
    nextCursor: isLastPage ? undefined : encodeCursor([last.expiresAtMs, last.holdId]),
  };
}

/** Holds that fall due together go by their ids, as the members of a sorted set do. */
function byExpiry(a: FoundHold, b: FoundHold): number {
  return a.expiresAtMs - b.expiresAtMs || (a.holdId < b.holdId ? -1 : 1);
}

function isPosition(value: unknown): value is [expiresAtMs: number, holdId: string] {
  return Array.isArray(value) && value.length === 2 && isInstant(value[0]) &&
    typeof value[1] === "string";
}

function isInstant(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 1e14;
}

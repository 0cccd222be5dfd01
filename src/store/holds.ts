// Holds, as callers see them: each function is one verb and answers a union tagged by `status`.
import type { z } from "@hono/zod-openapi";
import type { Line } from "../contract/fields.ts";
import type { Hold, HoldRequest } from "../contract/holds.ts";
import {
  type KeyReused,
  readStockRefusal,
  type StockRefusal,
  unexpectedReply,
} from "./refusals.ts";
import type { Call, Store } from "./store.ts";

type HoldLine = z.infer<typeof Line>;

/** A hold as Redis keeps it; lua/shared/holds.lua writes it. */
interface HoldRecord {
  status: z.infer<typeof Hold>["status"];
  created_at_ms: number;
  expires_at_ms: number;
  ended_at_ms?: number;
  lines: [sku: string, location: string, quantity: number, restored?: number][];
}

export type HoldOutcome =
  | { status: "active"; holdId: string; expiresAtMs: number; remainingStock: number }
  | StockRefusal
  | KeyReused;

/** Takes units out of what is available until `ttl` seconds from now. */
export async function hold(
  store: Store,
  request: z.infer<typeof HoldRequest>,
  call: Call,
): Promise<HoldOutcome> {
  const { sku, quantity, location, ttl } = request;
  const args = [`hold-${crypto.randomUUID()}`, ttl, sku, location, quantity];
  const reply = await store.commit({ verb: "hold", args, request }, call);
  if (reply[0] !== "active") return readStockRefusal(reply);
  const [status, holdId, expiresAtMs, remainingStock] = reply as ["active", string, number, number];
  return { status, holdId, expiresAtMs, remainingStock };
}

export type ReleaseOutcome =
  | { status: "released" | "expired"; restoredStock: number }
  | { status: "hold_not_found" | "hold_confirmed" }
  | KeyReused;

/** Gives the units of a hold back; the same answer each time. */
export async function release(
  store: Store,
  request: { hold_id: string },
  call: Call,
): Promise<ReleaseOutcome> {
  const reply = await store.commit({ verb: "release", args: [request.hold_id], request }, call);
  const [status, restoredStock] = reply;
  switch (status) {
    case "released":
    case "expired":
      return { status, restoredStock: restoredStock as number };
    case "hold_not_found":
    case "hold_confirmed":
    case "idempotency_key_reused":
      return { status };
    default:
      throw unexpectedReply(reply);
  }
}

export type ConfirmOutcome =
  | { status: "confirmed"; confirmedAtMs: number; lines: HoldLine[] }
  | { status: "hold_not_found" | "hold_released" | "hold_expired" }
  | KeyReused;

/** Turns a hold into a sale; the same answer each time. */
export async function confirm(
  store: Store,
  request: { hold_id: string },
  call: Call,
): Promise<ConfirmOutcome> {
  const reply = await store.commit({ verb: "confirm", args: [request.hold_id], request }, call);
  const [status, confirmedAtMs, ...fields] = reply;
  switch (status) {
    case "confirmed":
      return { status, confirmedAtMs: confirmedAtMs as number, lines: readLines(fields) };
    case "hold_not_found":
    case "hold_released":
    case "hold_expired":
    case "idempotency_key_reused":
      return { status };
    default:
      throw unexpectedReply(reply);
  }
}

function readLines(fields: unknown[]): HoldLine[] {
  const lines: HoldLine[] = [];
  for (let i = 0; i < fields.length; i += 3) {
    const [sku, location, quantity] = fields.slice(i, i + 3) as [string, string, number];
    lines.push({ sku, quantity, location });
  }
  return lines;
}

export type FoundHold = {
  status: HoldRecord["status"];
  lines: HoldLine[];
  createdAtMs: number;
  expiresAtMs: number;
  endedAtMs?: number;
};

/** One hold as it stands by Redis' clock: due means expired, whether or not a sweep has run. */
export async function getHold(
  store: Store,
  holdId: string,
): Promise<FoundHold | { status: "hold_not_found" }> {
  const reply = await store.ask({ verb: "get_hold", args: [holdId] });
  if (reply[0] === "hold_not_found") return { status: "hold_not_found" };
  const [, json, nowMs] = reply as ["found", string, number];
  const record: HoldRecord = JSON.parse(json);
  const isDue = record.status === "active" && nowMs >= record.expires_at_ms;
  return {
    status: isDue ? "expired" : record.status,
    lines: record.lines.map(([sku, location, quantity]) => ({ sku, quantity, location })),
    createdAtMs: record.created_at_ms,
    expiresAtMs: record.expires_at_ms,
    endedAtMs: isDue ? record.expires_at_ms : record.ended_at_ms,
  };
}

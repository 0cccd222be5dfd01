// What can be done with holds: each function is one verb and answers a union tagged by `status`.
import type { z } from "@hono/zod-openapi";
import type { ConfirmRequest, ExtendRequest } from "../../contract/hold_changes.ts";
import type { CartRequest } from "../../contract/hold_requests.ts";
import type { Reply } from "../../commits/batch_queue.ts";
import { holdCart, inOrderOf, isOverPartitions } from "./carts.ts";
import { homeOf, isCart, makeHoldId } from "../../commits/hold_ids.ts";
import {
  encodeLines,
  encodeOptions,
  encodeWishes,
  type HeldLine,
  type LineFields,
  readLines,
} from "./lines.ts";
import type { Operation } from "../../commits/operation.ts";
import { settlePartsOf } from "../../commits/parts.ts";
import {
  type KeyReused,
  readStockRefusal,
  type StockRefusal,
  unexpectedReply,
} from "../refusals.ts";
import type { Call, Store } from "../../commits/store.ts";

export type HoldOutcome =
  | {
    status: "active";
    holdId: string;
    expiresAtMs: number;
    lines: (HeldLine & { remaining_stock: number })[];
  }
  | { status: "hold_not_found" | "hold_confirmed" }
  | HoldLimit
  | StockRefusal
  | KeyReused;

/** What the owner may have at once, and, of units, has. */
export type HoldLimit =
  | { status: "too_many_active_holds"; limit: number }
  | { status: "too_many_held_units"; limit: number; held: number };

/** Takes units out of what is available until `ttl` seconds from now: all lines or none. */
export async function hold(
  store: Store,
  request: CartRequest,
  call: Call,
): Promise<HoldOutcome> {
  const isSpread = isOverPartitions(store, request);
  const reply = isSpread
    ? await holdCart(store, request, call)
    : await holdAtOnce(store, request, call);
  const outcome = readHold(reply);
  if (isSpread && outcome.status === "active") {
    return { ...outcome, lines: inOrderOf(request, outcome.lines) };
  }
  if (isSpread && outcome.status === "insufficient_stock") {
    return { ...outcome, shortages: inOrderOf(request, outcome.shortages) };
  }
  return outcome;
}

function readHold(reply: Reply): HoldOutcome {
  const [status, ...fields] = reply;
  switch (status) {
    case "active": {
      const [words, ...available] = fields as [string, ...number[]];
      const [holdId, expiresAtMs, _reference, ...taken] = words.split(" ");
      const lines = available.map((remaining_stock, i) => {
        const [sku, location, quantity] = taken.slice(3 * i);
        return { sku, quantity: Number(quantity), location, remaining_stock };
      });
      return { status, holdId, expiresAtMs: Number(expiresAtMs), lines };
    }
    case "hold_not_found":
    case "hold_confirmed":
      return { status };
    case "too_many_active_holds":
      return { status, limit: fields[0] as number };
    case "too_many_held_units":
      return { status, limit: fields[0] as number, held: fields[1] as number };
    default:
      return readStockRefusal(reply);
  }
}

/** All lines are in one partition, and so decided in one commit. */
async function holdAtOnce(
  store: Store,
  request: CartRequest,
  call: Call,
): Promise<Reply> {
  const { lines, ttl } = request;
  const partition = store.partitionOf(lines[0].sku);
  const holdId = makeHoldId(store, partition);
  const args = [holdId, ttl, encodeOptions(request), ...encodeWishes(lines)];
  const weight = lines.length;
  return await store.commit({ verb: "hold", args, partition, request, weight }, call);
}

/** Decides something about a hold where its home is; parts of it in other partitions follow. */
async function commitAtHome(
  store: Store,
  operation: Operation,
  holdId: string,
  call: Call,
): Promise<Reply> {
  const reply = await store.commit({ ...operation, partition: homeOf(store, holdId) }, call);
  if (isCart(store, holdId)) await settlePartsOf(store, holdId);
  return reply;
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
  const { hold_id } = request;
  const operation = { verb: "release" as const, args: [hold_id], request };
  const reply = await commitAtHome(store, operation, hold_id, call);
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
  | { status: "confirmed"; confirmedAtMs: number; lines: HeldLine[]; returned: HeldLine[] }
  | { status: "partly_confirmed"; confirmedAtMs: number; lines: HeldLine[]; remaining: HeldLine[] }
  | {
    status: "exceeds_held_quantity";
    sku: string;
    location: string;
    requested: number;
    held: number;
  }
  | { status: "hold_not_found" | "hold_released" | "hold_expired" }
  | StockRefusal
  | KeyReused;

/** Turns a hold, or a part of it, into a sale. */
export async function confirm(
  store: Store,
  request: z.infer<typeof ConfirmRequest>,
  call: Call,
): Promise<ConfirmOutcome> {
  const { hold_id, lines = [], remainder, on_expired } = request;
  const args = [hold_id, remainder, on_expired, ...encodeLines(lines)];
  const operation = { verb: "confirm" as const, args, request, weight: 1 + lines.length };
  const reply = await commitAtHome(store, operation, hold_id, call);
  const [status, ...fields] = reply;
  switch (status) {
    case "confirmed": {
      const [confirmedAtMs, sold, returned] = fields as [number, LineFields[], LineFields[]];
      return { status, confirmedAtMs, lines: readLines(sold), returned: readLines(returned) };
    }
    case "partly_confirmed": {
      const [confirmedAtMs, sold, remaining] = fields as [number, LineFields[], LineFields[]];
      return { status, confirmedAtMs, lines: readLines(sold), remaining: readLines(remaining) };
    }
    case "exceeds_held_quantity": {
      const [sku, location, requested, held] = fields as [string, string, number, number];
      return { status, sku, location, requested, held };
    }
    case "hold_not_found":
    case "hold_released":
    case "hold_expired":
      return { status };
    default:
      return readStockRefusal(reply);
  }
}

export type ExtendOutcome =
  | { status: "extended"; expiresAtMs: number; maxExpiresAtMs: number }
  | { status: "lifetime_exceeded"; maxExpiresAtMs: number }
  | { status: "hold_not_found" | "hold_expired" | "hold_released" | "hold_confirmed" }
  | KeyReused;

/** Sets when an active hold falls due, counted from now. */
export async function extend(
  store: Store,
  request: ExtendRequest,
  call: Call,
): Promise<ExtendOutcome> {
  const { hold_id, ttl } = request;
  const operation = { verb: "extend" as const, args: [hold_id, ttl], request };
  const reply = await commitAtHome(store, operation, hold_id, call);
  const [status, ...fields] = reply;
  switch (status) {
    case "extended": {
      const [expiresAtMs, maxExpiresAtMs] = fields as [number, number];
      return { status, expiresAtMs, maxExpiresAtMs };
    }
    case "lifetime_exceeded":
      return { status, maxExpiresAtMs: fields[0] as number };
    case "hold_not_found":
    case "hold_expired":
    case "hold_released":
    case "hold_confirmed":
    case "idempotency_key_reused":
      return { status };
    default:
      throw unexpectedReply(reply);
  }
}

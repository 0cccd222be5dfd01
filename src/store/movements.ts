// Stock movements: units that come, go, or change place without a buyer.
import type { z } from "@hono/zod-openapi";
import type { AdjustRequest, TransferRequest } from "../contract/movements.ts";
import {
  type KeyReused,
  readStockRefusal,
  type StockRefusal,
  unexpectedReply,
} from "./refusals.ts";
import type { Call, Store } from "../commits/store.ts";

type LimitExceeded = { status: "on_hand_limit_exceeded"; onHand: number };

export type AdjustOutcome =
  | { status: "adjusted"; onHand: number; held: number }
  | { status: "stale_quantity"; onHand: number }
  | LimitExceeded
  | StockRefusal
  | KeyReused;

/** Changes what is on hand of one line, by a difference or to a count; what is held stays held. */
export async function adjust(
  store: Store,
  request: z.infer<typeof AdjustRequest>,
  call: Call,
): Promise<AdjustOutcome> {
  const { sku, location, reason, reference = "", expected = "" } = request;
  const [change, units] = changeOf(request);
  const args = [sku, location, change, units, reason, reference, expected];
  const reply = await store.commit(
    { verb: "adjust", args, partition: store.partitionOf(sku), request },
    call,
  );
  const [status, onHand, held] = reply as [string, number, number];
  switch (status) {
    case "adjusted":
      return { status, onHand, held };
    case "stale_quantity":
    case "on_hand_limit_exceeded":
      return { status, onHand };
    case "insufficient_stock":
      return {
        status,
        shortages: [{ sku, location, requested: units, available: onHand, elsewhere: {} }],
      };
    case "sku_not_found":
      return { status, sku };
    case "idempotency_key_reused":
      return { status };
    default:
      throw unexpectedReply(reply);
  }
}

function changeOf(
  { delta, count }: z.infer<typeof AdjustRequest>,
): [change: "add" | "take" | "count", units: number] {
  if (delta === undefined) return ["count", count!];
  return delta > 0 ? ["add", delta] : ["take", -delta];
}

export type TransferOutcome =
  | { status: "transferred"; availableFrom: number; availableTo: number }
  | LimitExceeded
  | StockRefusal
  | KeyReused;

/** Moves units that are not held from one location to another. */
export async function transfer(
  store: Store,
  request: z.infer<typeof TransferRequest>,
  call: Call,
): Promise<TransferOutcome> {
  const { sku, from, to, quantity } = request;
  const reply = await store.commit({
    verb: "transfer",
    args: [sku, from, to, quantity],
    partition: store.partitionOf(sku),
    request,
    weight: 2,
  }, call);
  const [status, first, second] = reply as [string, number, number];
  switch (status) {
    case "transferred":
      return { status, availableFrom: first, availableTo: second };
    case "on_hand_limit_exceeded":
      return { status, onHand: first };
    default:
      return readStockRefusal(reply);
  }
}

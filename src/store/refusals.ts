// Refusals that several verbs share, and how to read them out of a reply.
import type { z } from "@hono/zod-openapi";
import type { Shortage } from "../contract/problems.ts";
import type { Reply } from "./batch_queue.ts";

export type KeyReused = { status: "idempotency_key_reused" };
export type StockRefusal =
  | { status: "sku_not_found"; sku: string }
  | { status: "insufficient_stock"; shortages: z.infer<typeof Shortage>[] };

/** Reads what is left of the replies of a verb that takes stock once its success has been dealt with. */
export function readStockRefusal(reply: Reply): StockRefusal | KeyReused {
  const [status, ...fields] = reply;
  switch (status) {
    case "sku_not_found":
      return { status, sku: fields[0] as string };
    case "insufficient_stock":
      return { status, shortages: readShortages(fields) };
    case "idempotency_key_reused":
      return { status };
    default:
      throw unexpectedReply(reply);
  }
}

function readShortages(fields: unknown[]): z.infer<typeof Shortage>[] {
  const shortages = [];
  for (let i = 0; i < fields.length; i += 4) {
    const [sku, location, requested, available] = fields.slice(i, i + 4) as [
      string,
      string,
      number,
      number,
    ];
    shortages.push({ sku, location, requested, available });
  }
  return shortages;
}

/** A reply that no Lua file promises: a fault of ours. */
export function unexpectedReply(reply: Reply): Error {
  return new Error(`unexpected reply of the store: ${JSON.stringify(reply)}`);
}

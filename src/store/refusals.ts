// Refusals that several verbs share, and how to read them out of a reply.
import type { z } from "@hono/zod-openapi";
import type { Shortage } from "../contract/problems.ts";
import type { Reply } from "../commits/batch_queue.ts";

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

type ShortageFields = [
  sku: string,
  location: string,
  requested: number,
  available: number,
  elsewhere: unknown[],
];

function readShortages(fields: unknown[]): z.infer<typeof Shortage>[] {
  return (fields as ShortageFields[]).map(([sku, location, requested, available, elsewhere]) => {
    const places: [string, number][] = [];
    for (let i = 0; i < elsewhere.length; i += 2) {
      places.push([elsewhere[i] as string, elsewhere[i + 1] as number]);
    }
    return { sku, location, requested, available, elsewhere: Object.fromEntries(places) };
  });
}

/** A reply that no Lua file promises: a fault of ours. */
export function unexpectedReply(reply: Reply): Error {
  return new Error(`unexpected reply of the store: ${JSON.stringify(reply)}`);
}

// Sales without a hold.
import type { z } from "@hono/zod-openapi";
import type { SaleRequest } from "../contract/sales.ts";
import { type KeyReused, readStockRefusal, type StockRefusal } from "./refusals.ts";
import type { Call, Store } from "../commits/store.ts";

export type SaleOutcome = { status: "sold"; remainingStock: number } | StockRefusal | KeyReused;

/** Takes units off the shelf at once. */
export async function sell(
  store: Store,
  request: z.infer<typeof SaleRequest>,
  call: Call,
): Promise<SaleOutcome> {
  const args = [request.sku, request.location, request.quantity];
  const partition = store.partitionOf(request.sku);
  const reply = await store.commit({ verb: "sell", args, partition, request }, call);
  return reply[0] === "sold"
    ? { status: "sold", remainingStock: reply[1] as number }
    : readStockRefusal(reply);
}

import type { OpenAPIHono } from "@hono/zod-openapi";
import * as contract from "../contract/sales.ts";
import type { AppEnv } from "../http/context.ts";
import { sell } from "../store/sales.ts";
import type { Store } from "../commits/store.ts";
import { refuseStock } from "./refusals.ts";

export function mountSales(app: OpenAPIHono<AppEnv>, store: Store): void {
  app.openapi(contract.simulateSale, async (c) => {
    const request = c.req.valid("json");
    const outcome = await sell(store, request, c.get("call"));
    if (outcome.status !== "sold") return refuseStock(c, outcome);
    return c.json({
      sku: request.sku,
      quantity_sold: request.quantity,
      location: request.location,
      remaining_stock: outcome.remainingStock,
      status: outcome.status,
    }, 200);
  });
}

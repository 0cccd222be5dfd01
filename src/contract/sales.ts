// Sales that need no hold.
import { z } from "@hono/zod-openapi";
import { Location, Quantity, Sku, Units } from "./fields.ts";
import { command } from "./operations.ts";

export const SaleRequest = z.strictObject({
  sku: Sku,
  quantity: Quantity,
  location: Location.default("online"),
}).meta({
  description: "What is sold.",
  example: { sku: "SKU000001", quantity: 2, location: "store:STORE_MUMBAI" },
}).openapi("SaleRequest");

export const Sale = z.object({
  sku: Sku,
  quantity_sold: Quantity,
  location: Location,
  remaining_stock: Units.meta({ description: "Units still available at the location." }),
  status: z.literal("sold"),
}).meta({
  description: "A sale that was just made.",
  example: {
    sku: "SKU000001",
    quantity_sold: 2,
    location: "store:STORE_MUMBAI",
    remaining_stock: 180,
    status: "sold",
  },
}).openapi("Sale");

export const simulateSale = command({
  path: "/simulate/sale",
  operationId: "simulateSale",
  access: "stock",
  tag: "Sales",
  summary: "Sell at once, without a hold",
  description:
    "Call this for a sale over the counter, or to try things out. It never touches units that are held.",
  body: SaleRequest,
  says: "Sold.",
  answer: Sale,
  refusals: ["sku_not_found", "insufficient_stock"],
});

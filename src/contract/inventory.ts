// Looking at stock.
import { createRoute, z } from "@hono/zod-openapi";
import { Location, Sku, StoreId, Units } from "./fields.ts";
import { queryProblems } from "./operations.ts";

export const Inventory = z.object({
  sku: Sku,
  online_stock: Units.meta({ description: "Units available online." }),
  store_stock: z.record(StoreId, Units).meta({ description: "Units available, by store id." }),
  total_stock: Units.meta({ description: "Units available in all places together." }),
  held: z.record(Location, Units).meta({
    description: "Units in active holds, by location; locations with none are left out.",
  }),
}).meta({
  description:
    "What can be had of one SKU now. Units in active holds are not counted as available.",
  example: {
    sku: "SKU000001",
    online_stock: 497,
    store_stock: { STORE_MUMBAI: 182, STORE_DELHI: 249, STORE_BANGALORE: 152, STORE_PUNE: 54 },
    total_stock: 1134,
    held: { online: 3 },
  },
}).openapi("Inventory");

export const getInventory = createRoute({
  method: "get",
  path: "/inventory/{sku}",
  operationId: "getInventory",
  tags: ["Inventory"],
  summary: "Look at the stock of one SKU",
  description:
    "Call this before a hold, to choose a location and a quantity. Exact at the moment of the answer.",
  security: [],
  request: { params: z.object({ sku: Sku }) },
  responses: {
    200: { description: "The stock.", content: { "application/json": { schema: Inventory } } },
    ...queryProblems("sku_not_found", "validation_failed"),
  },
});

// Looking at stock.
import { createRoute, z } from "@hono/zod-openapi";
import { Cursor, Location, NextCursor, PageLimit, Sku, StoreId, Units } from "./fields.ts";
import { jsonBody, POST_PROBLEMS, queryProblems, withAccess } from "./operations.ts";
import { problemResponses } from "./problems.ts";

const EXAMPLE = {
  sku: "SKU000001",
  online_stock: 497,
  store_stock: { STORE_MUMBAI: 182, STORE_DELHI: 249, STORE_BANGALORE: 152, STORE_PUNE: 54 },
  total_stock: 1134,
  held: { online: 3 },
};

export const Inventory = z.object({
  sku: Sku,
  online_stock: Units.meta({ description: "Units available online." }),
  store_stock: z.record(StoreId, Units).meta({ description: "Units available, by store id." }),
  total_stock: Units.meta({ description: "Units available in all places together." }),
  held: z.record(Location, Units).meta({
    description: "Units in active holds, by location; locations with none are left out.",
  }),
  oversold: z.record(Location, Units).optional().meta({
    description:
      "Units that are held or owed, and not there, by location; missing where there are none.",
  }),
}).meta({
  description:
    "What can be had of one SKU now. Units in active holds are not counted as available.",
  example: EXAMPLE,
}).openapi("Inventory");

export const getInventory = withAccess(
  "public read",
  createRoute({
    method: "get",
    path: "/inventory/{sku}",
    operationId: "getInventory",
    tags: ["Inventory"],
    summary: "Look at the stock of one SKU",
    description:
      "Call this before a hold, to choose a location and a quantity. Exact at the moment of the answer. (A SKU that " +
      "is `.` or `..` cannot be in the path of most HTTP libraries: ask for it with `queryInventory`.)",
    request: { params: z.object({ sku: Sku }) },
    responses: {
      200: { description: "The stock.", content: { "application/json": { schema: Inventory } } },
      ...queryProblems("sku_not_found", "validation_failed"),
    },
  }),
);

const MOST_ITEMS = 100;

const InventoryListQuery = z.strictObject({
  prefix: z.string().regex(
    /^[A-Za-z0-9._~-]{0,64}$/,
    "must be at most 64 characters out of A-Z a-z 0-9 . _ ~ -",
  ).default("").openapi({
    description: "Only SKUs that begin with this.",
    example: "SKU0000",
  }),
  limit: PageLimit,
  cursor: Cursor.optional(),
});

export const InventoryPage = z.object({
  items: z.array(Inventory).meta({ description: "In lexical order of SKU." }),
  next_cursor: NextCursor,
}).meta({
  description: "One page of the list.",
  example: { items: [EXAMPLE], next_cursor: "IlNLVTAwMDAwMSI" },
}).openapi("InventoryPage");

export const listInventory = withAccess(
  "public read",
  createRoute({
    method: "get",
    path: "/inventory",
    operationId: "listInventory",
    tags: ["Inventory"],
    summary: "List the stock of all SKUs",
    description:
      "Call this to see what there is, page by page in lexical order of SKU. Each page is exact at the moment of " +
      "its answer; a SKU that comes into being behind the cursor is not seen.",
    request: { query: InventoryListQuery },
    responses: {
      200: { description: "A page.", content: { "application/json": { schema: InventoryPage } } },
      ...queryProblems("validation_failed"),
    },
  }),
);

export const InventoryQuery = z.strictObject({
  skus: z.array(Sku).min(1).max(MOST_ITEMS).meta({
    description: "The SKUs to look at; one named twice is answered once.",
    example: ["SKU000001", "SKU000002"],
  }),
}).meta({
  description: "Which SKUs to look at.",
  example: { skus: ["SKU000001", "SKU000002"] },
}).openapi("InventoryQuery");

export const InventoryAnswer = z.object({
  items: z.array(Inventory).meta({ description: "In the order asked for." }),
  missing: z.array(Sku).meta({ description: "SKUs that have never been counted." }),
}).meta({
  description: "The stock of several SKUs at one instant.",
  example: { items: [EXAMPLE], missing: ["SKU000002"] },
}).openapi("InventoryAnswer");

export const queryInventory = withAccess(
  "read",
  createRoute({
    method: "post",
    path: "/inventory/query",
    operationId: "queryInventory",
    tags: ["Inventory"],
    summary: "Look at the stock of up to 100 SKUs at once",
    description:
      "Call this instead of many single looks. It changes nothing, so an idempotency key has no meaning here.",
    request: { body: jsonBody(InventoryQuery) },
    responses: {
      200: {
        description: "The stock.",
        content: { "application/json": { schema: InventoryAnswer } },
      },
      ...problemResponses([...POST_PROBLEMS, "internal_error", "store_unavailable"]),
    },
  }),
);

import type { OpenAPIHono, z } from "@hono/zod-openapi";
import * as contract from "../contract/inventory.ts";
import type { AppEnv } from "../http/context.ts";
import {
  available,
  getInventory,
  type Inventory,
  listInventory,
  oversold,
  queryInventory,
} from "../store/inventory.ts";
import type { Store } from "../commits/store.ts";
import { refuseCursor, refuseSku } from "./refusals.ts";

export function mountInventory(app: OpenAPIHono<AppEnv>, store: Store): void {
  app.openapi(contract.getInventory, async (c) => {
    const { sku } = c.req.valid("param");
    const outcome = await getInventory(store, sku);
    switch (outcome.status) {
      case "found":
        return c.json(describe(outcome), 200);
      case "sku_not_found":
        return refuseSku(c, sku);
    }
  });

  app.openapi(contract.listInventory, async (c) => {
    const outcome = await listInventory(store, c.req.valid("query"));
    switch (outcome.status) {
      case "page":
        return c.json({ items: outcome.items.map(describe), next_cursor: outcome.nextCursor }, 200);
      case "invalid_cursor":
        return refuseCursor(c);
    }
  });

  app.openapi(contract.queryInventory, async (c) => {
    const { items, missing } = await queryInventory(store, c.req.valid("json").skus);
    return c.json({ items: items.map(describe), missing }, 200);
  });
}

/** The stock of one SKU as the contract words it. */
function describe({ sku, lines }: Inventory): z.infer<typeof contract.Inventory> {
  const stores = [...lines].filter(([location]) => location.startsWith("store:"));
  const online = lines.get("online");
  const held = [...lines].filter(([, line]) => line.held > 0);
  const short = [...lines].filter(([, line]) => oversold(line) > 0);
  return {
    sku,
    online_stock: online ? available(online) : 0,
    store_stock: Object.fromEntries(
      stores.map(([location, line]) => [location.slice("store:".length), available(line)]),
    ),
    total_stock: lines.values().reduce((sum, line) => sum + available(line), 0),
    held: Object.fromEntries(held.map(([location, line]) => [location, line.held])),
    oversold: short.length === 0
      ? undefined
      : Object.fromEntries(short.map(([location, line]) => [location, oversold(line)])),
  };
}

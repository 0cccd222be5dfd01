import type { OpenAPIHono } from "@hono/zod-openapi";
import * as contract from "../contract/inventory.ts";
import type { AppEnv } from "../http/context.ts";
import { problem } from "../http/problems.ts";
import { available, getInventory } from "../store/inventory.ts";
import type { Store } from "../store/store.ts";

export function mountInventory(app: OpenAPIHono<AppEnv>, store: Store): void {
  app.openapi(contract.getInventory, async (c) => {
    const { sku } = c.req.valid("param");
    const outcome = await getInventory(store, sku);
    switch (outcome.status) {
      case "found": {
        let totalStock = 0;
        const storeStock = new Map<string, number>();
        const held = new Map<string, number>();
        for (const [location, line] of outcome.lines) {
          totalStock += available(line);
          if (location.startsWith("store:")) {
            storeStock.set(location.slice("store:".length), available(line));
          }
          if (line.held > 0) held.set(location, line.held);
        }
        const online = outcome.lines.get("online");
        return c.json({
          sku,
          online_stock: online ? available(online) : 0,
          store_stock: Object.fromEntries(storeStock),
          total_stock: totalStock,
          held: Object.fromEntries(held),
        }, 200);
      }
      case "sku_not_found":
        return problem(c, "sku_not_found", { detail: `SKU ${sku} not found` });
    }
  });
}

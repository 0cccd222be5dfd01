import type { OpenAPIHono } from "@hono/zod-openapi";
import * as contract from "../contract/movements.ts";
import type { AppContext, AppEnv } from "../http/context.ts";
import { problem } from "../http/problems.ts";
import { available, oversold } from "../store/inventory.ts";
import { adjust, transfer } from "../store/movements.ts";
import type { Store } from "../commits/store.ts";
import { refuseStock } from "./refusals.ts";

export function mountMovements(app: OpenAPIHono<AppEnv>, store: Store): void {
  app.openapi(contract.adjustStock, async (c) => {
    const request = c.req.valid("json");
    const { sku, location, reason, reference } = request;
    const outcome = await adjust(store, request, c.get("call"));
    switch (outcome.status) {
      case "adjusted":
        return c.json({
          sku,
          location,
          on_hand: outcome.onHand,
          held: outcome.held,
          available: available(outcome),
          oversold: oversold(outcome),
          reason,
          reference,
        }, 200);
      case "stale_quantity": {
        const detail = `${outcome.onHand} units of ${sku} are on hand at ${location}`;
        return problem(c, outcome.status, { detail, current: outcome.onHand });
      }
      case "on_hand_limit_exceeded":
        return refuseLimit(c, sku, location, outcome.onHand);
      default:
        return refuseStock(c, outcome);
    }
  });

  app.openapi(contract.transferStock, async (c) => {
    const request = c.req.valid("json");
    const { sku, quantity, from, to } = request;
    const outcome = await transfer(store, request, c.get("call"));
    switch (outcome.status) {
      case "transferred":
        return c.json({
          sku,
          quantity,
          from: { location: from, available: outcome.availableFrom },
          to: { location: to, available: outcome.availableTo },
        }, 200);
      case "on_hand_limit_exceeded":
        return refuseLimit(c, sku, to, outcome.onHand);
      default:
        return refuseStock(c, outcome);
    }
  });
}

function refuseLimit(c: AppContext, sku: string, location: string, onHand: number) {
  const detail = `Too many units of ${sku} at ${location}: ${onHand} are on hand already`;
  return problem(c, "on_hand_limit_exceeded", { detail, current: onHand });
}

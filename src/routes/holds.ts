import type { OpenAPIHono } from "@hono/zod-openapi";
import * as contract from "../contract/holds.ts";
import type { AppEnv } from "../http/context.ts";
import { problem } from "../http/problems.ts";
import { confirm, getHold, hold, release } from "../store/holds.ts";
import type { Store } from "../store/store.ts";
import { instant } from "./instant.ts";
import { refuseHold, refuseStock } from "./refusals.ts";

export function mountHolds(
  app: OpenAPIHono<AppEnv>,
  store: Store,
  holdLifetimeMaxSeconds: number,
): void {
  app.openapi(contract.createHold, async (c) => {
    const request = c.req.valid("json");
    if (request.ttl > holdLifetimeMaxSeconds) {
      const detail = `must be at most ${holdLifetimeMaxSeconds} seconds`;
      return problem(c, "validation_failed", {
        detail,
        errors: [{ in: "body", pointer: "/ttl", detail }],
      });
    }
    const outcome = await hold(store, request, c.var.call);
    if (outcome.status !== "active") return refuseStock(c, outcome);
    return c.json({
      hold_id: outcome.holdId,
      sku: request.sku,
      quantity: request.quantity,
      location: request.location,
      remaining_stock: outcome.remainingStock,
      expires_at: instant(outcome.expiresAtMs),
      status: outcome.status,
    }, 200);
  });

  app.openapi(contract.releaseHold, async (c) => {
    const request = c.req.valid("json");
    const outcome = await release(store, request, c.var.call);
    switch (outcome.status) {
      case "released":
      case "expired":
        return c.json({
          hold_id: request.hold_id,
          status: outcome.status,
          restored_stock: outcome.restoredStock,
        }, 200);
      case "hold_not_found":
      case "hold_confirmed":
        return refuseHold(c, outcome.status, request.hold_id);
      case "idempotency_key_reused":
        return problem(c, outcome.status);
    }
  });

  app.openapi(contract.confirmHold, async (c) => {
    const request = c.req.valid("json");
    const outcome = await confirm(store, request, c.var.call);
    switch (outcome.status) {
      case "confirmed":
        return c.json({
          hold_id: request.hold_id,
          status: outcome.status,
          confirmed_at: instant(outcome.confirmedAtMs),
          lines: outcome.lines,
        }, 200);
      case "hold_not_found":
      case "hold_expired":
      case "hold_released":
        return refuseHold(c, outcome.status, request.hold_id);
      case "idempotency_key_reused":
        return problem(c, outcome.status);
    }
  });

  app.openapi(contract.getHold, async (c) => {
    const { hold_id } = c.req.valid("param");
    const outcome = await getHold(store, hold_id);
    if (outcome.status === "hold_not_found") return refuseHold(c, outcome.status, hold_id);
    return c.json({
      hold_id,
      status: outcome.status,
      lines: outcome.lines,
      created_at: instant(outcome.createdAtMs),
      expires_at: instant(outcome.expiresAtMs),
      ended_at: outcome.endedAtMs === undefined ? undefined : instant(outcome.endedAtMs),
    }, 200);
  });
}

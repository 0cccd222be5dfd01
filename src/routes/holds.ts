import type { OpenAPIHono } from "@hono/zod-openapi";
import * as changes from "../contract/hold_changes.ts";
import * as contract from "../contract/holds.ts";
import type { Bounds } from "../contract/fields.ts";
import type { AppContext, AppEnv } from "../http/context.ts";
import { problem } from "../http/problems.ts";
import { type FoundHold, getHold, listHolds } from "../store/holds/records.ts";
import { confirm, extend, hold, type HoldOutcome, release } from "../store/holds/holds.ts";
import type { Store } from "../commits/store.ts";
import { instant } from "./instant.ts";
import { refuseCursor, refuseHold, refuseStock } from "./refusals.ts";

export function mountHolds(app: OpenAPIHono<AppEnv>, store: Store, bounds: Bounds): void {
  app.openapi(contract.createHold(bounds), async (c) => {
    const { sku, quantity, location, split, locations, ...options } = c.req.valid("json");
    const request = { lines: [{ sku, quantity, location, split, locations }], ...options };
    const outcome = await hold(store, request, c.get("call"));
    if (outcome.status !== "active") return refuseNewHold(c, outcome, options.replaces);
    return c.json({
      hold_id: outcome.holdId,
      sku,
      quantity,
      location: outcome.lines.length === 1 ? outcome.lines[0].location : "any",
      remaining_stock: outcome.lines.reduce((sum, line) => sum + line.remaining_stock, 0),
      expires_at: instant(outcome.expiresAtMs),
      status: outcome.status,
      allocations: location === "any"
        ? outcome.lines.map(({ sku: _, ...allocation }) => allocation)
        : undefined,
      reference: options.reference,
    }, 200);
  });

  app.openapi(contract.createCart(bounds), async (c) => {
    const request = c.req.valid("json");
    const outcome = await hold(store, request, c.get("call"));
    if (outcome.status !== "active") return refuseNewHold(c, outcome, request.replaces);
    return c.json({
      hold_id: outcome.holdId,
      status: outcome.status,
      lines: outcome.lines,
      expires_at: instant(outcome.expiresAtMs),
      reference: request.reference,
    }, 200);
  });

  app.openapi(changes.releaseHold, async (c) => {
    const request = c.req.valid("json");
    const outcome = await release(store, request, c.get("call"));
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

  app.openapi(changes.confirmHold, async (c) => {
    const request = c.req.valid("json");
    const outcome = await confirm(store, request, c.get("call"));
    switch (outcome.status) {
      case "confirmed":
      case "partly_confirmed":
        return c.json({
          hold_id: request.hold_id,
          status: outcome.status === "confirmed" ? outcome.status : "active" as const,
          confirmed_at: instant(outcome.confirmedAtMs),
          lines: outcome.lines,
          remaining: outcome.status === "partly_confirmed" ? outcome.remaining : undefined,
          returned: outcome.status === "confirmed" && outcome.returned.length > 0
            ? outcome.returned
            : undefined,
        }, 200);
      case "hold_not_found":
      case "hold_expired":
      case "hold_released":
        return refuseHold(c, outcome.status, request.hold_id);
      case "exceeds_held_quantity": {
        const { sku, location, requested, held } = outcome;
        return problem(c, outcome.status, {
          detail: `${requested} of ${sku} at ${location} were asked for, ${held} are held`,
        });
      }
      default:
        return refuseStock(c, outcome);
    }
  });

  app.openapi(changes.extendHold(bounds), async (c) => {
    const request = c.req.valid("json");
    const outcome = await extend(store, request, c.get("call"));
    switch (outcome.status) {
      case "extended":
        return c.json({
          hold_id: request.hold_id,
          status: "active" as const,
          expires_at: instant(outcome.expiresAtMs),
          max_expires_at: instant(outcome.maxExpiresAtMs),
        }, 200);
      case "lifetime_exceeded": {
        const max_expires_at = instant(outcome.maxExpiresAtMs);
        const detail = `Hold ${request.hold_id} may live until ${max_expires_at}`;
        return problem(c, outcome.status, { detail, max_expires_at });
      }
      case "idempotency_key_reused":
        return problem(c, outcome.status);
      default:
        return refuseHold(c, outcome.status, request.hold_id);
    }
  });

  app.openapi(contract.getHold, async (c) => {
    const { hold_id } = c.req.valid("param");
    const outcome = await getHold(store, hold_id, c.get("owner"));
    return outcome.status === "hold_not_found"
      ? refuseHold(c, outcome.status, hold_id)
      : c.json(showHold(outcome), 200);
  });

  app.openapi(contract.listHolds, async (c) => {
    const outcome = await listHolds(store, c.req.valid("query"), c.get("owner"));
    return outcome.status === "invalid_cursor"
      ? refuseCursor(c)
      : c.json({ items: outcome.holds.map(showHold), next_cursor: outcome.nextCursor }, 200);
  });
}

function showHold(hold: FoundHold) {
  return {
    hold_id: hold.holdId,
    status: hold.status,
    lines: hold.lines,
    created_at: instant(hold.createdAtMs),
    expires_at: instant(hold.expiresAtMs),
    ended_at: hold.endedAtMs === undefined ? undefined : instant(hold.endedAtMs),
    reference: hold.reference,
    sold: hold.sold,
    returned: hold.returned,
    reacquired_at: hold.reacquiredAtMs === undefined ? undefined : instant(hold.reacquiredAtMs),
  };
}

/** Answers why a hold, of one line or of several, was not made. */
function refuseNewHold(
  c: AppContext,
  refusal: Exclude<HoldOutcome, { status: "active" }>,
  replaces?: string,
) {
  switch (refusal.status) {
    case "hold_not_found":
    case "hold_confirmed":
      return refuseHold(c, refusal.status, replaces!);
    case "too_many_active_holds": {
      const detail = `This key may have ${refusal.limit} active holds at once, and has them`;
      return problem(c, refusal.status, { detail });
    }
    case "too_many_held_units": {
      const detail = `This key may hold ${refusal.limit} units at once, and holds ${refusal.held}`;
      return problem(c, refusal.status, { detail });
    }
    default:
      return refuseStock(c, refusal);
  }
}

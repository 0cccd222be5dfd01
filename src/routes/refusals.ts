// How refusals that several commands share are put to the caller. The texts are those of the older service.
import type { AppContext } from "../http/context.ts";
import { problem, refuseField } from "../http/problems.ts";
import type { KeyReused, StockRefusal } from "../store/refusals.ts";

/** Answers that stock cannot be taken. */
export function refuseStock(c: AppContext, refusal: StockRefusal | KeyReused) {
  switch (refusal.status) {
    case "sku_not_found":
      return refuseSku(c, refusal.sku);
    case "insufficient_stock": {
      const [{ sku, location }] = refusal.shortages;
      const detail = `Insufficient stock for ${sku} at ${location}`;
      return problem(c, "insufficient_stock", { detail, shortages: refusal.shortages });
    }
    case "idempotency_key_reused":
      return problem(c, "idempotency_key_reused");
  }
}

/** Answers that a SKU has never been counted. */
export function refuseSku(c: AppContext, sku: string) {
  return problem(c, "sku_not_found", { detail: `SKU ${sku} not found` });
}

const HOLD_REFUSALS = {
  hold_not_found: "not found or already expired",
  hold_expired: "has expired",
  hold_released: "was released",
  hold_confirmed: "is confirmed",
};

/** Answers that a hold is not, or no longer, what the command needs. */
export function refuseHold<Code extends keyof typeof HOLD_REFUSALS>(
  c: AppContext,
  code: Code,
  holdId: string,
) {
  return problem(c, code, { detail: `Hold ${holdId} ${HOLD_REFUSALS[code]}` });
}

/** Answers that a cursor was not one of ours. */
export function refuseCursor(c: AppContext) {
  return refuseField(c, "query", "/cursor", "must be a `next_cursor` as it was answered");
}

// Every refusal and fault that a caller can meet, by its code: one table.

/** One problem code: its HTTP status, a title, whether the same request may succeed later, what to do. */
interface ProblemKind {
  status: 400 | 401 | 403 | 404 | 405 | 408 | 409 | 413 | 415 | 422 | 429 | 500 | 503;
  title: string;
  retryable: boolean;
  advice: string;
}

export const PROBLEMS = {
  malformed_json: {
    status: 400,
    title: "Malformed JSON",
    retryable: false,
    advice: "Send a body that is valid JSON.",
  },
  invalid_idempotency_key: {
    status: 400,
    title: "Invalid idempotency key",
    retryable: false,
    advice: "Send one key of 1 to 255 visible ASCII characters, in one header.",
  },
  unauthorized: {
    status: 401,
    title: "Unauthorized",
    retryable: false,
    advice: "Send a key of this service: `Authorization: Bearer inv_...`, or `X-API-Key`.",
  },
  forbidden: {
    status: 403,
    title: "Forbidden",
    retryable: false,
    advice: "The key is good, but not for this. Use one with the scope that `detail` names.",
  },
  origin_not_allowed: {
    status: 403,
    title: "Origin not allowed",
    retryable: false,
    advice:
      "A page of this origin may send no commands. Its operator lists the host in PUBLIC_HOSTS where the page is the " +
      "service's own, and the origin in CORS_ORIGINS where it is another's.",
  },
  not_found: {
    status: 404,
    title: "Not found",
    retryable: false,
    advice: "See /openapi.json for the paths there are.",
  },
  sku_not_found: {
    status: 404,
    title: "SKU not found",
    retryable: false,
    advice: "Check the SKU: it has never been counted at any location.",
  },
  hold_not_found: {
    status: 404,
    title: "Hold not found",
    retryable: false,
    advice: "Check the hold id. Ended holds are remembered for 24 hours. Make a new hold.",
  },
  method_not_allowed: {
    status: 405,
    title: "Method not allowed",
    retryable: false,
    advice: "Use a method that the Allow header names.",
  },
  request_timeout: {
    status: 408,
    title: "Request timeout",
    retryable: true,
    advice: "Nothing was done: the body did not arrive in time. Send the request again.",
  },
  body_too_large: {
    status: 413,
    title: "Body too large",
    retryable: false,
    advice: "Send a smaller body.",
  },
  unsupported_media_type: {
    status: 415,
    title: "Unsupported media type",
    retryable: false,
    advice: "Send the body with Content-Type: application/json and no Content-Encoding.",
  },
  insufficient_stock: {
    status: 409,
    title: "Insufficient stock",
    retryable: false,
    advice: "Ask for no more than `shortages[].available`, or at another location.",
  },
  stale_quantity: {
    status: 409,
    title: "Stale quantity",
    retryable: false,
    advice: "Something else is on hand than `expected`: `current`. Look again, then decide anew.",
  },
  on_hand_limit_exceeded: {
    status: 409,
    title: "On-hand limit exceeded",
    retryable: false,
    advice: "A location holds at most 1,000,000,000 units of one SKU. Check the quantity.",
  },
  too_many_active_holds: {
    status: 409,
    title: "Too many active holds",
    retryable: false,
    advice:
      "This key may have no more holds at once. Confirm or release some, then make a new one.",
  },
  too_many_held_units: {
    status: 409,
    title: "Too many held units",
    retryable: false,
    advice: "This key may hold no more units at once. Confirm or release some, or ask for fewer.",
  },
  hold_expired: {
    status: 409,
    title: "Hold expired",
    retryable: false,
    advice: "Its units are for sale again. Make a new hold.",
  },
  hold_released: {
    status: 409,
    title: "Hold released",
    retryable: false,
    advice: "Its units were given back. Make a new hold.",
  },
  hold_confirmed: {
    status: 409,
    title: "Hold confirmed",
    retryable: false,
    advice: "Its units are sold; a sale cannot be released.",
  },
  lifetime_exceeded: {
    status: 409,
    title: "Lifetime exceeded",
    retryable: false,
    advice:
      "A hold may not live past `max_expires_at`. Ask for less, confirm it, or make a new hold.",
  },
  validation_failed: {
    status: 422,
    title: "Validation failed",
    retryable: false,
    advice: "Mend each field that `errors` points at.",
  },
  idempotency_key_reused: {
    status: 422,
    title: "Idempotency key reused",
    retryable: false,
    advice: "This key belongs to another request. Use a new key for a new request.",
  },
  exceeds_held_quantity: {
    status: 422,
    title: "Exceeds held quantity",
    retryable: false,
    advice:
      "Confirm no more of a line than the hold has; `GET /holds/{hold_id}` tells what that is.",
  },
  rate_limited: {
    status: 429,
    title: "Rate limited",
    retryable: true,
    advice: "Nothing was done. Repeat after the seconds in Retry-After.",
  },
  internal_error: {
    status: 500,
    title: "Internal error",
    retryable: true,
    advice: "A fault of the service, logged under the request id. Repeat with the same key.",
  },
  store_unavailable: {
    status: 503,
    title: "Store unavailable",
    retryable: true,
    advice: "Nothing was done. Repeat after the seconds in Retry-After.",
  },
  overloaded: {
    status: 503,
    title: "Overloaded",
    retryable: true,
    advice: "Nothing was done: too many requests at once. Repeat after the seconds in Retry-After.",
  },
  store_full: {
    status: 503,
    title: "Store full",
    retryable: true,
    advice:
      "Nothing was done: Redis has no memory for it. Releases, confirms and reads go on. Repeat later.",
  },
  outcome_unknown: {
    status: 503,
    title: "Outcome unknown",
    retryable: true,
    advice:
      "The request was sent and no reply came. Repeat it with the same idempotency key to learn the outcome.",
  },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof PROBLEMS;
export type ProblemStatus<Code extends ProblemCode = ProblemCode> =
  (typeof PROBLEMS)[Code]["status"];

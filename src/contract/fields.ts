// The scalars of the contract, each defined once: alphabet, bounds, unit, description, example.
import { z } from "@hono/zod-openapi";

export const MAX_QUANTITY = 1_000_000;
export const MAX_ON_HAND = 1_000_000_000;
/** The longest time to live that any configuration may allow, in seconds: 30 days. */
export const MAX_TTL_SECONDS = 2_592_000;

/** What the contract states and a configuration sets. */
export interface Bounds {
  /** The longest life of a hold, and so the longest `ttl`. */
  holdLifetimeMaxSeconds: number;
}
/** Those of a service that is configured with nothing, and of the document in openapi/. */
export const DEFAULT_BOUNDS: Bounds = { holdLifetimeMaxSeconds: 7200 };

export const Sku = z.string().regex(
  /^[A-Za-z0-9._~-]{1,64}$/,
  "must be 1 to 64 characters out of A-Z a-z 0-9 . _ ~ -",
).meta({ description: "Stock keeping unit: what is bought and sold.", example: "SKU000001" });

export const StoreId = z.string().regex(
  /^[A-Za-z0-9_-]{1,64}$/,
  "must be 1 to 64 characters out of A-Z a-z 0-9 _ -",
).meta({ description: "A shop that keeps stock of its own.", example: "STORE_MUMBAI" });

export const Location = z.string().regex(
  /^(online|store:[A-Za-z0-9_-]{1,64})$/,
  'must be "online" or "store:" and a store id, as in "store:STORE_MUMBAI"',
).meta({
  description: "Where the units are: `online`, or `store:` and a store id.",
  example: "online",
});

export const LocationOrAny = z.string().regex(
  /^(any|online|store:[A-Za-z0-9_-]{1,64})$/,
  'must be "any", "online", or "store:" and a store id, as in "store:STORE_MUMBAI"',
).meta({
  description: "Where the units are: `online`, `store:` and a store id, or `any` of these.",
  example: "any",
});

export const Quantity = z.int().min(1).max(MAX_QUANTITY).meta({
  description: "A number of units.",
  example: 3,
});

/** How many units there are, which may be none. */
export const Units = z.int().min(0).meta({ description: "A number of units, 0 or more." });

export const HoldId = z.string().regex(
  /^hold-[A-Za-z0-9-]{1,64}$/,
  'must be a hold id as POST /hold answered it: "hold-" and up to 64 letters, digits and dashes',
).meta({
  description: "Names one hold; not to be guessed.",
  example: "hold-7d9f6b1e-3c58-4d0a-9a51-0f4d7f1f6a2b",
});

export const Instant = z.iso.datetime({ precision: 3 }).meta({
  description: "An instant, RFC 3339 in UTC with milliseconds.",
  example: "2026-11-22T10:35:00.000Z",
});

export const Reference = z.string().regex(
  /^[!-~]{1,128}$/,
  "must be 1 to 128 visible ASCII characters, no spaces",
).meta({
  description:
    "The caller's own name for it, such as an order number; shown again, not interpreted.",
  example: "PO-1042",
});

export const Line = z.strictObject({ sku: Sku, quantity: Quantity, location: Location })
  .meta({ description: "Units of one SKU at one location." })
  .openapi("Line");

/** How many items a page may have: digits only, since coercion would let "1e1", "0x10" and "" pass. */
export const PageLimit = z.string().regex(
  /^([1-9]\d?|100)$/,
  "must be a whole number from 1 to 100",
)
  .transform(Number).default(50).openapi({
    type: "integer",
    minimum: 1,
    maximum: 100,
    default: 50,
    description: "The most items on the page.",
    example: 50,
  });

export const Cursor = z.string().regex(
  /^[A-Za-z0-9_-]{1,512}$/,
  "must be a `next_cursor` as it was answered",
)
  .meta({
    description:
      "Where the page before ended: its `next_cursor`. Not to be interpreted: what is in it may change.",
  });

export const NextCursor = Cursor.optional().meta({
  description: "Send it as `cursor` for the next page; missing on the last one.",
});

export function ttlWithin({ holdLifetimeMaxSeconds: most }: Bounds) {
  return z.int().min(1).max(most, `must be at most ${most} seconds`).meta({
    description: "Seconds until the hold expires by itself. At most " +
      `${most}: the service's \`HOLD_LIFETIME_MAX_SECONDS\`.`,
    example: usualTtl(most),
  });
}

/** How long a hold lives of which nothing is said: five minutes, where it may live that long. */
export function usualTtl(holdLifetimeMaxSeconds: number): number {
  return Math.min(300, holdLifetimeMaxSeconds);
}

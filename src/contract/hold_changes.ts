// What becomes of a hold: sold (confirm), given back (release), or given more time (extend).
import { z } from "@hono/zod-openapi";
import { type Bounds, HoldId, Instant, Line, ttlWithin, Units, usualTtl } from "./fields.ts";
import { command } from "./operations.ts";

export const HoldReference = z.strictObject({ hold_id: HoldId }).meta({
  description: "Names the hold.",
  example: { hold_id: "hold-7d9f6b1e-3c58-4d0a-9a51-0f4d7f1f6a2b" },
}).openapi("HoldReference");

export const ReleasedHold = z.object({
  hold_id: HoldId,
  status: z.enum(["released", "expired"]).meta({
    description: "`expired` when its time was over before the release.",
  }),
  restored_stock: Units.meta({
    description: "Units available at the hold's location once its own were back.",
  }),
}).meta({
  description: "A hold whose units are back in stock.",
  example: {
    hold_id: "hold-7d9f6b1e-3c58-4d0a-9a51-0f4d7f1f6a2b",
    status: "released",
    restored_stock: 500,
  },
}).openapi("ReleasedHold");

export const ConfirmRequest = z.strictObject({
  hold_id: HoldId,
  lines: z.array(Line).min(1).max(50).optional().meta({
    description: "The part to sell; all of it unless given.",
  }),
  remainder: z.enum(["release", "keep"]).default("release").meta({
    description: "What becomes of the rest when only a part is sold: given back, or still held.",
  }),
  on_expired: z.enum(["refuse", "reacquire"]).default("refuse").meta({
    description:
      "What to do when its time is over: refuse, or take the units again if they are still there.",
  }),
}).meta({
  description: "What to sell out of a hold.",
  example: { hold_id: "hold-7d9f6b1e-3c58-4d0a-9a51-0f4d7f1f6a2b" },
}).openapi("ConfirmRequest");

export const ConfirmedHold = z.object({
  hold_id: HoldId,
  status: z.enum(["confirmed", "active"]).meta({
    description: "`active` when a part was sold and the rest is still held.",
  }),
  confirmed_at: Instant,
  lines: z.array(Line).meta({
    description: "What was sold out of the hold, earlier parts included.",
  }),
  remaining: z.array(Line).optional().meta({ description: "What is still held." }),
  returned: z.array(Line).optional().meta({ description: "What was given back." }),
}).meta({
  description: "A hold that became a sale.",
  example: {
    hold_id: "hold-7d9f6b1e-3c58-4d0a-9a51-0f4d7f1f6a2b",
    status: "confirmed",
    confirmed_at: "2026-11-22T10:33:12.345Z",
    lines: [{ sku: "SKU000001", quantity: 3, location: "online" }],
  },
}).openapi("ConfirmedHold");

const extendRequest = (bounds: Bounds) =>
  z.strictObject({ hold_id: HoldId, ttl: ttlWithin(bounds) }).meta({
    description: "How long the hold is to live from now.",
    example: {
      hold_id: "hold-7d9f6b1e-3c58-4d0a-9a51-0f4d7f1f6a2b",
      ttl: usualTtl(bounds.holdLifetimeMaxSeconds),
    },
  }).openapi("ExtendRequest");

export type ExtendRequest = z.infer<ReturnType<typeof extendRequest>>;

export const ExtendedHold = z.object({
  hold_id: HoldId,
  status: z.literal("active"),
  expires_at: Instant,
  max_expires_at: Instant.meta({ description: "The latest that it can be extended to." }),
}).meta({
  description: "A hold whose time was set anew.",
  example: {
    hold_id: "hold-7d9f6b1e-3c58-4d0a-9a51-0f4d7f1f6a2b",
    status: "active",
    expires_at: "2026-11-22T10:40:00.000Z",
    max_expires_at: "2026-11-22T12:30:00.000Z",
  },
}).openapi("ExtendedHold");

export const extendHold = (bounds: Bounds) =>
  command({
    path: "/extend",
    operationId: "extendHold",
    access: "hold",
    tag: "Holds",
    summary: "Give a hold more time",
    description:
      "Call this when the buyer needs longer: the hold then expires `ttl` seconds from now, sooner or later than " +
      "before. Its whole life is limited, and one that has expired cannot be revived.",
    body: extendRequest(bounds),
    says: "Extended.",
    answer: ExtendedHold,
    refusals: [
      "hold_not_found",
      "hold_expired",
      "hold_released",
      "hold_confirmed",
      "lifetime_exceeded",
    ],
  });

export const releaseHold = command({
  path: "/release",
  operationId: "releaseHold",
  access: "hold",
  tag: "Holds",
  summary: "Give a hold's units back",
  description:
    "Call this when the buyer gives up or payment fails. Safe to repeat; a hold that has expired is " +
    "answered as `expired`, since its units are back too.",
  body: HoldReference,
  says: "Back in stock.",
  answer: ReleasedHold,
  refusals: ["hold_not_found", "hold_confirmed"],
});

export const confirmHold = command({
  path: "/confirm",
  operationId: "confirmHold",
  access: "hold",
  tag: "Holds",
  summary: "Turn a hold into a sale",
  description:
    "Call this when payment has succeeded, before `expires_at`. Safe to repeat: the same answer each time. With " +
    "`remainder: keep` send an idempotency key, since each such request sells a further part.",
  body: ConfirmRequest,
  says: "Sold.",
  answer: ConfirmedHold,
  refusals: [
    "hold_not_found",
    "hold_expired",
    "hold_released",
    "exceeds_held_quantity",
    "insufficient_stock",
    "sku_not_found",
  ],
});

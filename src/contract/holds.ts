// Holds: units set aside for a while, then sold (confirm), given back (release), or expired.
import { createRoute, z } from "@hono/zod-openapi";
import {
  HoldId,
  Instant,
  Line,
  Location,
  MAX_TTL_SECONDS,
  Quantity,
  Sku,
  Units,
} from "./fields.ts";
import { commandParameters, commandProblems, jsonBody, queryProblems } from "./operations.ts";

export const HoldRequest = z.strictObject({
  sku: Sku,
  quantity: Quantity,
  location: Location.default("online"),
  ttl: z.int().min(1).max(MAX_TTL_SECONDS).default(300).meta({
    description:
      "Seconds until the hold expires by itself. At most 7200 unless configured otherwise.",
    example: 300,
  }),
}).meta({
  description: "What to hold, and for how long.",
  example: { sku: "SKU000001", quantity: 3, location: "online", ttl: 300 },
}).openapi("HoldRequest");

const HoldStatus = z.enum(["active", "confirmed", "released", "expired"]).meta({
  description: "`active` until it ends, once, as one of the others.",
});

export const NewHold = z.object({
  hold_id: HoldId,
  sku: Sku,
  quantity: Quantity,
  location: Location,
  remaining_stock: Units.meta({ description: "Units still available at the location." }),
  expires_at: Instant,
  status: z.literal("active"),
}).meta({
  description: "A hold that was just made.",
  example: {
    hold_id: "hold-7d9f6b1e-3c58-4d0a-9a51-0f4d7f1f6a2b",
    sku: "SKU000001",
    quantity: 3,
    location: "online",
    remaining_stock: 497,
    expires_at: "2026-11-22T10:35:00.000Z",
    status: "active",
  },
}).openapi("NewHold");

export const Hold = z.object({
  hold_id: HoldId,
  status: HoldStatus,
  lines: z.array(Line).meta({ description: "What is held." }),
  created_at: Instant,
  expires_at: Instant,
  ended_at: Instant.optional().meta({ description: "When it ended; missing while it is active." }),
}).meta({
  description: "A hold as it stands. A hold whose time is over is `expired`, swept or not.",
  example: {
    hold_id: "hold-7d9f6b1e-3c58-4d0a-9a51-0f4d7f1f6a2b",
    status: "active",
    lines: [{ sku: "SKU000001", quantity: 3, location: "online" }],
    created_at: "2026-11-22T10:30:00.000Z",
    expires_at: "2026-11-22T10:35:00.000Z",
  },
}).openapi("Hold");

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

export const ConfirmedHold = z.object({
  hold_id: HoldId,
  status: z.literal("confirmed"),
  confirmed_at: Instant,
  lines: z.array(Line).meta({ description: "What was sold." }),
}).meta({
  description: "A hold that became a sale.",
  example: {
    hold_id: "hold-7d9f6b1e-3c58-4d0a-9a51-0f4d7f1f6a2b",
    status: "confirmed",
    confirmed_at: "2026-11-22T10:33:12.345Z",
    lines: [{ sku: "SKU000001", quantity: 3, location: "online" }],
  },
}).openapi("ConfirmedHold");

export const createHold = createRoute({
  method: "post",
  path: "/hold",
  operationId: "createHold",
  tags: ["Holds"],
  summary: "Hold units for a while",
  description:
    "Call this when a buyer is about to pay. The units are taken out of what is available until the hold " +
    "is confirmed, released, or expires; then `POST /confirm` on payment, `POST /release` otherwise.",
  security: [],
  parameters: commandParameters,
  request: { body: jsonBody(HoldRequest) },
  responses: {
    200: { description: "Held.", content: { "application/json": { schema: NewHold } } },
    ...commandProblems("sku_not_found", "insufficient_stock"),
  },
});

export const releaseHold = createRoute({
  method: "post",
  path: "/release",
  operationId: "releaseHold",
  tags: ["Holds"],
  summary: "Give a hold's units back",
  description:
    "Call this when the buyer gives up or payment fails. Safe to repeat; a hold that has expired is " +
    "answered as `expired`, since its units are back too.",
  security: [],
  parameters: commandParameters,
  request: { body: jsonBody(HoldReference) },
  responses: {
    200: {
      description: "Back in stock.",
      content: { "application/json": { schema: ReleasedHold } },
    },
    ...commandProblems("hold_not_found", "hold_confirmed"),
  },
});

export const confirmHold = createRoute({
  method: "post",
  path: "/confirm",
  operationId: "confirmHold",
  tags: ["Holds"],
  summary: "Turn a hold into a sale",
  description:
    "Call this when payment has succeeded, before `expires_at`. Safe to repeat: the same answer each time.",
  security: [],
  parameters: commandParameters,
  request: { body: jsonBody(HoldReference) },
  responses: {
    200: { description: "Sold.", content: { "application/json": { schema: ConfirmedHold } } },
    ...commandProblems("hold_not_found", "hold_expired", "hold_released"),
  },
});

export const getHold = createRoute({
  method: "get",
  path: "/holds/{hold_id}",
  operationId: "getHold",
  tags: ["Holds"],
  summary: "Look at one hold",
  description:
    "Call this to learn whether a hold is still active, or how it ended. Ended holds are kept for 24 hours.",
  security: [],
  request: { params: z.object({ hold_id: HoldId }) },
  responses: {
    200: { description: "The hold.", content: { "application/json": { schema: Hold } } },
    ...queryProblems("hold_not_found", "validation_failed"),
  },
});

// Holds: units set aside for a while, then sold (confirm), given back (release), or expired.
import { createRoute, z } from "@hono/zod-openapi";
import {
  Cursor,
  HoldId,
  Instant,
  Line,
  Location,
  LocationOrAny,
  MAX_TTL_SECONDS,
  NextCursor,
  PageLimit,
  Quantity,
  Reference,
  Sku,
  Units,
} from "./fields.ts";
import { commandParameters, commandProblems, jsonBody, queryProblems } from "./operations.ts";

const Ttl = z.int().min(1).max(MAX_TTL_SECONDS).meta({
  description:
    "Seconds until the hold expires by itself. At most 7200 unless configured otherwise.",
  example: 300,
});

const Lines = z.array(Line).min(1).max(50);

/** What is wished for: a line, which may leave the choice of location to the service. */
const wish = {
  sku: Sku,
  quantity: Quantity,
  location: LocationOrAny.default("online"),
  split: z.boolean().optional().meta({
    description:
      "With location `any`: may the units come from several locations? Most stock first.",
  }),
  locations: z.array(Location).min(1).max(20).optional().meta({
    description: "With location `any`: only these, and in this order of preference.",
    example: ["online", "store:STORE_MUMBAI"],
  }),
};

/** What a hold may carry besides its lines. */
const holdOptions = {
  ttl: Ttl.default(300),
  reference: Reference.optional(),
  replaces: HoldId.optional().meta({
    description:
      "A hold that this one takes the place of: its units are given back in the same step, and it " +
      "stays as it is if this one does not fit.",
  }),
};

const ANY_ONLY = "split and locations need the location `any`";
function hasAnyForItsOptions(
  wish: { location: string; split?: boolean; locations?: string[] },
): boolean {
  return wish.location === "any" || (wish.split === undefined && wish.locations === undefined);
}

export const HoldRequest = z.strictObject({ ...wish, ...holdOptions })
  .refine(hasAnyForItsOptions, { message: ANY_ONLY, path: ["location"] })
  .meta({
    description: "What to hold, and for how long.",
    example: { sku: "SKU000001", quantity: 3, location: "online", ttl: 300 },
  }).openapi("HoldRequest");

export const CartLine = z.strictObject(wish)
  .refine(hasAnyForItsOptions, { message: ANY_ONLY, path: ["location"] })
  .meta({
    description: "One line of a cart.",
    example: { sku: "SKU000001", quantity: 3, location: "any", split: true },
  }).openapi("CartLine");

export const CartRequest = z.strictObject({
  lines: z.array(CartLine).min(1).max(50).meta({
    description: "All of these or none. Lines for the same SKU and location are added up.",
  }),
  ...holdOptions,
}).meta({
  description: "A basket to hold, and for how long.",
  example: {
    lines: [
      { sku: "SKU000001", quantity: 3, location: "online" },
      { sku: "SKU000002", quantity: 1, location: "any" },
    ],
    ttl: 600,
    reference: "basket-42",
  },
}).openapi("CartRequest");

const HoldStatus = z.enum(["active", "confirmed", "released", "expired"]).meta({
  description: "`active` until it ends, once, as one of the others.",
});

export const NewHold = z.object({
  hold_id: HoldId,
  sku: Sku,
  quantity: Quantity,
  location: LocationOrAny.meta({
    description: "Where the units are; `any` when they were split over several locations.",
    example: "online",
  }),
  remaining_stock: Units.meta({
    description: "Units still available where the units were taken.",
  }),
  expires_at: Instant,
  status: z.literal("active"),
  allocations: z.array(z.object({ location: Location, quantity: Quantity, remaining_stock: Units }))
    .optional().meta({ description: "With location `any`: how many units were taken where." }),
  reference: Reference.optional(),
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

const HOLD_EXAMPLE = {
  hold_id: "hold-7d9f6b1e-3c58-4d0a-9a51-0f4d7f1f6a2b",
  status: "active",
  lines: [{ sku: "SKU000001", quantity: 3, location: "online" }],
  created_at: "2026-11-22T10:30:00.000Z",
  expires_at: "2026-11-22T10:35:00.000Z",
};

export const Hold = z.object({
  hold_id: HoldId,
  status: HoldStatus,
  lines: z.array(Line).meta({ description: "What is held, or was when it ended." }),
  created_at: Instant,
  expires_at: Instant,
  ended_at: Instant.optional().meta({ description: "When it ended; missing while it is active." }),
  reference: Reference.optional(),
  sold: z.array(Line).optional().meta({
    description: "Sold out of it by confirmations of a part.",
  }),
  returned: z.array(Line).optional().meta({
    description: "Given back when a part of it was confirmed.",
  }),
  reacquired_at: Instant.optional().meta({
    description: "When it was sold after all, having expired.",
  }),
}).meta({
  description: "A hold as it stands. A hold whose time is over is `expired`, swept or not.",
  example: HOLD_EXAMPLE,
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

export const ConfirmRequest = z.strictObject({
  hold_id: HoldId,
  lines: Lines.optional().meta({ description: "The part to sell; all of it unless given." }),
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

export const NewCart = z.object({
  hold_id: HoldId,
  status: z.literal("active"),
  lines: z.array(z.object({ ...Line.shape, remaining_stock: Units })).meta({
    description: "What was taken where, and the units still available there.",
  }),
  expires_at: Instant,
  reference: Reference.optional(),
}).meta({
  description: "A hold of several lines that was just made.",
  example: {
    hold_id: "hold-7d9f6b1e-3c58-4d0a-9a51-0f4d7f1f6a2b",
    status: "active",
    lines: [
      { sku: "SKU000001", quantity: 3, location: "online", remaining_stock: 497 },
      { sku: "SKU000002", quantity: 1, location: "store:STORE_PUNE", remaining_stock: 53 },
    ],
    expires_at: "2026-11-22T10:40:00.000Z",
    reference: "basket-42",
  },
}).openapi("NewCart");

export const ExtendRequest = z.strictObject({ hold_id: HoldId, ttl: Ttl }).meta({
  description: "How long the hold is to live from now.",
  example: { hold_id: "hold-7d9f6b1e-3c58-4d0a-9a51-0f4d7f1f6a2b", ttl: 300 },
}).openapi("ExtendRequest");

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

export const HoldPage = z.object({
  items: z.array(Hold),
  next_cursor: NextCursor,
}).meta({
  description: "A page of active holds, those that expire first coming first.",
  example: { items: [HOLD_EXAMPLE] },
})
  .openapi("HoldPage");

const HOLD_REFUSALS = [
  "sku_not_found",
  "insufficient_stock",
  "hold_not_found",
  "hold_confirmed",
  "too_many_active_holds",
  "too_many_held_units",
] as const;

export const createHold = createRoute({
  method: "post",
  path: "/hold",
  operationId: "createHold",
  tags: ["Holds"],
  summary: "Hold units for a while",
  description:
    "Call this when a buyer is about to pay. The units are taken out of what is available until the hold " +
    "is confirmed, released, or expires; then `POST /confirm` on payment, `POST /release` otherwise.",
  parameters: commandParameters,
  request: { body: jsonBody(HoldRequest) },
  responses: {
    200: { description: "Held.", content: { "application/json": { schema: NewHold } } },
    ...commandProblems(...HOLD_REFUSALS),
  },
});

export const createCart = createRoute({
  method: "post",
  path: "/hold/cart",
  operationId: "createCart",
  tags: ["Holds"],
  summary: "Hold a basket, all of it or nothing",
  description:
    "Call this when a buyer with several lines is about to pay. A refusal names every line that is short and " +
    "what there is elsewhere, so that one more call can be right. Confirm, release and extend it by its `hold_id`.",
  parameters: commandParameters,
  request: { body: jsonBody(CartRequest) },
  responses: {
    200: { description: "Held.", content: { "application/json": { schema: NewCart } } },
    ...commandProblems(...HOLD_REFUSALS),
  },
});

export const extendHold = createRoute({
  method: "post",
  path: "/extend",
  operationId: "extendHold",
  tags: ["Holds"],
  summary: "Give a hold more time",
  description:
    "Call this when the buyer needs longer: the hold then expires `ttl` seconds from now, sooner or later than " +
    "before. Its whole life is limited, and one that has expired cannot be revived.",
  parameters: commandParameters,
  request: { body: jsonBody(ExtendRequest) },
  responses: {
    200: { description: "Extended.", content: { "application/json": { schema: ExtendedHold } } },
    ...commandProblems(
      "hold_not_found",
      "hold_expired",
      "hold_released",
      "hold_confirmed",
      "lifetime_exceeded",
    ),
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
    "Call this when payment has succeeded, before `expires_at`. Safe to repeat: the same answer each time. With " +
    "`remainder: keep` send an idempotency key, since each such request sells a further part.",
  parameters: commandParameters,
  request: { body: jsonBody(ConfirmRequest) },
  responses: {
    200: { description: "Sold.", content: { "application/json": { schema: ConfirmedHold } } },
    ...commandProblems(
      "hold_not_found",
      "hold_expired",
      "hold_released",
      "exceeds_held_quantity",
      "insufficient_stock",
      "sku_not_found",
    ),
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
  request: { params: z.object({ hold_id: HoldId }) },
  responses: {
    200: { description: "The hold.", content: { "application/json": { schema: Hold } } },
    ...queryProblems("hold_not_found", "validation_failed"),
  },
});

export const listHolds = createRoute({
  method: "get",
  path: "/holds",
  operationId: "listHolds",
  tags: ["Holds"],
  summary: "List active holds",
  description:
    "Call this to see what is about to expire, or what is held for one `reference`. In order of expiry.",
  request: {
    query: z.strictObject({
      status: z.literal("active").default("active").meta({
        description: "Only active holds are listed.",
      }),
      reference: Reference.optional(),
      limit: PageLimit,
      cursor: Cursor.optional(),
    }),
  },
  responses: {
    200: { description: "A page.", content: { "application/json": { schema: HoldPage } } },
    ...queryProblems("validation_failed"),
  },
});

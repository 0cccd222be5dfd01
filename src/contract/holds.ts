// Holds: units set aside for a while. What can be done with them is in hold_changes.ts.
import { createRoute, z } from "@hono/zod-openapi";
import {
  type Bounds,
  Cursor,
  HoldId,
  Instant,
  Line,
  Location,
  LocationOrAny,
  NextCursor,
  PageLimit,
  Quantity,
  Reference,
  Sku,
  Units,
} from "./fields.ts";
import { cartRequest, holdRequest } from "./hold_requests.ts";
import { command, queryProblems, withAccess } from "./operations.ts";

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
  ended_at: Instant.optional().meta({
    description: "When it ended: `expires_at` where it expired. Missing while it is active.",
  }),
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

export const createHold = (bounds: Bounds) =>
  command({
    path: "/hold",
    operationId: "createHold",
    access: "hold",
    tag: "Holds",
    summary: "Hold units for a while",
    description:
      "Call this when a buyer is about to pay. The units are taken out of what is available until the hold " +
      "is confirmed, released, or expires; then `POST /confirm` on payment, `POST /release` otherwise.",
    body: holdRequest(bounds),
    says: "Held.",
    answer: NewHold,
    refusals: HOLD_REFUSALS,
  });

export const createCart = (bounds: Bounds) =>
  command({
    path: "/hold/cart",
    operationId: "createCart",
    access: "hold",
    tag: "Holds",
    summary: "Hold a basket, all of it or nothing",
    description:
      "Call this when a buyer with several lines is about to pay. A refusal names every line that is short and " +
      "what there is elsewhere, so that one more call can be right. Confirm, release and extend it by its `hold_id`.",
    body: cartRequest(bounds),
    says: "Held.",
    answer: NewCart,
    refusals: HOLD_REFUSALS,
  });

export const getHold = withAccess(
  "public read",
  createRoute({
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
  }),
);

export const listHolds = withAccess(
  "public read",
  createRoute({
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
  }),
);

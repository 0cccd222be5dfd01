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
  MAX_QUANTITY,
  NextCursor,
  PageLimit,
  Quantity,
  Reference,
  Sku,
  ttlWithin,
  Units,
  usualTtl,
} from "./fields.ts";
import { commandParameters, commandProblems, jsonBody, queryProblems } from "./operations.ts";

/** What is wished for: a line, which may leave the choice of location to the service. */
const wish = {
  sku: Sku,
  quantity: Quantity,
  location: LocationOrAny.default("online"),
  split: z.boolean().optional().meta({
    description:
      "With location `any`: may the units come from several locations? Most stock first.",
  }),
  locations: z.array(Location).min(1).max(20).superRefine(refuseRepeated).optional().meta({
    description: "With location `any`: only these, each once, in this order of preference.",
    example: ["online", "store:STORE_MUMBAI"],
    uniqueItems: true,
  }),
};

function refuseRepeated(locations: string[], context: z.RefinementCtx): void {
  for (const [i, location] of locations.entries()) {
    const first = locations.indexOf(location);
    if (first < i) context.addIssue({ code: "custom", path: [i], message: `repeats /${first}` });
  }
}

/** What a hold may carry besides its lines. */
const holdOptions = (bounds: Bounds) => ({
  ttl: ttlWithin(bounds).default(usualTtl(bounds.holdLifetimeMaxSeconds)),
  reference: Reference.optional(),
  replaces: HoldId.optional().meta({
    description:
      "A hold that this one takes the place of: its units are given back in the same step, and it " +
      "stays as it is if this one does not fit.",
  }),
});

const ANY_ONLY = "split and locations need the location `any`";
function hasAnyForItsOptions(
  wish: { location: string; split?: boolean; locations?: string[] },
): boolean {
  return wish.location === "any" || (wish.split === undefined && wish.locations === undefined);
}

const holdRequest = (bounds: Bounds) =>
  z.strictObject({ ...wish, ...holdOptions(bounds) })
    .refine(hasAnyForItsOptions, { message: ANY_ONLY, path: ["location"] })
    .meta({
      description: "What to hold, and for how long.",
      example: {
        sku: "SKU000001",
        quantity: 3,
        location: "online",
        ttl: usualTtl(bounds.holdLifetimeMaxSeconds),
      },
    }).openapi("HoldRequest");

export const CartLine = z.strictObject(wish)
  .refine(hasAnyForItsOptions, { message: ANY_ONLY, path: ["location"] })
  .meta({
    description: "One line of a cart.",
    example: { sku: "SKU000001", quantity: 3, location: "any", split: true },
  }).openapi("CartLine");

/** A hold has one line for each SKU and place, and a line has its bound, however many lines ask for them. */
function refuseTooMany(lines: z.infer<typeof CartLine>[], context: z.RefinementCtx): void {
  const sums = new Map<string, number>();
  for (const [i, { sku, location, quantity }] of lines.entries()) {
    if (location === "any") continue;
    const sum = (sums.get(`${sku} ${location}`) ?? 0) + quantity;
    sums.set(`${sku} ${location}`, sum);
    if (sum > MAX_QUANTITY) {
      const message = `makes it ${sum} of ${sku} at ${location}: must be at most ${MAX_QUANTITY}`;
      context.addIssue({ code: "custom", path: [i, "quantity"], message });
    }
  }
}

const cartRequest = (bounds: Bounds) =>
  z.strictObject({
    lines: z.array(CartLine).min(1).max(50).superRefine(refuseTooMany).meta({
      description:
        "All of these or none. Lines for the same SKU and location are added up, to 1000000 at most; lines with the " +
        "location `any` are each placed for themselves.",
    }),
    ...holdOptions(bounds),
  }).meta({
    description: "A basket to hold, and for how long.",
    example: {
      lines: [
        { sku: "SKU000001", quantity: 3, location: "online" },
        { sku: "SKU000002", quantity: 1, location: "any" },
      ],
      ttl: Math.min(600, bounds.holdLifetimeMaxSeconds),
      reference: "basket-42",
    },
  }).openapi("CartRequest");

export type CartRequest = z.infer<ReturnType<typeof cartRequest>>;

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
  createRoute({
    method: "post",
    path: "/hold",
    operationId: "createHold",
    tags: ["Holds"],
    summary: "Hold units for a while",
    description:
      "Call this when a buyer is about to pay. The units are taken out of what is available until the hold " +
      "is confirmed, released, or expires; then `POST /confirm` on payment, `POST /release` otherwise.",
    parameters: commandParameters,
    request: { body: jsonBody(holdRequest(bounds)) },
    responses: {
      200: { description: "Held.", content: { "application/json": { schema: NewHold } } },
      ...commandProblems(...HOLD_REFUSALS),
    },
  });

export const createCart = (bounds: Bounds) =>
  createRoute({
    method: "post",
    path: "/hold/cart",
    operationId: "createCart",
    tags: ["Holds"],
    summary: "Hold a basket, all of it or nothing",
    description:
      "Call this when a buyer with several lines is about to pay. A refusal names every line that is short and " +
      "what there is elsewhere, so that one more call can be right. Confirm, release and extend it by its `hold_id`.",
    parameters: commandParameters,
    request: { body: jsonBody(cartRequest(bounds)) },
    responses: {
      200: { description: "Held.", content: { "application/json": { schema: NewCart } } },
      ...commandProblems(...HOLD_REFUSALS),
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

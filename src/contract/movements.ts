// Stock movements: units that come, go, or change place without a buyer.
import { z } from "@hono/zod-openapi";
import { Location, MAX_ON_HAND, MAX_QUANTITY, Quantity, Reference, Sku, Units } from "./fields.ts";
import { command } from "./operations.ts";

const OnHand = z.int().min(0).max(MAX_ON_HAND);

const Reason = z.enum([
  "received",
  "correction",
  "cycle_count",
  "damaged",
  "shrinkage",
  "return",
  "other",
]).meta({ description: "Why what is on hand changes.", example: "received" });

// Not a union of two shapes, nor `oneOf`: tools of language models take plain objects only.
export const AdjustRequest = z.strictObject({
  sku: Sku,
  location: Location,
  delta: z.int().min(-MAX_QUANTITY).max(MAX_QUANTITY)
    .refine((delta) => delta !== 0, "must not be 0")
    .optional().meta({
      description: "Units that came (above 0) or went (below 0). Send either this or `count`.",
      example: 20,
    }),
  count: OnHand.optional().meta({
    description: "Units that are there now, held ones included. Send either this or `delta`.",
  }),
  reason: Reason,
  reference: Reference.optional(),
  expected: z.int().min(-MAX_ON_HAND).max(MAX_ON_HAND).optional().meta({
    description:
      "Units that must be on hand before, below 0 where some are owed; 409 `stale_quantity` where there are others.",
  }),
}).refine(
  ({ delta, count }) => (delta === undefined) !== (count === undefined),
  { message: "send exactly one of delta and count", path: ["delta"] },
).meta({
  description: "What is known about the stock of one SKU at one location.",
  example: {
    sku: "SKU000001",
    location: "online",
    delta: 20,
    reason: "received",
    reference: "PO-1042",
  },
}).openapi("AdjustRequest");

export const Adjustment = z.object({
  sku: Sku,
  location: Location,
  on_hand: z.int().meta({
    description:
      "Units that are there, held ones included; below 0 when a hold was confirmed that a count had " +
      "left without units, so that they are still owed.",
  }),
  held: Units.meta({ description: "Units in active holds." }),
  available: Units.meta({ description: "Units that can be had: on hand minus held, 0 or more." }),
  oversold: Units.meta({ description: "Units that are held or owed, and not there." }),
  reason: Reason,
  reference: Reference.optional(),
}).meta({
  description: "The line as it stands now.",
  example: {
    sku: "SKU000001",
    location: "online",
    on_hand: 520,
    held: 3,
    available: 517,
    oversold: 0,
    reason: "received",
    reference: "PO-1042",
  },
}).openapi("Adjustment");

export const adjustStock = command({
  path: "/adjust",
  operationId: "adjustStock",
  access: "stock",
  tag: "Movements",
  summary: "Receive, count or write off units",
  description:
    "Call this when units came, went, or were counted. A SKU or location comes into being by its first count " +
    "or positive delta. Holds stay as they are: where fewer units are left than held, nothing is available and " +
    "`oversold` says how many are missing. A delta that would take more than is " +
    "there is refused, and `shortages[].available` is then what is on hand, held or not, and 0 where units are owed.",
  body: AdjustRequest,
  says: "Done.",
  answer: Adjustment,
  refusals: ["sku_not_found", "stale_quantity", "insufficient_stock", "on_hand_limit_exceeded"],
});

export const TransferRequest = z.strictObject({
  sku: Sku,
  quantity: Quantity,
  from: Location,
  to: Location,
}).refine(({ from, to }) => from !== to, { message: "must differ from `from`", path: ["to"] })
  .meta({
    description: "What moves, and between which locations.",
    example: { sku: "SKU000001", quantity: 5, from: "online", to: "store:STORE_PUNE" },
  }).openapi("TransferRequest");

const TransferEnd = z.object({
  location: Location,
  available: Units.meta({ description: "Units available there now." }),
}).meta({ description: "One end of a transfer." }).openapi("TransferEnd");

export const Transfer = z.object({
  sku: Sku,
  quantity: Quantity,
  from: TransferEnd,
  to: TransferEnd,
}).meta({
  description: "Units that have just changed place.",
  example: {
    sku: "SKU000001",
    quantity: 5,
    from: { location: "online", available: 492 },
    to: { location: "store:STORE_PUNE", available: 59 },
  },
}).openapi("Transfer");

export const transferStock = command({
  path: "/transfer",
  operationId: "transferStock",
  access: "stock",
  tag: "Movements",
  summary: "Move units from one location to another",
  description:
    "Call this when units change place: both locations change, or neither. Units that are held do not move. " +
    "The location they go to may be a new one.",
  body: TransferRequest,
  says: "Moved.",
  answer: Transfer,
  refusals: ["sku_not_found", "insufficient_stock", "on_hand_limit_exceeded"],
});

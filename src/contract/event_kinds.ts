// The kinds of events: one for each thing that a commit can record.
import { z } from "@hono/zod-openapi";
import { HoldId, Instant, Line, Location, Quantity, Sku, Units } from "./fields.ts";

export const EventId = z.string().regex(/^[A-Za-z0-9_-]{1,8192}$/, "must be an event id").meta({
  description: "Names one event and the place right behind it; to be passed on, never read.",
  example: "MTc2NzIyNTYwMDAwMC0wLjE",
});

const Reference = z.string().optional().meta({
  description: "What the caller called it; missing where nothing was said.",
  example: "basket-42",
});
const Lines = z.array(Line);
const OnHand = z.int().meta({
  description: "Units on hand; below 0 while units that were sold are owed.",
});

const COMMON_EXAMPLE = { id: "MTc2NzIyNTYwMDAwMC0wLjE", at: "2026-11-22T10:30:00.000Z" };

/** An event of one kind: what all events have, and `fields`. */
function event<const Kind extends string, Fields extends z.ZodRawShape>(
  { kind, description, fields, example }: {
    kind: Kind;
    description: string;
    fields: Fields;
    example: Record<string, unknown>;
  },
) {
  return z.object({
    id: EventId,
    kind: z.literal(kind),
    at: Instant.meta({ description: "When it was committed, by Redis' clock." }),
    ...fields,
  }).meta({ description, example: { ...COMMON_EXAMPLE, kind, ...example } });
}

const lineFields = { sku: Sku, location: Location };
const lineExample = { sku: "SKU000001", location: "online" };
const holdFields = { hold_id: HoldId, reference: Reference };
const holdExample = { hold_id: "hold-7d9f6b1e-3c58-4d0a-9a51-0f4d7f1f6a2b" };
const linesExample = { lines: [{ sku: "SKU000001", quantity: 3, location: "online" }] };
const givenBack = { lines: Lines.meta({ description: "What was given back." }) };

const HoldCreated = event({
  kind: "hold.created",
  description: "Units were set aside.",
  fields: {
    ...holdFields,
    expires_at: Instant,
    lines: Lines.meta({ description: "What is held." }),
  },
  example: { ...holdExample, expires_at: "2026-11-22T10:35:00.000Z", ...linesExample },
}).openapi("HoldCreatedEvent");

const HoldExtended = event({
  kind: "hold.extended",
  description: "A hold was given another time to expire.",
  fields: { ...holdFields, expires_at: Instant },
  example: { ...holdExample, expires_at: "2026-11-22T10:40:00.000Z" },
}).openapi("HoldExtendedEvent");

const HoldConfirmed = event({
  kind: "hold.confirmed",
  description: "A hold, or a part of it, became a sale.",
  fields: {
    ...holdFields,
    lines: Lines.meta({ description: "What was sold." }),
    returned: Lines.optional().meta({
      description: "What was given back because only a part was sold; missing where nothing was.",
    }),
  },
  example: { ...holdExample, reference: "basket-42", ...linesExample },
}).openapi("HoldConfirmedEvent");

const HoldReleased = event({
  kind: "hold.released",
  description: "A hold was given up.",
  fields: { ...holdFields, ...givenBack },
  example: { ...holdExample, ...linesExample },
}).openapi("HoldReleasedEvent");

const HoldExpired = event({
  kind: "hold.expired",
  description:
    "The time of a hold was over and its units were given back. It had ended at its `expires_at`; `at` is when the " +
    "units were put back in the books, which may be later.",
  fields: { ...holdFields, ...givenBack },
  example: { ...holdExample, ...linesExample },
}).openapi("HoldExpiredEvent");

const StockAdjusted = event({
  kind: "stock.adjusted",
  description: "What is on hand was set.",
  fields: {
    ...lineFields,
    on_hand_before: OnHand.meta({
      description:
        "Units on hand before, as the place had it; below 0 while units that were sold are owed. With several " +
        "partitions, units of a cart may leave their place just after the `hold.confirmed` that tells of their sale.",
    }),
    on_hand_after: OnHand,
    reason: z.string().meta({ description: "Why, as the adjustment said.", example: "received" }),
    reference: Reference,
  },
  example: { ...lineExample, on_hand_before: 500, on_hand_after: 620, reason: "received" },
}).openapi("StockAdjustedEvent");

const StockTransferred = event({
  kind: "stock.transferred",
  description: "Units went from one location to another.",
  fields: { sku: Sku, from: Location, to: Location, quantity: Quantity },
  example: { sku: "SKU000001", from: "online", to: "store:STORE_PUNE", quantity: 5 },
}).openapi("StockTransferredEvent");

const StockSold = event({
  kind: "stock.sold",
  description: "Units were sold without a hold.",
  fields: { ...lineFields, quantity: Quantity },
  example: { ...lineExample, quantity: 2 },
}).openapi("StockSoldEvent");

const StockLow = event({
  kind: "stock.low",
  description: "What is available fell to the threshold or below it.",
  fields: { ...lineFields, available: Units },
  example: { ...lineExample, available: 10 },
}).openapi("StockLowEvent");

const StockOut = event({
  kind: "stock.out",
  description: "Nothing is available any more.",
  fields: { ...lineFields, available: Units },
  example: { ...lineExample, available: 0 },
}).openapi("StockOutEvent");

const StockBack = event({
  kind: "stock.back",
  description: "Something is available again.",
  fields: { ...lineFields, available: Units },
  example: { ...lineExample, available: 3 },
}).openapi("StockBackEvent");

const StockRepaired = event({
  kind: "stock.repaired",
  description: "What was recorded as held was set to what the active holds add up to.",
  fields: { ...lineFields, held_before: z.int(), held_after: Units },
  example: { ...lineExample, held_before: 5, held_after: 3 },
}).openapi("StockRepairedEvent");

export const EVENT_EXAMPLE = {
  ...COMMON_EXAMPLE,
  kind: "stock.sold" as const,
  ...lineExample,
  quantity: 2,
};

export const Event = z.discriminatedUnion("kind", [
  HoldCreated,
  HoldExtended,
  HoldConfirmed,
  HoldReleased,
  HoldExpired,
  StockAdjusted,
  StockTransferred,
  StockSold,
  StockLow,
  StockOut,
  StockBack,
  StockRepaired,
]).meta({
  description: "Something that happened; `kind` says what, and which fields there are.",
  example: EVENT_EXAMPLE,
}).openapi("Event");

export type Event = z.infer<typeof Event>;

// What happened: one kind of event for each thing that a commit can record.
import { createRoute, z } from "@hono/zod-openapi";
import { HoldId, Instant, Line, Location, Quantity, Sku, Units } from "./fields.ts";
import { queryProblems } from "./operations.ts";

export const EventId = z.string().regex(/^[A-Za-z0-9_-]{1,512}$/, "must be an event id").meta({
  description: "Names one event and the place right behind it; to be passed on, never read.",
  example: "MTc2NzIyNTYwMDAwMC0wLjE",
});

const Reference = z.string().optional().meta({
  description: "What the caller called it; missing where nothing was said.",
  example: "basket-42",
});
const Lines = z.array(Line);

const HOLD_ID = "hold-7d9f6b1e-3c58-4d0a-9a51-0f4d7f1f6a2b";
const COMMON_EXAMPLE = { id: "MTc2NzIyNTYwMDAwMC0wLjE", at: "2026-11-22T10:30:00.000Z" };
const LINES_EXAMPLE = [{ sku: "SKU000001", quantity: 3, location: "online" }];

/** An event of these kinds: what all events have, and `fields`. */
function event<const Kind extends string, Fields extends z.ZodRawShape>(
  name: string,
  kind: Kind,
  description: string,
  fields: Fields,
  example: Record<string, unknown>,
) {
  return z.object({
    id: EventId,
    kind: z.literal(kind),
    at: Instant.meta({ description: "When it was committed, by Redis' clock." }),
    ...fields,
  }).meta({ description, example: { ...COMMON_EXAMPLE, kind, ...example } }).openapi(name);
}

const lineFields = { sku: Sku, location: Location };
const lineExample = { sku: "SKU000001", location: "online" };
const endFields = {
  hold_id: HoldId,
  reference: Reference,
  lines: Lines.meta({ description: "What was given back." }),
};
const endExample = { hold_id: HOLD_ID, lines: LINES_EXAMPLE };
const levelFields = { ...lineFields, available: Units };

const HoldCreated = event("HoldCreatedEvent", "hold.created", "Units were set aside.", {
  hold_id: HoldId,
  expires_at: Instant,
  reference: Reference,
  lines: Lines.meta({ description: "What is held." }),
}, { hold_id: HOLD_ID, expires_at: "2026-11-22T10:35:00.000Z", lines: LINES_EXAMPLE });

const HoldExtended = event("HoldExtendedEvent", "hold.extended", "A hold was given more time.", {
  hold_id: HoldId,
  expires_at: Instant,
  reference: Reference,
}, { hold_id: HOLD_ID, expires_at: "2026-11-22T10:40:00.000Z" });

const HoldConfirmed = event("HoldConfirmedEvent", "hold.confirmed", "A hold became a sale.", {
  hold_id: HoldId,
  reference: Reference,
  lines: Lines.meta({ description: "What was sold." }),
  returned: Lines.optional().meta({
    description: "What was given back because only a part was sold; missing where nothing was.",
  }),
}, { hold_id: HOLD_ID, reference: "basket-42", lines: LINES_EXAMPLE });

const HoldReleased = event(
  "HoldReleasedEvent",
  "hold.released",
  "A hold was given up.",
  endFields,
  endExample,
);

const HoldExpired = event(
  "HoldExpiredEvent",
  "hold.expired",
  "The time of a hold was over and its units were given back.",
  endFields,
  endExample,
);

const StockAdjusted = event("StockAdjustedEvent", "stock.adjusted", "What is on hand was set.", {
  ...lineFields,
  on_hand_before: Units,
  on_hand_after: Units,
  reason: z.string().meta({ description: "Why, as the adjustment said.", example: "received" }),
  reference: Reference,
}, { ...lineExample, on_hand_before: 500, on_hand_after: 620, reason: "received" });

const StockTransferred = event(
  "StockTransferredEvent",
  "stock.transferred",
  "Units went from one location to another.",
  { sku: Sku, from: Location, to: Location, quantity: Quantity },
  { sku: "SKU000001", from: "online", to: "store:STORE_PUNE", quantity: 5 },
);

const StockSold = event("StockSoldEvent", "stock.sold", "Units were sold without a hold.", {
  ...lineFields,
  quantity: Quantity,
}, { ...lineExample, quantity: 2 });

const StockLow = event(
  "StockLowEvent",
  "stock.low",
  "What is available fell to the threshold or below it.",
  levelFields,
  { ...lineExample, available: 10 },
);

const StockOut = event("StockOutEvent", "stock.out", "Nothing is available any more.", levelFields, {
  ...lineExample,
  available: 0,
});

const StockBack = event(
  "StockBackEvent",
  "stock.back",
  "Something is available again.",
  levelFields,
  { ...lineExample, available: 3 },
);

const StockRepaired = event(
  "StockRepairedEvent",
  "stock.repaired",
  "What was recorded as held was set to what the active holds add up to.",
  { ...lineFields, held_before: z.int(), held_after: Units },
  { ...lineExample, held_before: 5, held_after: 3 },
);

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
  example: { ...COMMON_EXAMPLE, kind: "stock.sold", ...lineExample, quantity: 2 },
}).openapi("Event");

export type Event = z.infer<typeof Event>;

export const EventPage = z.object({
  items: z.array(Event).meta({ description: "In the order in which they happened." }),
  next: EventId.meta({ description: "The `after` of the next page, also when this one is empty." }),
  has_more: z.boolean().meta({
    description:
      "Whether this page ended before the newest event was reached: ask again at once. With `sku` a page may " +
      "be empty and yet have more behind it.",
  }),
  truncated: z.boolean().meta({
    description:
      "Whether events behind `after` may be missing because they are kept no longer. Look at the stock anew.",
  }),
}).meta({
  description: "Some of what happened.",
  example: {
    items: [{ ...COMMON_EXAMPLE, kind: "stock.sold", ...lineExample, quantity: 2 }],
    next: COMMON_EXAMPLE.id,
    has_more: false,
    truncated: false,
  },
}).openapi("EventPage");

export const MAX_EVENTS_PER_PAGE = 1000;

const Limit = z.string().regex(/^\d{1,4}$/, "must be a whole number").transform(Number)
  .pipe(z.int().min(1).max(MAX_EVENTS_PER_PAGE)).default(100)
  .openapi({
    type: "integer",
    minimum: 1,
    maximum: MAX_EVENTS_PER_PAGE,
    default: 100,
    pattern: undefined,
    description: "The most events to answer. A feed has no use for it.",
  });

export const getEvents = createRoute({
  method: "get",
  path: "/events",
  operationId: "getEvents",
  tags: ["Events"],
  summary: "Learn what happened",
  description:
    "Call this to keep up with stock and holds. As JSON it answers a page: pass `next` as `after` to go on, and " +
    "leave `after` out to begin with the oldest that is kept (about 100,000 commits). With " +
    "`Accept: text/event-stream` it is a live feed of server-sent events, from now on or behind `Last-Event-ID` or " +
    "`after`: `event` is the kind, `data` the event; `event: truncated` says that some may be missing.",
  security: [],
  request: {
    query: z.object({
      after: EventId.optional().meta({ description: "Answer what happened behind this event." }),
      sku: Sku.optional().meta({ description: "Only what touches this SKU." }),
      limit: Limit,
    }),
    headers: z.object({
      "last-event-id": z.string().optional().meta({
        description: "For a feed: as `after`, and before it. Browsers send it to resume.",
      }),
    }),
  },
  responses: {
    200: {
      description: "What happened.",
      content: {
        "application/json": { schema: EventPage },
        "text/event-stream": {
          schema: z.string().meta({
            description: "Server-sent events without end.",
            example: `id: ${COMMON_EXAMPLE.id}\nevent: stock.sold\ndata: {...}\n\n`,
          }),
        },
      },
    },
    ...queryProblems("validation_failed"),
  },
});

// What happened, as pages and as a live feed.
import { createRoute, z } from "@hono/zod-openapi";
import { Event, EVENT_EXAMPLE, EventId } from "./event_kinds.ts";
import { Sku } from "./fields.ts";
import { queryProblems, withAccess } from "./operations.ts";

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
    items: [EVENT_EXAMPLE],
    next: EVENT_EXAMPLE.id,
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

export const getEvents = withAccess(
  "read",
  createRoute({
    method: "get",
    path: "/events",
    operationId: "getEvents",
    tags: ["Events"],
    summary: "Learn what happened",
    description:
      "Call this to keep up with stock and holds. As JSON it answers a page: pass `next` as `after` to go on, and " +
      "leave `after` out to begin with the oldest that is kept (about 20,000 commits). With " +
      "`Accept: text/event-stream` it is a live feed of server-sent events, from now on or behind `Last-Event-ID` or " +
      "`after`: `event` is the kind, `data` the event; `event: truncated` says that some may be missing.",
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
              example: `id: ${EVENT_EXAMPLE.id}\nevent: stock.sold\ndata: {...}\n\n`,
            }),
          },
        },
      },
      ...queryProblems("validation_failed"),
    },
  }),
);

import type { OpenAPIHono } from "@hono/zod-openapi";
import { accepts } from "hono/accepts";
import * as contract from "../contract/events.ts";
import type { AppContext, AppEnv } from "../http/context.ts";
import type { LiveFeeds } from "../http/live_feeds.ts";
import { problem, refuseField } from "../http/problems.ts";
import { endOfEvents, readEvents } from "../store/events/events.ts";
import { decodePosition, encodePosition, type Position } from "../store/events/positions.ts";
import { EventsTail } from "../store/events/tail.ts";
import type { Store } from "../commits/store.ts";
import { eventFeed } from "./event_feed.ts";

const FEED = "text/event-stream";
const FEED_HEADERS = {
  "content-type": FEED,
  "cache-control": "no-store",
  "x-accel-buffering": "no", // or a proxy would keep events back
  vary: "Accept",
};
const NEVER = new AbortController().signal;

export function mountEvents(
  app: OpenAPIHono<AppEnv>,
  store: Store,
  feeds: LiveFeeds,
  stopping: AbortSignal = NEVER,
): void {
  const tail = new EventsTail(store);

  app.openapi(contract.getEvents, async (c) => {
    const { after, sku, limit } = c.req.valid("query");
    const isFeed = accepts(c, {
      header: "Accept",
      supports: ["application/json", FEED],
      default: "application/json",
    }) === FEED;
    const lastEventId = isFeed && c.req.valid("header")["last-event-id"];
    const given = lastEventId || after;
    const position = given === undefined ? undefined : decodePosition(given, store.partitions);
    if (given !== undefined && !position) return refusePosition(c, Boolean(lastEventId));
    if (!isFeed) {
      const page = await readEvents(store, position, { limit, sku });
      return c.json(
        {
          items: page.items,
          next: encodePosition(page.next),
          has_more: page.hasMore,
          truncated: page.truncated,
        },
        200,
        { vary: "Accept" },
      );
    }
    return await answerFeed(c, position, sku);
  });

  async function answerFeed(c: AppContext, position?: Position, sku?: string) {
    if (c.req.method === "HEAD") return c.body("", 200, FEED_HEADERS); // nobody would read the feed, nor end it
    const after = position ?? await endOfEvents(store);
    // It was answered meanwhile: nobody would read this feed, nor end it, and its place would never come back.
    if (c.get("deadline").isOver) return problem(c, "store_unavailable");
    const onEnd = feeds.take(c);
    if (typeof onEnd === "string") return problem(c, "overloaded", { detail: onEnd });
    const feed = eventFeed({ store, tail, after, sku, stopping, onEnd });
    return c.body(feed, 200, FEED_HEADERS);
  }
}

function refusePosition(c: AppContext, inHeader: boolean) {
  const detail = "must be an event id or a `next` as this service gave it";
  return inHeader
    ? refuseField(c, "header", "/last-event-id", detail)
    : refuseField(c, "query", "/after", detail);
}

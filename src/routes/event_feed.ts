// The live feed: server-sent events, read from the store only as fast as the client takes them.
import type { Event } from "../contract/event_kinds.ts";
import { readEvents } from "../store/events/events.ts";
import { encodePosition, type Position } from "../store/events/positions.ts";
import type { EventsTail } from "../store/events/tail.ts";
import { StoreFault } from "../redis/faults.ts";
import type { Store } from "../commits/store.ts";

export interface FeedOptions {
  store: Store;
  tail: EventsTail;
  after: Position;
  sku?: string;
  /** When it aborts, the feed ends. It ends as well when the client goes, which cancels the stream. */
  stopping: AbortSignal;
  /** Called once, when the feed has ended, however it did. */
  onEnd?(): void;
  heartbeatMs?: number;
}

const EVENTS_PER_READ = 100;
const HEARTBEAT_MS = 15_000;
const RECONNECT_AFTER_MS = 1000;

/**
 * Makes the body of a feed. It holds no more than one page: the next is read when this one has been taken, so
 * a slow reader costs a position. When Redis is lost the feed ends, and clients come back by themselves.
 */
export function eventFeed(options: FeedOptions): ReadableStream<Uint8Array> {
  const ended = new AbortController();
  if (options.onEnd) ended.signal.addEventListener("abort", options.onEnd);
  options.stopping.addEventListener("abort", () => ended.abort(), { signal: ended.signal });
  if (options.stopping.aborted) ended.abort();
  const messages = feedMessages(options, ended.signal);
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { value, done } = await messages.next();
        if (!done) return controller.enqueue(encoder.encode(value));
        controller.close();
      } catch (fault) {
        if (fault instanceof StoreFault) controller.close();
        else controller.error(fault);
      }
      ended.abort();
    },
    cancel: () => ended.abort(),
  }, { highWaterMark: 0 });
}

/** What the feed says, a text at a time, until `ended`. */
async function* feedMessages(options: FeedOptions, ended: AbortSignal): AsyncGenerator<string> {
  const { store, tail, sku, heartbeatMs = HEARTBEAT_MS } = options;
  let position = options.after;
  // An id alone makes the client resume from here, although nothing has happened yet.
  const at = (place: Position) => `id: ${encodePosition(place)}\n\n`;
  yield `retry: ${RECONNECT_AFTER_MS}\n${at(position)}`;
  let spokeAtMs = performance.now();
  while (!ended.aborted) {
    const page = await readEvents(store, position, { limit: EVENTS_PER_READ, sku });
    position = page.next;
    // Whoever resumes behind this gets all that is still kept, and is not told again.
    const gap = page.truncated
      ? `event: truncated\ndata: {"truncated":true}\n${at(page.start)}`
      : "";
    const text = gap + page.items.map(message).join("");
    const silentForMs = performance.now() - spokeAtMs;
    if (text !== "") yield text;
    else if (silentForMs >= heartbeatMs) yield `: nothing new\n${at(position)}`;
    else {
      if (!page.hasMore) await tail.wait(position, heartbeatMs - silentForMs, ended);
      continue;
    }
    spokeAtMs = performance.now();
  }
}

function message(event: Event): string {
  return `id: ${event.id}\nevent: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`;
}

// What a caller makes of the stock who knows nothing but the events.
import assert from "node:assert/strict";
import type { Event } from "../../src/contract/event_kinds.ts";
import type { Store } from "../../src/commits/store.ts";
import { readEvents } from "../../src/store/events/events.ts";
import type { Position } from "../../src/store/events/positions.ts";
import type { HeldLine } from "../../src/store/holds/lines.ts";

/** All that happened, in the order in which callers are told of it. */
export async function allEvents(store: Store): Promise<Event[]> {
  const events: Event[] = [];
  let after: Position | undefined;
  while (true) {
    const page = await readEvents(store, after, { limit: 1000 });
    events.push(...page.items);
    if (!page.hasMore) return events;
    after = page.next;
  }
}

/** What all events together make of each line; what one says was there before is what those before it made. */
export function replay(events: Event[]): Map<string, { onHand: number; held: number }> {
  const sums = new Map<string, { onHand: number; held: number }>();
  const change = (lines: HeldLine[], onHand: number, held: number) => {
    for (const { sku, location, quantity } of lines) {
      const sum = sums.getOrInsertComputed(`${sku} ${location}`, () => ({ onHand: 0, held: 0 }));
      sum.onHand += onHand * quantity;
      sum.held += held * quantity;
    }
  };
  for (const event of events) {
    switch (event.kind) {
      case "hold.created":
        change(event.lines, 0, 1);
        break;
      case "hold.released":
      case "hold.expired":
        change(event.lines, 0, -1);
        break;
      case "hold.confirmed":
        change(event.lines, -1, -1);
        change(event.returned ?? [], 0, -1);
        break;
      case "stock.sold":
        change([event], -1, 0);
        break;
      case "stock.adjusted": {
        const { sku, location, on_hand_before, on_hand_after } = event;
        const { onHand = 0 } = sums.get(`${sku} ${location}`) ?? {};
        assert.equal(on_hand_before, onHand, `before ${JSON.stringify(event)}`);
        change([{ sku, location, quantity: on_hand_after - on_hand_before }], 1, 0);
        break;
      }
      case "stock.transferred": {
        const { sku, from, to, quantity } = event;
        change([{ sku, location: from, quantity }], -1, 0);
        change([{ sku, location: to, quantity }], 1, 0);
      }
    }
  }
  return sums;
}

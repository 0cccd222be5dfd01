// A client of the live feed, which takes messages when it is told to and not before.
import assert from "node:assert/strict";

export interface FeedMessage {
  id?: string;
  event?: string;
  // deno-lint-ignore no-explicit-any -- what an event holds is for the test to say
  data?: any;
}

export interface FeedReader {
  /** The next message that says something; undefined when the feed has ended. */
  next(): Promise<FeedMessage | undefined>;
  /** The id that the client would resume from. */
  lastEventId(): string | undefined;
  /** Everything that came, as text. */
  text(): string;
  leave(): Promise<void>;
}

export function readFeed(response: Response): FeedReader {
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  const reader = response.body!.getReader();
  const decoder = new TextDecoder();
  let [all, rest] = ["", ""];
  let lastEventId: string | undefined;
  const next = async (): Promise<FeedMessage | undefined> => {
    while (true) {
      const end = rest.indexOf("\n\n");
      if (end >= 0) {
        const fields = rest.slice(0, end).split("\n").map((line) => line.split(/: (.*)/, 2));
        rest = rest.slice(end + 2);
        const { id, event, data } = Object.fromEntries(fields);
        lastEventId = id ?? lastEventId;
        if (data !== undefined) return { id, event, data: JSON.parse(data) };
        continue;
      }
      const { value, done } = await reader.read();
      if (done) return undefined;
      const text = decoder.decode(value, { stream: true });
      [all, rest] = [all + text, rest + text];
    }
  };
  return { next, lastEventId: () => lastEventId, text: () => all, leave: () => reader.cancel() };
}

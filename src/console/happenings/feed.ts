// The live feed: read with fetch, since an EventSource cannot carry a key; comes back by itself, from where it was.
import type { Event } from "../../contract/event_kinds.ts";
import { access, keyHeaders, onKeyChange, sawInstant, serverNow, wantKey } from "../api.ts";
import { changed } from "../screen.ts";

/** `refused`: the key is missing, or not good for the feed. */
type State = "connecting" | "live" | "cut off" | "refused";

export const feed = {
  state: "connecting" as State,
  /** Since when it is cut off, by this machine's clock. */
  cutOffAtMs: 0,
  retryAtMs: 0,
  /** How far the last event was behind the server's clock when it came. */
  lagMs: 0,
  lastEventAtMs: 0,
  /** When it was found that events are missing, kept no longer when we asked for them; 0 for never. */
  missedAtMs: 0,
};

const SILENCE_MS = 40_000; // the service says something every 15 s
const BACKOFF_MS = [500, 1000, 2000, 4000, 8000];

interface Listener {
  event(event: Event, atMs: number): void;
  /** Connected anew and maybe not from where it was: what is shown must be read again. */
  restarted(): void;
}

let lastId = "";
let isAfresh = true;
let wake = () => {};
let watch = new AbortController();

export async function runFeed(listener: Listener): Promise<never> {
  onKeyChange(() => (watch.abort(), wake())); // what one key has opened is not for another to read
  addEventListener("online", () => wake());
  for (let failures = 0;;) {
    const connectedAt = performance.now();
    if (feed.state === "refused") feed.state = "connecting"; // with another key by now
    try {
      await readOnce(listener);
    } catch {
      // The network's reasons are told by the state alone.
    }
    if (feed.state === "live") feed.cutOffAtMs = Date.now();
    const wasRefused = (feed.state as State) === "refused";
    if (performance.now() - connectedAt > 5000) failures = 0;
    const waitMs = BACKOFF_MS[Math.min(failures++, BACKOFF_MS.length - 1)];
    if (!wasRefused) feed.state = "cut off";
    feed.retryAtMs = Date.now() + waitMs;
    changed();
    await new Promise<void>((resolve) => {
      wake = resolve;
      if (!wasRefused) setTimeout(resolve, waitMs);
    });
  }
}

/** One connection, to its end. */
async function readOnce(listener: Listener): Promise<void> {
  watch = new AbortController();
  const { key } = access;
  let silence = setTimeout(() => watch.abort(), SILENCE_MS);
  const resume: Record<string, string> = lastId ? { "last-event-id": lastId } : {};
  try {
    const response = await fetch("/events", {
      headers: { accept: "text/event-stream", ...keyHeaders(), ...resume },
      signal: watch.signal,
      cache: "no-store",
    });
    if (!response.ok) {
      if (response.status === 401) wantKey(key);
      if (response.status === 401 || response.status === 403) feed.state = "refused";
      if (response.status === 422) [lastId, isAfresh, feed.missedAtMs] = ["", true, serverNow()];
      return;
    }
    feed.state = "live";
    if (isAfresh) listener.restarted();
    isAfresh = false;
    changed();
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      clearTimeout(silence);
      silence = setTimeout(() => watch.abort(), SILENCE_MS);
      const messages = (rest + value).split("\n\n");
      rest = messages.pop()!;
      for (const message of messages) take(message, listener);
    }
  } finally {
    clearTimeout(silence);
  }
}

function take(message: string, listener: Listener): void {
  let [id, kind, data] = ["", "", ""];
  for (const line of message.split("\n")) {
    if (line.startsWith("id: ")) id = line.slice(4);
    else if (line.startsWith("event: ")) kind = line.slice(7);
    else if (line.startsWith("data: ")) data = line.slice(6);
  }
  if (kind === "truncated") {
    feed.missedAtMs = serverNow();
    listener.restarted();
  } else if (data) {
    const event = JSON.parse(data) as Event;
    const atMs = Date.parse(event.at);
    sawInstant(atMs);
    feed.lastEventAtMs = atMs;
    feed.lagMs = serverNow() - atMs;
    listener.event(event, atMs);
  }
  if (id) lastId = id; // only now: what was not taken is asked for again
}

// The feed of events.
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Event } from "../../contract/event_kinds.ts";
import { access, serverNow } from "../api.ts";
import { demo } from "../doing/demo.ts";
import { feed } from "./feed.ts";
import { filter, happenings, listed, listedCount, pause, skusOf } from "./happenings.ts";
import { html, type VNode } from "../html.ts";
import { Call, clockTime, count, shortPlace } from "../parts.ts";
import { changedByHand } from "../screen.ts";

const KINDS = [
  ["", "everything"],
  ["hold.", "holds"],
  ["stock.", "stock"],
  ["hold.created", "hold.created"],
  ["hold.extended", "hold.extended"],
  ["hold.confirmed", "hold.confirmed"],
  ["hold.released", "hold.released"],
  ["hold.expired", "hold.expired"],
  ["stock.sold", "stock.sold"],
  ["stock.adjusted", "stock.adjusted"],
  ["stock.transferred", "stock.transferred"],
  ["stock.low", "stock.low"],
  ["stock.out", "stock.out"],
  ["stock.back", "stock.back"],
  ["stock.repaired", "stock.repaired"],
];

const valueOf = (event: globalThis.Event) => (event.target as HTMLInputElement).value;
/** Rows drawn beyond those that can be seen. */
const SPARE = 15;

export function HappeningsPanel(): VNode {
  const { isPaused, missed, sku, kind } = happenings;
  const list = useRef<HTMLDivElement>(null);
  const isEmpty = listedCount() === 0 && feed.state !== "refused";
  const goOn = () => {
    pause(!isPaused);
    if (isPaused) list.current!.scrollTop = 0;
  };
  return html`
    <section class="panel happenings" aria-labelledby="happenings-title">
      <header>
        <h2 id="happenings-title">What happens</h2>
        <${Call} line="GET /events" />
        <button type="button" id="pause" aria-pressed=${isPaused} onClick=${goOn}>
          ${isPaused ? `Go on${missed > 0 ? ` (${count(missed)} new)` : ""}` : "Pause"}
        </button>
        <label><span>SKU</span>
          <input type="search" id="event-sku" maxlength="64" autocomplete="off" spellcheck=${false}
            onInput=${(event: globalThis.Event) =>
              filter({ sku: valueOf(event).trim() })} /></label>
        <label><span>Kind</span>
          <select id="event-kind" onChange=${(event: globalThis.Event) =>
            filter({ kind: valueOf(event) })}>
            ${KINDS.map(([value, label]) => html`<option value=${value}>${label}</option>`)}
          </select></label>
      </header>
      <${Missed} />
      ${feed.state === "refused" &&
        html`<p class="refusal"><b>This needs a key that may read.</b></p>`}
      ${isEmpty &&
        html`<p class="empty">${
          sku || kind
            ? "Nothing of that kind has happened since this page was opened."
            : `Nothing has happened since this page was opened.${
              demo.isOffered ? " Run a sale day, or hold a unit yourself." : ""
            }`
        }</p>`}
      <${EventList} list=${list} />
    </section>
  `;
}

/** All that are kept can be scrolled through, and only those near the place that is seen are drawn. */
function EventList({ list }: { list: { current: HTMLDivElement | null } }): VNode {
  const heightPx = useRef(24);
  const isPausedByScroll = useRef(false);
  const total = listedCount();
  const { scrollTop = 0, clientHeight = 400 } = list.current ?? {};
  const first = Math.floor(scrollTop / heightPx.current) - SPARE;
  const from = Math.max(0, Math.min(first, total - 1));
  const to = Math.min(total, Math.ceil((scrollTop + clientHeight) / heightPx.current) + SPARE);
  useLayoutEffect(() => {
    heightPx.current = list.current!.querySelector("li")?.getBoundingClientRect().height ||
      heightPx.current;
  });
  const onScroll = () => {
    // Who reads further down wants the list to stand still until he is back at its top.
    const isAway = list.current!.scrollTop > 4;
    if (isAway && !happenings.isPaused) {
      isPausedByScroll.current = true;
      pause(true);
    } else if (!isAway && isPausedByScroll.current) {
      isPausedByScroll.current = false;
      pause(false);
    }
    changedByHand();
  };
  const space = {
    paddingTop: `${from * heightPx.current}px`,
    paddingBottom: `${(total - to) * heightPx.current}px`,
  };
  return html`
    <div class="list" ref=${list} tabindex="0" role="region" onScroll=${onScroll}
      aria-label=${`The last ${total} events, newest first`}>
      <ol style=${space}>${listed(from, to).map((event) =>
        html`<${Happening} key=${event.id} event=${event} />`
      )}</ol>
    </div>
  `;
}

function Missed(): VNode | null {
  if (feed.missedAtMs === 0) return null;
  return html`
    <p
      class="refusal missed"><span><b>Some events were missed</b> before ${clockTime(
        feed.missedAtMs,
      )}: they were no longer kept. The rest of the page was read anew.</span>
      <button type="button" class="small" onClick=${() => {
        feed.missedAtMs = 0;
        changedByHand();
      }}>Understood</button></p>
  `;
}

function Happening({ event }: { event: Event }): VNode {
  return html`
    <li>
      <time datetime=${event.at}>${event.at.slice(11, 19)}</time>
      <b class=${`kind ${event.kind.replace(".", "-")}`}>${event.kind}</b>
      <span>${describe(event)}</span>
    </li>
  `;
}

/** One event in one line. */
export function describe(event: Event): string {
  switch (event.kind) {
    case "hold.created":
    case "hold.confirmed":
    case "hold.released":
    case "hold.expired": {
      const [first] = event.lines;
      const more = event.lines.length > 1 ? ` and ${event.lines.length - 1} more` : "";
      const what = first
        ? `${first.quantity} × ${first.sku} ${shortPlace(first.location)}${more}`
        : "";
      return event.reference ? `${what} · ${event.reference}` : what;
    }
    case "hold.extended":
      return `${event.hold_id.slice(0, 13)}… until ${event.expires_at.slice(11, 19)}`;
    case "stock.sold":
      return `${event.quantity} × ${event.sku} ${shortPlace(event.location)}`;
    case "stock.adjusted": {
      const change = event.on_hand_after - event.on_hand_before;
      const signed = change > 0 ? `+${change}` : String(change).replace("-", "−");
      return `${signed} ${event.sku} ${shortPlace(event.location)} · ${event.reason}`;
    }
    case "stock.transferred":
      return `${event.quantity} × ${event.sku} ${shortPlace(event.from)} → ${shortPlace(event.to)}`;
    case "stock.low":
    case "stock.out":
    case "stock.back":
      return `${event.sku} ${shortPlace(event.location)}: ${event.available} available`;
    default:
      return skusOf(event).join(", ");
  }
}

/** How the feed is, in a word and a sign; said aloud when it changes. */
export function FeedState(): VNode {
  const { state, retryAtMs, lastEventAtMs, lagMs } = feed;
  const isBehind = state === "live" && lagMs > 2000 && serverNow() - lastEventAtMs < lagMs + 3000;
  const inSeconds = Math.max(0, Math.ceil((retryAtMs - Date.now()) / 1000));
  const [sign, word] = state === "cut off"
    ? ["✕", "cut off"]
    : state === "refused"
    ? ["✕", access.key ? "not allowed" : "no key"]
    : isBehind
    ? ["◐", "behind"]
    : state === "live"
    ? ["●", "live"]
    : ["○", "connecting"];
  return html`
    <span class=${`feed-state ${word.replace(" ", "-")}`}>
      <span role="status">${sign} ${word}</span>
      ${state === "cut off" && html`<small> · again in ${inSeconds} s</small>`}
      ${isBehind && html`<small> · by ${Math.round(lagMs / 1000)} s</small>`}
    </span>
  `;
}

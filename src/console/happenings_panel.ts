// The feed of events.
import type { Event } from "../contract/event_kinds.ts";
import { serverNow } from "./api.ts";
import { feed } from "./feed.ts";
import { filter, happenings, listed, pause, skusOf } from "./happenings.ts";
import { html, type VNode } from "./html.ts";
import { count, shortPlace } from "./parts.ts";

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

export function HappeningsPanel(): VNode {
  const events = listed();
  const { isPaused, missed } = happenings;
  return html`
    <section class="panel happenings" aria-labelledby="happenings-title">
      <header>
        <h2 id="happenings-title">What happens</h2>
        <button type="button" id="pause" aria-pressed=${isPaused} onClick=${() => pause(!isPaused)}>
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
      ${feed.hasGap &&
        html`<p class="refusal"><b>Some events were missed</b>: they were no longer kept.</p>`}
      ${feed.state === "refused" &&
        html`<p class="refusal"><b>This needs a key that may read.</b></p>`}
      ${events.length === 0 && feed.state !== "refused" &&
        html`<p class="empty">${
          happenings.sku || happenings.kind
            ? "Nothing of that kind has happened since this page was opened."
            : "Nothing has happened since this page was opened."
        }</p>`}
      <ol tabindex="0" aria-label="Events, newest first">
        ${events.map((event) => html`<${Happening} key=${event.id} event=${event} />`)}
      </ol>
    </section>
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
    ? ["✕", "no key"]
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

// The holds that expire next, with a countdown by the server's clock.
import { may } from "../access/access.ts";
import { serverNow } from "../api.ts";
import { type Command, prepare } from "../doing/doing.ts";
import { activeCount, holds, nextToExpire, type ShownHold } from "./holds.ts";
import { html, type VNode } from "../html.ts";
import { Call, count, Refusal, shortPlace, timeLeft } from "../parts.ts";

const SHOWN = 5;
const SIGNS = { confirmed: "✓ confirmed", released: "↩ released", expired: "✕ expired" };

export function HoldsPanel(): VNode {
  const shown = nextToExpire(SHOWN);
  const known = activeCount();
  return html`
    <section class="panel holds" aria-labelledby="holds-title">
      <header>
        <h2 id="holds-title">Holds expiring next</h2>
        <${Call} line="GET /holds" />
        <span class="hint" id="active">${count(known)}${holds.isPartial
          ? " or more"
          : ""} active</span>
      </header>
      ${holds.problem && html`<${Refusal} what="list holds" answer=${holds.problem} />`}
      ${shown.length === 0 && !holds.problem && html`
        <p
          class="empty">Nothing is held now. A hold sets units aside for a while; it counts down here until it is confirmed, released, or expires.</p>
      `}
      <ol>${shown.map((hold) => html`<${HoldRow} key=${hold.hold_id} hold=${hold} />`)}</ol>
    </section>
  `;
}

function HoldRow({ hold }: { hold: ShownHold }): VNode {
  const leftMs = hold.expiresAtMs - serverNow();
  const [first, ...others] = hold.lines;
  const what = `${first.quantity} × ${first.sku} ${shortPlace(first.location)}`;
  const name = hold.hold_id.slice(0, 13);
  const act = (command: Command, label: string) =>
    html`
      <button type="button" class="small" aria-label=${`${label} ${name}`}
        onClick=${() => prepare(command, { hold_id: hold.hold_id })}>${label}</button>
    `;
  return html`
    <li class=${hold.end ? `ended ${hold.end}` : leftMs < 10_000 ? "soon" : ""}>
      <b class="what">${what}${others.length > 0 && ` and ${others.length} more`}</b>
      ${hold.end
        ? html`<span class=${`end badge ${hold.end}`}>${SIGNS[hold.end]}</span>`
        : html`<time class="end" datetime=${new Date(hold.expiresAtMs).toISOString()}>
            ${timeLeft(leftMs)}</time>`}
      <small title=${hold.hold_id}>${name}… · ${hold.reference || "no reference"}</small>
      ${!hold.end && may("hold") && html`<span class="actions">
        ${act("confirm", "Confirm")}${act("extend", "Extend")}${act("release", "Release")}
      </span>`}
    </li>
  `;
}

// One row of the table of stock: a SKU, and a bar a location.
import { Component } from "preact";
import { prepare } from "../doing/doing.ts";
import { html, type VNode } from "../html.ts";
import { count, shortPlace } from "../parts.ts";
import { choose, type Place, placesOf, type Row } from "./stock.ts";
import { soldOf } from "../charts/tally.ts";

const LOW = Number(document.documentElement.dataset.lowStock ?? 10);

interface RowProps {
  row: Row;
  isChosen: boolean;
  mayHold: boolean;
  /** The one row whose buttons the tab key comes to: else nobody would ever come out of a million rows. */
  isInTurn: boolean;
}

/** A row is a new object when something about it has changed; until then it is not drawn again. */
export class StockRow extends Component<RowProps> {
  override shouldComponentUpdate(next: RowProps): boolean {
    return Object.entries(this.props).some(([name, value]) =>
      next[name as keyof RowProps] !== value
    );
  }

  override render({ row, isChosen, mayHold, isInTurn }: RowProps): VNode {
    const places = placesOf(row);
    const held = places.reduce((sum, place) => sum + place.held, 0);
    const tabIndex = isInTurn ? 0 : -1;
    return html`
      <tr class=${isChosen ? "chosen" : ""} data-sku=${row.sku}>
        <th scope="row">
          <button type="button" class="sku" tabindex=${tabIndex} aria-pressed=${isChosen} title="Show its chart"
            onClick=${() => choose(row.sku)}>${row.sku}</button>
          ${mayHold && html`
            <button type="button" class="small" tabindex=${tabIndex} aria-label=${`Hold units of ${row.sku}`}
              onClick=${() => prepare("hold", { sku: row.sku })}>Hold…</button>
          `}
        </th>
        <td class="number" data-label="available">${count(row.total_stock)}</td>
        <td class="number" data-label="held">${count(held)}</td>
        <td class="places">
          <ul>${places.map((place) =>
            html`
              <${Bar} key=${place.location} sku=${row.sku} place=${place}
                owed=${row.oversold?.[place.location] ?? 0} />
            `
          )}</ul>
        </td>
      </tr>
    `;
  }
}

function Bar({ sku, place, owed }: { sku: string; place: Place; owed: number }): VNode {
  const { location, available, held } = place;
  const sold = soldOf(sku, location);
  const all = Math.max(1, available + held + sold);
  const part = (units: number) => ({ width: `${(100 * units) / all}%` });
  const level = available === 0 ? "out" : available <= LOW ? "low" : "fine";
  const said = [
    `${location}: ${available} available`,
    `${held} held`,
    `${sold} sold since opened`,
    owed > 0 ? `${owed} oversold` : "",
  ];
  return html`
    <li class=${`place ${level}`} title=${said.filter(Boolean).join(", ")}>
      <span class="name">${shortPlace(location)}</span>
      <span class="units">
        ${level === "out" ? html`<b class="badge out">✕ out</b>` : null}
        ${level === "low" ? html`<b class="badge low">▼ low</b>` : null}
        ${count(available)}${held > 0 && html`<small> +${count(held)} held</small>`}
        ${owed > 0 && html`<b class="badge out">${count(owed)} owed</b>`}
      </span>
      <span class="bar" aria-hidden="true">
        <i class="available" style=${part(available)}></i><i class="held" style=${part(held)}></i><i
          class="sold" style=${part(sold)}></i>
      </span>
    </li>
  `;
}

// The table of stock: a row a SKU, a bar a location.
import { prepare } from "./doing.ts";
import { html, type VNode } from "./html.ts";
import { count, Refusal, shortPlace } from "./parts.ts";
import {
  choose,
  nextPage,
  type Place,
  placesOf,
  previousPage,
  type Row,
  search,
  stock,
} from "./stock.ts";
import { soldOf } from "./tally.ts";

const LOW = Number(document.documentElement.dataset.lowStock ?? 10);

let searchTimer: ReturnType<typeof setTimeout> | undefined;
function searchSoon(event: Event): void {
  const { value } = event.target as HTMLInputElement;
  clearTimeout(searchTimer);
  searchTimer = setTimeout(() => search(value.trim()), 200);
}

export function StockPanel(): VNode {
  const { rows, problem, isLoading, nextCursor, trail } = stock;
  return html`
    <section class="panel stock" aria-labelledby="stock-title">
      <header>
        <h2 id="stock-title">Stock</h2>
        <ul class="legend" aria-label="Bars">
          <li><i class="key available"></i>available</li>
          <li><i class="key held"></i>held</li>
          <li><i class="key sold"></i>sold since opened</li>
        </ul>
        <label class="search">
          <span>SKU begins with</span>
          <input type="search" id="search" maxlength="64" autocomplete="off" spellcheck=${false}
            placeholder="SKU0000" onInput=${searchSoon} />
        </label>
      </header>
      ${problem ? html`<${Refusal} what="look at the stock" answer=${problem} />` : html`
        <table aria-busy=${isLoading}>
          <thead>
            <tr>
              <th scope="col">SKU</th>
              <th scope="col" class="number">Available</th>
              <th scope="col" class="number">Held</th>
              <th scope="col">Locations</th>
            </tr>
          </thead>
          <tbody>${rows.map((row) => html`<${StockRow} key=${row.sku} row=${row} />`)}</tbody>
        </table>
        ${rows.length === 0 && !isLoading &&
          html`<p class="empty">No SKU begins with “${stock.prefix}”.</p>`}
      `}
      <footer class="pager">
        <button type="button" onClick=${previousPage} disabled=${trail.length ===
          0}>← Previous</button>
        <span>Page ${trail.length + 1}</span>
        <button type="button" onClick=${nextPage} disabled=${!nextCursor}>Next →</button>
      </footer>
    </section>
  `;
}

function StockRow({ row }: { row: Row }): VNode {
  const places = placesOf(row);
  const held = places.reduce((sum, place) => sum + place.held, 0);
  const isChosen = stock.chosen === row.sku;
  return html`
    <tr class=${isChosen ? "chosen" : ""}>
      <th scope="row">
        <button type="button" class="sku" aria-pressed=${isChosen} title="Show its chart"
          onClick=${() => choose(row.sku)}>${row.sku}</button>
        <button type="button" class="small" aria-label=${`Hold units of ${row.sku}`}
          onClick=${() => prepare("hold", { sku: row.sku })}>Hold…</button>
      </th>
      <td class="number" data-label="available">${count(row.total_stock)}</td>
      <td class="number" data-label="held">${count(held)}</td>
      <td class="places">
        <ul>
        ${places.map((place) =>
          html`
            <${Bar} key=${place.location} sku=${row.sku} place=${place}
              owed=${row.oversold?.[place.location] ?? 0} />
          `
        )}
      </ul>
      </td>
    </tr>
  `;
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

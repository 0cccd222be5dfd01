// The table of stock: a row a SKU, a bar a location. It scrolls through all there are and holds a few pages.
import { Component } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { may } from "./access.ts";
import { prepare } from "./doing.ts";
import { html, type VNode } from "./html.ts";
import { Call, count, Refusal, shortPlace } from "./parts.ts";
import { changed } from "./screen.ts";
import {
  choose,
  firstRow,
  loadNext,
  loadPrevious,
  type Place,
  placesOf,
  type Row,
  search,
  shownRows,
  stock,
} from "./stock.ts";
import { soldOf, totals } from "./tally.ts";

const LOW = Number(document.documentElement.dataset.lowStock ?? 10);
/** So near to the end of what is held, more is fetched. */
const NEAR_PX = 300;

let searchTimer: ReturnType<typeof setTimeout> | undefined;
function searchSoon(event: Event): void {
  const { value } = event.target as HTMLInputElement;
  clearTimeout(searchTimer);
  searchTimer = setTimeout(() => search(value.trim()), 200);
}

export function StockPanel(): VNode {
  const { problem, isLoading, prefix } = stock;
  const rows = shownRows();
  const list = useRef<HTMLDivElement>(null);
  const top = useTopRow(list, stock.before);
  return html`
    <section class="panel stock" aria-labelledby="stock-title">
      <header>
        <h2 id="stock-title">Stock</h2>
        <${Call} line="GET /inventory" />
        <span class="hint" id="sold">${count(totals.sold)} sold since opened</span>
        <label class="search">
          <span>SKU begins with</span>
          <input type="search" id="search" maxlength="64" autocomplete="off" spellcheck=${false}
            placeholder="SKU0000" onInput=${searchSoon} />
        </label>
      </header>
      ${problem && html`<${Refusal} what="look at the stock" answer=${problem} />`}
      <div class="rows" ref=${list} tabindex="0" role="region" aria-label="Stock by SKU"
        onScroll=${changed}>
        <table aria-busy=${isLoading}>
          <thead>
            <tr>
              <th scope="col">SKU</th>
              <th scope="col" class="number">Available</th>
              <th scope="col" class="number">Held</th>
              <th scope="col">Locations</th>
            </tr>
          </thead>
          <tbody>${rows.map((row) =>
            html`
              <${StockRow} key=${row.sku} row=${row} mayHold=${may("hold")}
                isChosen=${stock.chosen === row.sku} />
            `
          )}</tbody>
        </table>
        ${rows.length === 0 && !isLoading && !problem &&
          html`<p class="empty">${
            prefix
              ? `No SKU begins with “${prefix}”.`
              : "No SKU yet. Receive the first units below: adjust."
          }</p>`}
      </div>
      <footer>
        <ul class="legend" aria-label="Bars">
          <li><i class="key available"></i>available</li>
          <li><i class="key held"></i>held</li>
          <li><i class="key sold"></i>sold since opened</li>
        </ul>
        <span class="hint">${isLoading
          ? "Reading…"
          : rows.length > 0 && `From no. ${count(firstRow() + top + 1)} in order of SKU`}</span>
        <button type="button" class="small" disabled=${firstRow() + top === 0}
          onClick=${() => goToTop(list.current!)}>↑ First</button>
      </footer>
    </section>
  `;
}

function goToTop(list: HTMLElement): void {
  list.scrollTop = 0;
  search(stock.prefix);
}

/**
 * Keeps the row that is looked at where it is while pages come and go around it, and has more of them fetched
 * near either end. Answers which of the rows is the topmost to be seen.
 */
function useTopRow(list: { current: HTMLDivElement | null }, before: number): number {
  const drawnBefore = useRef(before);
  const anchor = list.current && topRow(list.current);
  useLayoutEffect(() => {
    const box = list.current!;
    if (drawnBefore.current !== before && anchor) {
      const row = box.querySelector<HTMLElement>(`tr[data-sku="${CSS.escape(anchor.sku)}"]`);
      if (row) box.scrollTop = row.offsetTop - anchor.distance;
    }
    drawnBefore.current = before;
    if (box.scrollTop < NEAR_PX) loadPrevious();
    if (box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX) loadNext();
  });
  return anchor?.index ?? 0;
}

function topRow(box: HTMLElement): { sku: string; distance: number; index: number } | undefined {
  const rows = [...box.querySelectorAll<HTMLElement>("tbody tr")];
  const headHeight = box.querySelector<HTMLElement>("thead")?.offsetHeight ?? 0;
  const index = rows.findIndex((row) =>
    row.offsetTop + row.offsetHeight > box.scrollTop + headHeight
  );
  const row = rows[index];
  return row && { sku: row.dataset.sku!, distance: row.offsetTop - box.scrollTop, index };
}

interface RowProps {
  row: Row;
  isChosen: boolean;
  mayHold: boolean;
}

/** A row is a new object when something about it has changed; until then it is not drawn again. */
class StockRow extends Component<RowProps> {
  override shouldComponentUpdate(next: RowProps): boolean {
    const { row, isChosen, mayHold } = this.props;
    return next.row !== row || next.isChosen !== isChosen || next.mayHold !== mayHold;
  }

  override render({ row, isChosen, mayHold }: RowProps): VNode {
    const places = placesOf(row);
    const held = places.reduce((sum, place) => sum + place.held, 0);
    return html`
      <tr class=${isChosen ? "chosen" : ""} data-sku=${row.sku}>
        <th scope="row">
          <button type="button" class="sku" aria-pressed=${isChosen} title="Show its chart"
            onClick=${() => choose(row.sku)}>${row.sku}</button>
          ${mayHold && html`
            <button type="button" class="small" aria-label=${`Hold units of ${row.sku}`}
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

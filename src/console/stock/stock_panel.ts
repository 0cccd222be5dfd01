// The table of stock: a row a SKU, a bar a location. It scrolls through all there are and holds a few pages.
import { useLayoutEffect, useRef } from "preact/hooks";
import { may } from "../access/access.ts";
import { html, type VNode } from "../html.ts";
import { Call, count, Refusal } from "../parts.ts";
import { changed, changedByHand } from "../screen.ts";
import { firstRow, loadNext, loadPrevious, search, shownRows, stock } from "./stock.ts";
import { StockRow } from "./stock_row.ts";
import { totals } from "../charts/tally.ts";

/** So near to the end of what is held, more is fetched. */
const NEAR_PX = 300;

let searchTimer: ReturnType<typeof setTimeout> | undefined;
function searchSoon(event: Event): void {
  const { value } = event.target as HTMLInputElement;
  clearTimeout(searchTimer);
  searchTimer = setTimeout(() => search(value.trim()), 200);
}

/** The SKU whose row had the focus last. */
let focused = "";

function noteFocus({ target }: Event): void {
  focused = (target as HTMLElement).closest("tr")?.dataset.sku ?? focused;
  changedByHand();
}

/** Within the rows, up and down go to the same button of the next one; on the list itself they scroll. */
function goToRow(event: KeyboardEvent): void {
  const row = (event.target as HTMLElement).closest("tbody tr");
  if (!row || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
  event.preventDefault();
  const next = event.key === "ArrowDown" ? row.nextElementSibling : row.previousElementSibling;
  next?.querySelector<HTMLElement>(`button.${(event.target as HTMLElement).className}`)?.focus();
}

export function StockPanel(): VNode {
  const { problem, isLoading, prefix } = stock;
  const rows = shownRows();
  const list = useRef<HTMLDivElement>(null);
  const top = useTopRow(list, stock.before);
  const inTurn = rows.some(({ sku }) => sku === focused) ? focused : rows[top]?.sku;
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
      <div class="rows" ref=${list} tabindex="0" role="region" onScroll=${changed}
        aria-label="Stock by SKU: up and down go from row to row" onFocusIn=${noteFocus}
        onKeyDown=${goToRow}>
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
                isChosen=${stock.chosen === row.sku} isInTurn=${row.sku === inTurn} />
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

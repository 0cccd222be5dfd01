// The page: what is read at the start, what follows the feed, and how it is drawn.
import { render } from "preact";
import { access, readClock, serverNow, setKey } from "./api.ts";
import { ChartsPanel } from "./charts_panel.ts";
import { demo, offerDemo, startDemo, stopDemo } from "./demo.ts";
import { DoingPanel } from "./doing_panel.ts";
import { runFeed } from "./feed.ts";
import { FeedState, HappeningsPanel } from "./happenings_panel.ts";
import { noteHappening } from "./happenings.ts";
import { activeCount, holds, loadHolds, noteHold, tidyHolds } from "./holds.ts";
import { HoldsPanel } from "./holds_panel.ts";
import { html, type VNode } from "./html.ts";
import { KeyPanel } from "./key_panel.ts";
import { runMetrics } from "./metrics.ts";
import { clockTime, count } from "./parts.ts";
import { changed, drawWith } from "./screen.ts";
import { onKeyChange } from "./api.ts";
import { loadStock, noteStock } from "./stock.ts";
import { StockPanel } from "./stock_panel.ts";
import { done, tally, totals } from "./tally.ts";

function DemoButton(): VNode | null {
  if (!demo.isOffered) return null;
  const seconds = Math.max(0, Math.ceil((demo.endsAtMs - Date.now()) / 1000));
  return demo.isRunning
    ? html`<button type="button" id="demo" onClick=${() =>
      stopDemo()}>■ Stop the sale day (${seconds} s)</button>`
    : html`
      <button type="button" id="demo" class="primary" onClick=${startDemo}
        title="A minute of buyers who hold, pay, give up or forget, on the demo catalogue">▶ Run a sale day</button>
    `;
}

function Figure({ name, value }: { name: string; value: string }): VNode {
  return html`
    <div>
      <dt>${name}</dt>
      <dd>${value}</dd>
    </div>
  `;
}

function Console(): VNode {
  const now = serverNow();
  return html`
    <a class="skip" href="#stock-title">Skip to the stock</a>
    <header class="top">
      <h1>Inventory Agent</h1>
      <${FeedState} />
      <time class="clock" title="The server's clock, UTC" datetime=${new Date(now)
        .toISOString()}>${clockTime(now)} UTC</time>
      <nav aria-label="Elsewhere">
        <a href="/docs">API docs</a><a href="/openapi.json">OpenAPI</a>
        ${access.key &&
          html`<button type="button" class="small" onClick=${() =>
            setKey("")}>Forget the key</button>`}
      </nav>
      <${DemoButton} />
    </header>
    <main>
      <${KeyPanel} />
      ${demo.message &&
        html`<p class="notice" role="status">Sale day: ${demo.message} ${
          count(demo.buyers)
        } buyers came.</p>`}
      <dl class="figures">
        <${Figure} name="operations a second" value=${done.rate(Math.floor(now / 1000)).toFixed(
          1,
        )} />
        <${Figure} name="active holds" value=${count(activeCount()) +
          (holds.isPartial ? "+" : "")} />
        <${Figure} name="units sold since opened" value=${count(totals.sold)} />
        <${Figure} name="refusals met by this page" value=${count(totals.refused)} />
      </dl>
      <div class="columns">
        <${StockPanel} />
        <div class="side"><${HoldsPanel} /><${HappeningsPanel} /></div>
      </div>
      <${ChartsPanel} />
      <${DoingPanel} />
    </main>
  `;
}

function readAll(): void {
  readClock();
  loadStock();
  loadHolds();
  offerDemo();
}

const place = document.getElementById("console")!;
place.textContent = "";
drawWith(() => render(html`<${Console} />`, place));
onKeyChange(readAll);
readAll();
runFeed({
  event(event, atMs) {
    tally(event, atMs);
    noteHappening(event);
    noteHold(event);
    noteStock(event);
    changed();
  },
  restarted() {
    loadStock();
    loadHolds();
  },
});
if ("metrics" in document.documentElement.dataset) runMetrics();
setInterval(readClock, 60_000);
setInterval(() => {
  tidyHolds();
  changed(); // countdowns and clocks move by themselves
}, 250);

// The page: what is read at the start, what follows the feed, and how it is drawn.
import { render } from "preact";
import { readAccess } from "./access/access.ts";
import { access, onKeyChange, readClock, serverNow, setKey } from "./api.ts";
import { ChartsPanel } from "./charts/charts_panel.ts";
import { askDemo, demo, offerDemo, startDemo, stopDemo } from "./doing/demo.ts";
import { DoingPanel } from "./doing/doing_panel.ts";
import { runFeed } from "./happenings/feed.ts";
import { FeedState, HappeningsPanel } from "./happenings/happenings_panel.ts";
import { forgetHappenings, noteHappening } from "./happenings/happenings.ts";
import { loadHolds, noteHold, tidyHolds } from "./holds/holds.ts";
import { HoldsPanel } from "./holds/holds_panel.ts";
import { html, type VNode } from "./html.ts";
import { KeyPanel } from "./access/key_panel.ts";
import { noteLevel, watchLevels } from "./charts/levels.ts";
import { metrics, runMetrics } from "./charts/metrics.ts";
import { clockTime, count } from "./parts.ts";
import { changed, drawWith } from "./screen.ts";
import { loadStock, noteStock, stock } from "./stock/stock.ts";
import { StockPanel } from "./stock/stock_panel.ts";
import { tally } from "./charts/tally.ts";

function DemoButton(): VNode | null {
  if (!demo.isOffered) return null;
  const seconds = Math.max(0, Math.ceil((demo.endsAtMs - Date.now()) / 1000));
  if (demo.isRunning) {
    return html`<button type="button" id="demo" onClick=${() =>
      stopDemo()}>■ Stop the sale day (${seconds} s)</button>`;
  }
  return html`
    <button type="button" id="demo" class="primary" onClick=${startDemo}
      title="A minute of buyers who hold, pay, give up or forget">▶ Run a sale day</button>
  `;
}

function DemoMessage(): VNode | null {
  const { isAsking, message, buyers } = demo;
  if (isAsking) {
    return html`
      <p class="notice asking"><span role="alert"><b>This is not the demo catalogue.</b> A sale day
        would sell real units of the first SKUs. Sure?</span>
        <button type="button" class="danger" onClick=${startDemo}>Yes, sell them</button>
        <button type="button" onClick=${() => askDemo(false)}>No</button></p>
    `;
  }
  return message
    ? html`<p class="notice" role="status">Sale day: ${message} ${count(buyers)} buyers came.</p>`
    : null;
}

function Panels(): VNode {
  return html`
    <${DemoMessage} />
    <${ChartsPanel} />
    <div class="columns">
      <${StockPanel} />
      <div class="side">
        <${HoldsPanel} />
        <${HappeningsPanel} />
      </div>
    </div>
    <${DoingPanel} />
  `;
}

function Console(): VNode {
  const now = serverNow();
  const isShut = access.isWanted && stock.problem?.status === 401; // nothing to see without a key
  return html`
    ${!isShut && html`<a class="skip" href="#stock-title">Skip to the stock</a>`}
    <header class="top">
      <h1>Inventory Agent</h1>
      <${FeedState} />
      <time class="clock" title="The server's clock, UTC" datetime=${new Date(now)
        .toISOString()}>${clockTime(now)} UTC</time>
      <nav aria-label="Elsewhere">
        <a href="/docs">API docs</a><a href="/docs/guide">Guide</a><a href="/openapi.json">OpenAPI</a>
        ${access.key &&
          html`<button type="button" class="small" onClick=${() =>
            setKey("")}>Forget the key</button>`}
      </nav>
      <${DemoButton} />
    </header>
    <main>
      <${KeyPanel} />
      ${!isShut && html`<${Panels} />`}
    </main>
  `;
}

async function readAll(): Promise<void> {
  readClock();
  loadStock();
  loadHolds();
  await readAccess();
  await offerDemo();
}

/** With another key, or none, nothing is left of what the one before was shown. */
function beginAnew(): void {
  stopDemo("");
  forgetHappenings();
  stock.chosen = "";
  watchLevels("");
  readAll();
}

const place = document.getElementById("console")!;
place.textContent = "";
drawWith(() => render(html`<${Console} />`, place));
onKeyChange(beginAnew);
readAll();
runFeed({
  event(event, atMs) {
    tally(event, atMs);
    noteHappening(event);
    noteHold(event);
    noteStock(event);
    noteLevel(event);
    changed();
  },
  restarted() {
    loadStock();
    loadHolds();
    if (stock.chosen) watchLevels(stock.chosen);
  },
});
if ("metrics" in document.documentElement.dataset) runMetrics();
else metrics.state = "absent";
setInterval(readClock, 60_000);
setInterval(() => {
  tidyHolds();
  changed(); // countdowns and clocks move by themselves
}, 250);

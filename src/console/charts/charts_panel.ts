// The charts, each below the figure that matters most of it: operations and refusals of the last five minutes,
// latency where it is measured, one SKU's stock.
import { serverNow } from "../api.ts";
import { Chart, type ChartProps } from "./chart.ts";
import { html, type VNode } from "../html.ts";
import { levels } from "./levels.ts";
import { metrics } from "./metrics.ts";
import { count } from "../parts.ts";
import { done, refusals, SECONDS, type Seconds, totals, VERBS } from "./tally.ts";

export function ChartsPanel(): VNode {
  return html`
    <section class="charts" aria-label="Charts">
      <${Chart} ...${operationsChart()} />
      <${Chart} ...${metrics.state === "there" ? refusalsChart() : ownRefusalsChart()} />
      ${metrics.state !== "absent" && html`<${Chart} ...${latencyChart()} />`}
      <${Chart} ...${levelChart()} />
    </section>
  `;
}

function operationsChart(): ChartProps {
  return {
    title: "Operations a second",
    call: "GET /events",
    figure: done.rate(Math.floor(serverNow() / 1000)).toFixed(1),
    names: VERBS,
    read: () => table(done, [...VERBS]),
    unit: "/s",
  };
}

const NONE_REFUSED = "Nothing has been refused since this page was opened.";

function refusalsChart(): ChartProps {
  const codes = [...metrics.refusals.keys()];
  return {
    title: "Refusals a second",
    call: "GET /metrics",
    figure: count(metrics.refusedSinceOpened),
    hint: "since opened, to anybody",
    names: codes.length > 0 ? codes : ["refused"],
    read: () => [
      metrics.atSeconds,
      ...codes.length > 0 ? metrics.refusals.values() : [metrics.atSeconds.map(() => 0)],
    ],
    unit: "/s",
    empty: codes.length > 0 ? "" : NONE_REFUSED,
  };
}

/** Where what the service measures is not for us: what this page met itself. */
function ownRefusalsChart(): ChartProps {
  const codes = [...refusals.rows.keys()];
  return {
    title: "Refusals a second",
    call: "this page",
    figure: count(totals.refused),
    hint: "met by this page",
    names: codes.length > 0 ? codes : ["refused"],
    read: () => table(refusals, codes),
    unit: "/s",
    empty: codes.length > 0 ? "" : "This page has met no refusals.",
  };
}

function latencyChart(): ChartProps {
  const { state, atSeconds, p50Ms, p99Ms } = metrics;
  const p99 = p99Ms.findLast((each) => each !== null);
  return {
    title: "Latency",
    call: "GET /metrics",
    figure: typeof p99 === "number" ? `${p99.toFixed(1)} ms` : "–",
    hint: "p99, as measured",
    names: ["p50", "p99"],
    read: () => [atSeconds, p50Ms, p99Ms],
    unit: " ms",
    empty: state === "refused"
      ? "This needs a key that is good for admin."
      : atSeconds.length === 0
      ? "Measured every five seconds."
      : "",
  };
}

function levelChart(): ChartProps {
  const { sku, points, problem } = levels;
  const { atSeconds, available, held } = points;
  return {
    title: `Stock of ${sku || "a SKU"}`,
    call: "GET /events",
    figure: count(available.at(-1) ?? 0),
    hint: `available, ${count(held.at(-1) ?? 0)} held`,
    names: ["available", "held"],
    read: () => [
      [...atSeconds, ...atSeconds.length > 0 ? [serverNow() / 1000] : []],
      [...available, ...available.slice(-1)],
      [...held, ...held.slice(-1)],
    ],
    unit: "",
    isStepped: true,
    empty: sku === ""
      ? "Choose a SKU in the table."
      : problem
      ? problem.body?.detail ?? "The events could not be read."
      : atSeconds.length === 0
      ? "Reading its events…"
      : "",
  };
}

const openedAtSecond = Math.floor(serverNow() / 1000);

/** The seconds since the page was opened: at least a minute of them, at most all that are kept. */
function table(seconds: Seconds<string>, names: string[]): [number[], ...number[][]] {
  const now = Math.floor(serverNow() / 1000);
  seconds.advance(now);
  const span = Math.min(SECONDS - 1, Math.max(60, now - openedAtSecond));
  const instants = Array.from({ length: span }, (_, i) => now - span + i);
  const rows = names.map((name) => seconds.window(name, now).slice(-span));
  return [instants, ...(rows.length > 0 ? rows : [instants.map(() => 0)])];
}

// The charts: operations and refusals of the last five minutes, latency where it is measured, one SKU's stock.
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { serverNow } from "./api.ts";
import { html, type VNode } from "./html.ts";
import { levels } from "./levels.ts";
import { metrics } from "./metrics.ts";
import { stock } from "./stock.ts";
import { done, refusals, SECONDS, type Seconds, VERBS } from "./tally.ts";

const HEIGHT = 170;
/** Lines differ by dash as well as by colour. */
const DASHES = [[], [6, 3], [2, 3], [9, 3, 2, 3], [12, 4], [3, 6], [1, 2]];

interface ChartProps {
  title: string;
  names: string[];
  data: uPlot.AlignedData;
  unit: string;
  empty?: string;
}

export function ChartsPanel(): VNode {
  const codes = [...refusals.rows.keys()];
  const { state, atSeconds, p50Ms, p99Ms } = metrics;
  return html`
    <section class="charts" aria-label="Charts">
      <${Chart} title="Operations a second" names=${VERBS} data=${table(done, [
        ...VERBS,
      ])} unit="/s" />
      <${Chart} title="Refusals a second" names=${codes.length > 0 ? codes : ["refused"]}
        data=${table(refusals, codes)} unit="/s" empty=${codes.length === 0
          ? "This page has met no refusals."
          : ""} />
      <${Chart} title=${`Stock of ${stock.chosen || "a SKU"}`} names=${["available", "held"]}
        data=${[levels.atSeconds, levels.available, levels.held]} unit="" empty=${levels.sku
          ? ""
          : "Choose a SKU in the table."} />
      ${(state === "there" || state === "refused") && html`
        <${Chart} title="Latency as the service measures it" names=${["p50", "p99"]}
          data=${[atSeconds, p50Ms, p99Ms]} unit=" ms"
          empty=${state === "refused" ? "This needs a key that is good for admin." : ""} />
      `}
    </section>
  `;
}

const openedAtSecond = Math.floor(serverNow() / 1000);

/** The seconds since the page was opened: at least a minute of them, at most all that are kept. */
function table(seconds: Seconds<string>, names: string[]): uPlot.AlignedData {
  const now = Math.floor(serverNow() / 1000);
  seconds.advance(now);
  const span = Math.min(SECONDS - 1, Math.max(60, now - openedAtSecond));
  const instants = Array.from({ length: span }, (_, i) => now - span + i);
  const rows = names.map((name) => seconds.window(name, now).slice(-span));
  return [instants, ...(rows.length > 0 ? rows : [instants.map(() => 0)])];
}

const DARK = matchMedia("(prefers-color-scheme: dark)");
const DRAW_EVERY_MS = 1000;

function Chart({ title, names, data, unit, empty }: ChartProps): VNode {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const drawnAtMs = useRef(0);
  const form = names.join() + title;
  useEffect(() => {
    const make = () => {
      plot.current?.destroy();
      plot.current = new uPlot(
        options(names, place.current!.clientWidth, unit),
        data,
        place.current!,
      );
      drawnAtMs.current = 0;
    };
    make();
    const resized = new ResizeObserver(() =>
      plot.current!.setSize({ width: place.current!.clientWidth, height: HEIGHT })
    );
    resized.observe(place.current!);
    DARK.addEventListener("change", make);
    return () => {
      DARK.removeEventListener("change", make);
      resized.disconnect();
      plot.current?.destroy();
    };
  }, [form]);
  useEffect(() => {
    if (performance.now() - drawnAtMs.current < DRAW_EVERY_MS) return;
    drawnAtMs.current = performance.now();
    plot.current?.setData(data);
  });
  const last = names.map((name, i) => `${name} ${+(data[i + 1].at(-1) ?? 0).toFixed(1)}${unit}`)
    .join(", ");
  return html`
    <figure class="panel">
      <figcaption><h2>${title}</h2></figcaption>
      <div class="chart" role="img" aria-label=${empty ||
        `${title}, most recently: ${last}`} ref=${place}></div>
      ${empty && html`<p class="empty over">${empty}</p>`}
      <ul class="legend" aria-hidden="true">${names.map((name, i) =>
        html`<li><svg width="22" height="8"><line x1="0" x2="22" y1="4" y2="4" class=${`line-${
          i % 7
        }`}
          stroke-width="2.5" stroke-dasharray=${DASHES[i % 7].join(" ")} /></svg>${name}</li>`
      )}</ul>
    </figure>
  `;
}

function options(names: string[], width: number, unit: string): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour("--quiet"),
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
    font: "12px system-ui, sans-serif",
  };
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    tzDate: (second) => uPlot.tzDate(new Date(second * 1000), "Etc/UTC"), // as all instants of the page
    cursor: { show: false },
    scales: { y: { range: (_plot, low, high) => [Math.min(0, low), Math.max(high * 1.1, 1)] } },
    axes: [
      { ...axis, values: "{HH}:{mm}:{ss}", space: 90, size: 28 },
      { ...axis, size: 52, values: (_plot, values) => values.map((value) => `${value}${unit}`) },
    ],
    series: [
      {},
      ...names.map((name, i) => ({
        label: name,
        stroke: colour(`--line-${i % 7}`),
        dash: DASHES[i % 7],
        width: 2,
        points: { show: false },
      })),
    ],
  };
}

// One chart: a figure, its lines over time, and what each line is. Drawn once a second, however much happens.
import { useLayoutEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { html, type VNode } from "../html.ts";
import { Call } from "../parts.ts";

const HEIGHT = 130;
const DRAW_EVERY_MS = 1000;
/** Lines differ by dash as well as by colour. */
const DASHES = [[], [6, 3], [2, 3], [9, 3, 2, 3], [12, 4], [3, 6], [1, 2]];

export interface ChartProps {
  title: string;
  /** Where its figures come from. */
  call: string;
  figure: string;
  hint?: string;
  names: readonly string[];
  /** The instants in seconds, then the values of each name; asked for when it is time to draw. */
  read(): uPlot.AlignedData;
  unit: string;
  isStepped?: boolean;
  /** Said in place of lines. */
  empty?: string;
}

const DARK = matchMedia("(prefers-color-scheme: dark)");

export function Chart(props: ChartProps): VNode {
  const { title, call, figure, hint, names, unit, empty, isStepped } = props;
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const read = useRef({ form: "", atMs: 0, data: [[]] as uPlot.AlignedData });
  const form = names.join() + title;
  const isDue = form !== read.current.form || performance.now() - read.current.atMs > DRAW_EVERY_MS;
  if (isDue) read.current = { form, atMs: performance.now(), data: props.read() };
  const { data } = read.current;
  useLayoutEffect(() => {
    const make = () => {
      plot.current?.destroy();
      const width = place.current!.clientWidth;
      plot.current = new uPlot(
        options(names, width, unit, isStepped),
        read.current.data,
        place.current!,
      );
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
  useLayoutEffect(() => plot.current?.setData(data), [data]);
  const last = names.map((name, i) => `${name} ${+(data[i + 1]?.at(-1) ?? 0).toFixed(1)}${unit}`);
  return html`
    <figure class="panel">
      <figcaption>
        <h2>${title}</h2><${Call} line=${call} />
        <p><b>${figure}</b>${hint && html`<span>${hint}</span>`}</p>
      </figcaption>
      <div class=${`chart${empty ? " is-empty" : ""}`} role="img" aria-label=${empty ||
        `${title}, most recently: ${last.join(", ")}`} ref=${place}></div>
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

function options(
  names: readonly string[],
  width: number,
  unit: string,
  isStepped = false,
): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour("--quiet"),
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
    font: "11px system-ui, sans-serif",
  };
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    tzDate: (second) => uPlot.tzDate(new Date(second * 1000), "Etc/UTC"), // as all instants of the page
    cursor: { show: false },
    scales: { y: { range: (_plot, low, high) => [Math.min(0, low), Math.max(high * 1.1, 1)] } },
    axes: [
      { ...axis, values: "{HH}:{mm}:{ss}", space: 80, size: 24 },
      {
        ...axis,
        size: 48,
        space: 28,
        values: (_plot, values) => values.map((value) => `${value}${unit}`),
      },
    ],
    series: [
      {},
      ...names.map((name, i) => ({
        label: name,
        stroke: colour(`--line-${i % 7}`),
        dash: DASHES[i % 7],
        width: 2,
        points: { show: false },
        paths: isStepped ? uPlot.paths.stepped!({ align: 1 }) : undefined,
      })),
    ],
  };
}

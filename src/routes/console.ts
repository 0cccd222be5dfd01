// The live console: its page, and the modules that make it, which are sent as they stand here without their types.
import type { OpenAPIHono } from "@hono/zod-openapi";
import { html, raw } from "hono/html";
import { stripTypeScriptTypes } from "node:module";
import type { AppEnv } from "../http/context.ts";

type Source = () => Promise<unknown>;

/** Our own modules. Imports as text need no permission, and nothing is read before it is asked for. */
const MODULES: Record<string, Source> = {
  "access/access.ts": () => import("../console/access/access.ts", { with: { type: "text" } }),
  "api.ts": () => import("../console/api.ts", { with: { type: "text" } }),
  "app.ts": () => import("../console/app.ts", { with: { type: "text" } }),
  "charts/chart.ts": () => import("../console/charts/chart.ts", { with: { type: "text" } }),
  "charts/charts_panel.ts": () =>
    import("../console/charts/charts_panel.ts", { with: { type: "text" } }),
  "doing/demo.ts": () => import("../console/doing/demo.ts", { with: { type: "text" } }),
  "doing/doing.ts": () => import("../console/doing/doing.ts", { with: { type: "text" } }),
  "doing/doing_panel.ts": () =>
    import("../console/doing/doing_panel.ts", { with: { type: "text" } }),
  "happenings/feed.ts": () => import("../console/happenings/feed.ts", { with: { type: "text" } }),
  "happenings/happenings.ts": () =>
    import("../console/happenings/happenings.ts", { with: { type: "text" } }),
  "happenings/happenings_panel.ts": () =>
    import("../console/happenings/happenings_panel.ts", { with: { type: "text" } }),
  "holds/holds.ts": () => import("../console/holds/holds.ts", { with: { type: "text" } }),
  "holds/holds_panel.ts": () =>
    import("../console/holds/holds_panel.ts", { with: { type: "text" } }),
  "html.ts": () => import("../console/html.ts", { with: { type: "text" } }),
  "access/key_panel.ts": () => import("../console/access/key_panel.ts", { with: { type: "text" } }),
  "charts/level_points.ts": () =>
    import("../console/charts/level_points.ts", { with: { type: "text" } }),
  "charts/levels.ts": () => import("../console/charts/levels.ts", { with: { type: "text" } }),
  "charts/metrics.ts": () => import("../console/charts/metrics.ts", { with: { type: "text" } }),
  "parts.ts": () => import("../console/parts.ts", { with: { type: "text" } }),
  "screen.ts": () => import("../console/screen.ts", { with: { type: "text" } }),
  "stock/stock.ts": () => import("../console/stock/stock.ts", { with: { type: "text" } }),
  "stock/stock_panel.ts": () =>
    import("../console/stock/stock_panel.ts", { with: { type: "text" } }),
  "stock/stock_row.ts": () => import("../console/stock/stock_row.ts", { with: { type: "text" } }),
  "charts/tally.ts": () => import("../console/charts/tally.ts", { with: { type: "text" } }),
};

/** What others have made, from their installed packages: by the name it has on our origin. */
const LIBRARIES: Record<string, Source> = {
  "preact.js": () => import("preact", { with: { type: "text" } }),
  "preact_hooks.js": () => import("preact/hooks", { with: { type: "text" } }),
  "htm.js": () => import("htm", { with: { type: "text" } }),
  "uplot.js": () => import("uplot/dist/uPlot.iife.min.js", { with: { type: "text" } }),
};

const STYLES: Record<string, Source> = {
  "style.css": () => import("../console/style.css", { with: { type: "text" } }),
  "charts/charts.css": () => import("../console/charts/charts.css", { with: { type: "text" } }),
  "stock/stock.css": () => import("../console/stock/stock.css", { with: { type: "text" } }),
  "holds/holds.css": () => import("../console/holds/holds.css", { with: { type: "text" } }),
  "happenings/happenings.css": () =>
    import("../console/happenings/happenings.css", { with: { type: "text" } }),
  "doing/doing.css": () => import("../console/doing/doing.css", { with: { type: "text" } }),
  "access/access.css": () => import("../console/access/access.css", { with: { type: "text" } }),
  "uplot.css": () => import("uplot/dist/uPlot.min.css", { with: { type: "text" } }),
};

const IMPORT_MAP = {
  imports: {
    "preact": "/console/preact.js",
    "preact/hooks": "/console/preact_hooks.js",
    "htm": "/console/htm.js",
    "uplot": "/console/uplot.js",
  },
};

export function mountConsole(app: OpenAPIHono<AppEnv>): void {
  app.get("/console/:file{.+}", async (c) => {
    const asset = await readAsset(c.req.param("file"));
    if (!asset) return c.notFound();
    const headers = {
      "content-type": asset.type,
      "cache-control": "no-cache", // with an ETag: asked for each time, sent when it has changed
      "etag": asset.etag,
      "vary": "accept-encoding",
    };
    if (c.req.header("if-none-match") === asset.etag) return c.body(null, 304, headers);
    const takesGzip = /\bgzip\b(?!;q=0)/.test(c.req.header("accept-encoding") ?? "");
    if (!takesGzip) return c.body(asset.text, 200, headers);
    return c.body(asset.gzipped, 200, { ...headers, "content-encoding": "gzip" });
  });
}

interface Asset {
  type: string;
  text: string;
  gzipped: Uint8Array<ArrayBuffer>;
  etag: string;
}

const assets = new Map<string, Promise<Asset>>();

/** Prepares a file when it is first asked for. */
function readAsset(name: string): Promise<Asset> | undefined {
  const table = [MODULES, LIBRARIES, STYLES].find((each) => Object.hasOwn(each, name));
  return table && assets.getOrInsertComputed(name, () => prepare(name, table[name]));
}

async function prepare(name: string, source: Source): Promise<Asset> {
  let { default: text } = await source() as { default: string };
  if (name.endsWith(".ts")) text = stripTypeScriptTypes(text).replaceAll(/ +$/gm, "");
  if (name === "uplot.js") text += "\nexport default uPlot;\n"; // its small edition is a plain script
  const bytes = new TextEncoder().encode(text);
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return {
    type: `text/${name.endsWith(".css") ? "css" : "javascript"}; charset=utf-8`,
    text,
    gzipped: new Uint8Array(await new Response(stream).arrayBuffer()),
    etag: `"${digest.toHex().slice(0, 32)}"`,
  };
}

export interface PageFacts {
  title: string;
  /** A line is low at or below this many units. */
  lowStock: number;
  /** No hold may live longer, in seconds. */
  longestTtl: number;
  /** Whether there is a /metrics to read. */
  hasMetrics: boolean;
}

export function consolePage(nonce: string | undefined, facts: PageFacts) {
  const preloads = [...Object.keys(LIBRARIES), ...Object.keys(MODULES)];
  return html`
    <!doctype html>
    <html lang="en" data-low-stock="${facts.lowStock}" data-longest-ttl="${facts.longestTtl}" ${raw(
      facts.hasMetrics ? " data-metrics" : "",
    )}>
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>${facts.title}</title>
        ${Object.keys(STYLES).map((name) => html`<link rel="stylesheet" href="/console/${name}">`)}
        <script type="importmap" nonce="${nonce}">${raw(JSON.stringify(IMPORT_MAP))}</script>
        ${preloads.map((name) => html`<link rel="modulepreload" href="/console/${name}">`)}
        <script type="module" nonce="${nonce}" src="/console/app.ts"></script>
      </head>
      <body>
        <div id="console">
          <p>Loading…</p>
        </div>
        <noscript>This page needs JavaScript. Without it, see <a href="/docs">/docs</a>.</noscript>
      </body>
    </html>
  `;
}

// The pages of docs/ as a service shows them: an index, and each page from its Markdown, made when first asked for.
import type { OpenAPIHono } from "@hono/zod-openapi";
import { html, raw } from "hono/html";
import { NAME } from "../contract/document.ts";
import type { AppEnv } from "../http/context.ts";
import { pageHeaders } from "../http/page_headers.ts";

const ROOT = "/docs/guide";
const STYLE = "guide.css";

/** By their name in the address, in the order of the index. Imports as text need no permission. */
const PAGES: Record<string, () => Promise<unknown>> = {
  "calling": () => import("../../docs/calling.md", { with: { type: "text" } }),
  "importing": () => import("../../docs/importing.md", { with: { type: "text" } }),
  "operating": () => import("../../docs/operating.md", { with: { type: "text" } }),
  "cluster": () => import("../../docs/cluster.md", { with: { type: "text" } }),
  "promises": () => import("../../docs/promises.md", { with: { type: "text" } }),
  "how-it-works": () => import("../../docs/how-it-works.md", { with: { type: "text" } }),
};

export function mountGuide(app: OpenAPIHono<AppEnv>): void {
  const headers = pageHeaders({ scriptSrc: ["'none'"], styleSrc: ["'self'"] });

  app.get(ROOT, headers, async (c) => {
    const pages = await Promise.all(Object.keys(PAGES).map(pageOf));
    const list = pages.map(({ name, title, lead }) =>
      html`<li><a href="${ROOT}/${name}">${title}</a><p>${lead}</p></li>`
    );
    return c.html(frame(
      "Guide",
      html`
        <h1>Guide</h1>
        <ul class="index">${list}</ul>
      `,
    ));
  });

  app.get(`${ROOT}/:page`, headers, async (c) => {
    const name = c.req.param("page");
    if (name === STYLE) {
      return c.body(await readText(() => import("./guide.css", { with: { type: "text" } })), 200, {
        "content-type": "text/css; charset=utf-8",
        "cache-control": "no-cache",
      });
    }
    if (!Object.hasOwn(PAGES, name)) return c.notFound();
    const { title, body } = await pageOf(name);
    return c.html(frame(title, raw(body)));
  });
}

interface Page {
  name: string;
  title: string;
  /** Its first paragraph: whom it is for. */
  lead: string;
  body: string;
}

const pages = new Map<string, Promise<Page>>();

function pageOf(name: string): Promise<Page> {
  return pages.getOrInsertComputed(name, async () => {
    const { renderMarkdown } = await import("./markdown.ts");
    const text = await readText(PAGES[name]);
    const [, title, lead] = text.match(/^# (.+)\n+([\s\S]+?)\n\n/)!;
    return { name, title, lead, body: renderMarkdown(text, linkTo) };
  });
}

async function readText(source: () => Promise<unknown>): Promise<string> {
  return (await source() as { default: string }).default;
}

/** Where a link of a page leads here; undefined if to nothing that a service shows. */
function linkTo(href: string): string | undefined {
  if (/^(https?:\/\/|#)/.test(href)) return href;
  if (href === "../openapi/openapi.json") return "/openapi.json";
  const [, name, anchor] = href.match(/^([\w-]+)\.md(#.*)?$/) ?? [];
  return name && Object.hasOwn(PAGES, name) ? `${ROOT}/${name}${anchor ?? ""}` : undefined;
}

function frame(title: string, body: unknown) {
  return html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>${title} - ${NAME.title}</title>
        <link rel="stylesheet" href="${ROOT}/${STYLE}">
      </head>
      <body>
        <header>
          <a class="name" href="/">${NAME.title}</a>
          <nav aria-label="Elsewhere">
            <a href="${ROOT}">Guide</a><a href="/docs">API docs</a><a href="/openapi.json">OpenAPI</a>
          </nav>
        </header>
        <main>${body}</main>
      </body>
    </html>
  `;
}

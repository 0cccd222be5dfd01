// The front door: a program learns what this is and where to go, a person gets the same as a page.
import type { OpenAPIHono } from "@hono/zod-openapi";
import { accepts } from "hono/accepts";
import { html, raw } from "hono/html";
import openapi from "../../openapi/openapi.json" with { type: "json" };
import type { AppEnv } from "../http/context.ts";
import { pageHeaders } from "../http/page_headers.ts";

const { title: name, version } = openapi.info;
const description =
  "Look at stock, hold units for a while, turn the hold into a sale or give it back.";

const LINKS = [
  { rel: "docs", href: "/docs", what: "every call, to read and to try" },
  { rel: "openapi", href: "/openapi.json", what: "the contract, to generate a client from" },
  { rel: "mcp", href: "/mcp", what: "tools for AI agents, by POST" },
  { rel: "health", href: "/health", what: "whether the service can do its work" },
];

const INDEX = {
  name,
  version,
  description,
  links: Object.fromEntries(LINKS.map(({ rel, href }) => [rel, href])),
};

export function mountHome(app: OpenAPIHono<AppEnv>): void {
  app.get("/", pageHeaders(), (c) => {
    c.header("vary", "accept");
    const type = accepts(c, {
      header: "Accept",
      supports: ["application/json", "text/html"],
      default: "application/json",
    });
    return type === "text/html" ? c.html(page(c.var.secureHeadersNonce)) : c.json(INDEX);
  });
}

function page(nonce?: string) {
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${name}</title>
    <style nonce="${nonce}">${raw(STYLE)}</style>
  </head>
  <body>
    <main>
      <h1>${name}</h1>
      <p>${description}</p>
      <ul>
        ${
    LINKS.map(({ href, what }) =>
      html`<li>${
        href === "/mcp" ? html`<code>${href}</code>` : html`<a href="${href}">${href}</a>`
      } <span>${what}</span></li>`
    )
  }
      </ul>
      <footer>Version ${version}</footer>
    </main>
  </body>
</html>`;
}

const STYLE = `
  :root { color-scheme: light dark; }
  body { font: 16px/1.5 system-ui, sans-serif; margin: 0; }
  main { max-width: 36rem; margin: 0 auto; padding: 10vh 1.25rem 2rem; }
  h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .5rem; }
  ul { list-style: none; margin: 2rem 0; padding: 0; border-top: 1px solid #8884; }
  li { display: flex; flex-wrap: wrap; gap: 0 1rem; padding: .75rem 0; border-bottom: 1px solid #8884; }
  li > :first-child { flex: 0 0 9rem; }
  li > span { flex: 1 1 15rem; }
  li span, footer { opacity: .75; }
  code, li a { font-family: ui-monospace, monospace; font-size: .95em; overflow-wrap: anywhere; }
  footer { margin-top: 2rem; font-size: .875rem; }
`;

// The front door: a program learns what this is and where to go, a person sees it live.
import type { OpenAPIHono } from "@hono/zod-openapi";
import { accepts } from "hono/accepts";
import { NONCE } from "hono/secure-headers";
import { NAME } from "../contract/document.ts";
import type { Bounds } from "../contract/fields.ts";
import type { AppEnv } from "../http/context.ts";
import { pageHeaders } from "../http/page_headers.ts";
import { consolePage } from "./console.ts";

const { title: name, version } = NAME;
const description =
  "Look at stock, hold units for a while, turn the hold into a sale or give it back.";

const LINKS = [
  { rel: "docs", href: "/docs", what: "every call, to read and to try" },
  { rel: "guide", href: "/docs/guide", what: "how to call it, run it, trust it and change it" },
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

export function mountHome(
  app: OpenAPIHono<AppEnv>,
  lowStock: number,
  { holdLifetimeMaxSeconds: longestTtl }: Bounds,
): void {
  const headers = pageHeaders({
    scriptSrc: [NONCE, "'self'"], // modules are imported by modules, which carry no nonce
    styleSrc: ["'self'"],
    connectSrc: ["'self'"],
  });
  app.get("/", headers, (c) => {
    c.header("vary", "accept");
    const type = accepts(c, {
      header: "Accept",
      supports: ["application/json", "text/html"],
      default: "application/json",
    });
    if (type !== "text/html") return c.json(INDEX);
    const hasMetrics = app.routes.some(({ path }) => path === "/metrics");
    const facts = { title: name, lowStock, longestTtl, hasMetrics };
    return c.html(consolePage(c.var.secureHeadersNonce, facts));
  });
}

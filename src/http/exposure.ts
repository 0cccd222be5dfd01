// Whose pages may call from a browser.
import { isIP } from "node:net";
import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import type { AppContext, AppEnv } from "./context.ts";
import { problem } from "./problems.ts";

/** Lets pages of these origins call, with a key but never with cookies. */
export function crossOrigin(origins: string[]): MiddlewareHandler<AppEnv> {
  return cors({
    origin: origins,
    allowMethods: ["GET", "HEAD", "POST"],
    allowHeaders: [
      "authorization",
      "content-type",
      "idempotency-key",
      "last-event-id",
      "mcp-protocol-version",
      "traceparent",
      "x-api-key",
      "x-idempotency-key",
      "x-request-id",
    ],
    exposeHeaders: [
      "idempotent-replayed",
      "ratelimit",
      "ratelimit-policy",
      "retry-after",
      "x-request-id",
    ],
    maxAge: 3600,
  });
}

const ONLY_LOOKS = ["GET", "HEAD", "OPTIONS"];

/**
 * Refuses commands of browsers that come from a page of another origin, unless `origins` lists it. Every browser
 * says with a POST where its page is from, or `null` where it does not want to; programs say nothing.
 * (`Sec-Fetch-Site` would add nothing: a page whose name was made to point here has the same origin.)
 */
export function refuseForeignPages(origins: string[], hosts: string[]): MiddlewareHandler<AppEnv> {
  return (c, next) => {
    if (ONLY_LOOKS.includes(c.req.method)) return next();
    const { headers } = c.req.raw;
    const origin = headers.get("origin");
    if (origin === null || origins.includes(origin)) return next();
    const asked = headers.get("host") ?? new URL(c.req.url).host; // HTTP/2 has it in the URL alone
    if (isOurs(origin, asked, hosts)) return next();
    return Promise.resolve(problem(c as AppContext, "origin_not_allowed"));
  };
}

/**
 * Whether it is a page of ours: of the host that was asked, which proves nothing where that is just any name, since
 * whoever owns a name may let it point at this machine once his page is loaded. An address cannot be had that way,
 * nor can `localhost`; any other name must be in `hosts`, and does then also behind a proxy that asks by another.
 */
function isOurs(origin: string, asked: string, hosts: string[]): boolean {
  if (!URL.canParse(origin)) return false;
  const { host, hostname } = new URL(origin);
  if (hosts.includes(host)) return true;
  return host === asked && (hosts.includes(hostname) || isSafeFromRebinding(hostname));
}

/** Addresses, and names that always mean the browser's own machine. */
function isSafeFromRebinding(hostname: string): boolean {
  return /^(.+\.)?localhost$/.test(hostname) || isIP(hostname.replace(/^\[|\]$/g, "")) > 0;
}

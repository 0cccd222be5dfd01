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

/**
 * Refuses browsers that come from a page of another origin, unless `origins` lists it. That the page's host is
 * ours proves nothing where it is a name: whoever owns a name may let it point at this machine once the page is
 * loaded. An address cannot be had that way, nor can `localhost`. Programs send no Origin.
 */
export function refuseForeignPages(origins: string[]): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const origin = c.req.header("origin");
    if (
      origin === undefined || origins.includes(origin) || isOurAddress(origin, c.req.header("host"))
    ) {
      return await next();
    }
    return problem(c as AppContext, "forbidden", {
      detail: "Pages of this origin may not call this: CORS_ORIGINS does not list it",
    });
  };
}

function isOurAddress(origin: string, host?: string): boolean {
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  return url.host === host &&
    (url.hostname === "localhost" || isIP(url.hostname.replace(/^\[|\]$/g, "")) > 0);
}

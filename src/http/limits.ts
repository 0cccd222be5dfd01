// Limits on how much callers may ask: requests a minute each, and requests at once in all.
import type { MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import { accessTo } from "../contract/access.ts";
import { spend } from "../store/allowances.ts";
import { StoreFault } from "../redis/faults.ts";
import type { Store } from "../commits/store.ts";
import type { CallerOf } from "./callers.ts";
import type { AppContext, AppEnv } from "./context.ts";
import { problem } from "./problems.ts";

const WINDOW_SECONDS = 60;

/** Refuses what would be more than `limit` requests in the works. */
export function inFlightLimit(limit: number): MiddlewareHandler<AppEnv> {
  let inFlight = 0;
  return async (c, next) => {
    if (inFlight >= limit) return problem(c as AppContext, "overloaded");
    inFlight++;
    try {
      await next();
    } finally {
      inFlight--;
    }
  };
}

/** Refuses callers who have made `limitPerMinute` requests. What needs no key is not counted. */
export function rateLimit(
  store: Store,
  limitPerMinute: number,
  callerOf: CallerOf,
): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const path = routePath(c, -1);
    if (path === "/*" || accessTo(c.req.method, path) === "open") return await next();
    const { kind, name } = callerOf(c as AppContext);
    const allowance = await spend(store, `${kind}:${name}`, limitPerMinute).catch((fault) => {
      if (fault instanceof StoreFault) return undefined; // the request will meet the same fault, or need no store
      throw fault;
    });
    if (!allowance) return await next();
    const isLimited = allowance.status === "limited";
    if (isLimited) c.res = problem(c as AppContext, "rate_limited");
    else await next();
    const { headers } = c.res;
    headers.set("ratelimit-policy", `"${kind}";q=${limitPerMinute};w=${WINDOW_SECONDS}`);
    headers.set("ratelimit", `"${kind}";r=${allowance.remaining};t=${seconds(allowance.resetMs)}`);
    if (isLimited) headers.set("retry-after", String(seconds(allowance.retryMs)));
  };
}

function seconds(milliseconds: number): number {
  return Math.ceil(milliseconds / 1000);
}

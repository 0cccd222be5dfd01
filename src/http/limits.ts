// Limits on how much callers may ask: requests a minute each, and requests at once in all.
import { isIP } from "node:net";
import type { MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import { accessTo } from "../contract/access.ts";
import { spend } from "../store/allowances.ts";
import { StoreFault } from "../redis/faults.ts";
import { NOBODY } from "../commits/keys.ts";
import type { Store } from "../commits/store.ts";
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
  trustedProxies: string[],
): MiddlewareHandler<AppEnv> {
  const proxies = trustedProxies.map(canonical);
  return async (c, next) => {
    const path = routePath(c, -1);
    if (path === "/*" || accessTo(c.req.method, path) === "open") return await next();
    const { owner = NOBODY } = c.var;
    const kind = owner === NOBODY ? "address" : "key";
    const caller = kind === "key" ? owner : networkOf(addressOf(c as AppContext, proxies));
    const allowance = await spend(store, `${kind}:${caller}`, limitPerMinute).catch((fault) => {
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

/** Whose request it is: the connection's other end, or whom a proxy that is trusted says it speaks for. */
function addressOf(c: AppContext, proxies: string[]): string {
  const { remoteAddr } = (c.env ?? {}) as Partial<Deno.ServeHandlerInfo<Deno.NetAddr>>;
  const remote = canonical(remoteAddr?.hostname ?? "local");
  if (!proxies.includes(remote)) return remote;
  const path = (c.req.header("x-forwarded-for") ?? "").split(",").map((each) =>
    canonical(each.trim())
  );
  const caller = path.findLast((address) => !proxies.includes(address));
  return caller && isIP(caller) ? caller : remote;
}

/** One address has one form: an IPv4 address as such, also where it comes as `::ffff:1.2.3.4`; IPv6 at its shortest. */
function canonical(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
  return isIP(plain) === 6
    ? new URL(`http://[${plain.split("%")[0]}]`).hostname.slice(1, -1)
    : plain;
}

/** Who has one IPv6 address has the 2^64 beside it too: they count as one caller. */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head, tail] = canonical(address).split("::");
  const groups = head.split(":").filter((group) => group !== "");
  const behind = tail === undefined ? [] : tail.split(":").filter((group) => group !== "");
  const zeros = Array(8 - groups.length - behind.length).fill("0");
  return [...groups, ...zeros, ...behind].slice(0, 4).join(":") + "::/64";
}

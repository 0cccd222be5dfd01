// What surrounds every request: its id, the headers that all answers have, one log line, and what watches is told.
import type { MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import type { Log } from "../log.ts";
import type { AppEnv } from "./context.ts";

/** Told of each request when it has been answered; `route` is the template of its path. */
export interface RequestObserver {
  request(method: string, route: string, status: number, seconds: number): void;
}

/** Names the request's span, where there are traces, and answers the id of its trace. */
export type NameRequest = (method: string, route: string) => string | undefined;

/** What a method counts as: a caller may invent methods, and must not make metrics and spans grow by them. */
const METHODS = ["GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"];

/** What browsers are told about all answers. Pages say more, in page_headers.ts. */
const SECURITY = [
  ["x-content-type-options", "nosniff"],
  ["x-frame-options", "DENY"],
  ["referrer-policy", "no-referrer"],
];

/** An id that a caller may give its request; whoever gives another one, or none, gets one of ours. */
const REQUEST_ID = /^[\w=-]{1,255}$/;

/** One middleware for what all requests need: each more costs every one of them a promise and a turn. */
export function envelope(
  log: Log,
  observer?: RequestObserver,
  nameRequest?: NameRequest,
): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const startedAtMs = performance.now();
    c.set("startedAtMs", startedAtMs);
    const sentId = c.req.raw.headers.get("x-request-id");
    const requestId = sentId && REQUEST_ID.test(sentId) ? sentId : crypto.randomUUID();
    c.set("requestId", requestId);

    await next();

    const { res } = c;
    res.headers.set("x-request-id", requestId);
    for (const [name, value] of SECURITY) res.headers.set(name, value);
    // What may be kept says so. All else is of this moment and for this caller.
    if (!res.headers.has("cache-control")) res.headers.set("cache-control", "no-store");
    const milliseconds = performance.now() - startedAtMs;
    const { method, path } = c.req;
    const route = routePath(c, -1);
    const kind = METHODS.includes(method) ? method : "_OTHER";
    observer?.request(kind, route, res.status, milliseconds / 1000);
    log.info("request", {
      request_id: requestId,
      trace_id: nameRequest?.(kind, route),
      method,
      path,
      status: res.status,
      ms: Math.round(milliseconds * 100) / 100,
    });
  };
}

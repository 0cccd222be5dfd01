// One log line a request, and what watches requests is told of it.
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

export function requestLog(
  log: Log,
  observer?: RequestObserver,
  nameRequest?: NameRequest,
): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const startedAt = performance.now();
    await next();
    const milliseconds = performance.now() - startedAt;
    const { method, path } = c.req;
    const route = routePath(c, -1);
    const kind = METHODS.includes(method) ? method : "_OTHER";
    observer?.request(kind, route, c.res.status, milliseconds / 1000);
    log.info("request", {
      request_id: c.var.requestId,
      trace_id: nameRequest?.(kind, route),
      method,
      path,
      status: c.res.status,
      ms: Math.round(milliseconds * 100) / 100,
    });
  };
}

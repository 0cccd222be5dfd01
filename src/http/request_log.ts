// One log line a request, and what watches requests is told of it.
import type { MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import type { Log } from "../log.ts";
import type { AppEnv } from "./context.ts";

/** Told of each request when it has been answered; `route` is the template of its path. */
export interface RequestObserver {
  request(method: string, route: string, status: number, seconds: number): void;
}

export function requestLog(log: Log, observer?: RequestObserver): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const startedAt = performance.now();
    await next();
    const milliseconds = performance.now() - startedAt;
    const { method, path } = c.req;
    observer?.request(method, routePath(c, -1), c.res.status, milliseconds / 1000);
    log.info("request", {
      request_id: c.var.requestId,
      method,
      path,
      status: c.res.status,
      ms: Math.round(milliseconds * 100) / 100,
    });
  };
}

// One log line a request.
import type { MiddlewareHandler } from "hono";
import type { Log } from "../log.ts";
import type { AppEnv } from "./context.ts";

export function requestLog(log: Log): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const startedAt = performance.now();
    await next();
    log.info("request", {
      request_id: c.var.requestId,
      method: c.req.method,
      path: c.req.path,
      status: c.res.status,
      ms: Math.round((performance.now() - startedAt) * 100) / 100,
    });
  };
}

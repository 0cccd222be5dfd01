// What browsers are told about every answer, and whose pages may call at all.
import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import type { AppEnv } from "./context.ts";

/** For answers that are data. Pages say more, in page_headers.ts. */
export const securityHeaders: MiddlewareHandler<AppEnv> = async (c, next) => {
  c.header("x-content-type-options", "nosniff");
  c.header("x-frame-options", "DENY");
  c.header("referrer-policy", "no-referrer");
  await next();
};

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

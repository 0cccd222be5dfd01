// What a request body may be before anybody parses it: plain, and not too long.
import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { AppEnv } from "./context.ts";
import { problem } from "./problems.ts";

/** Refuses bodies over `maxSize` bytes, however they are sent, and compressed ones and those cut off. */
export function bodyRules(maxSize: number): MiddlewareHandler<AppEnv> {
  const limit = bodyLimit({ maxSize, onError: (c) => problem(c, "body_too_large") });
  return async (c, next) => {
    const encoding = c.req.header("content-encoding");
    if (encoding && encoding !== "identity") return problem(c, "unsupported_media_type");
    let wasRead = false;
    try {
      return await limit(c, () => {
        wasRead = true;
        return next();
      });
    } catch (error) {
      if (wasRead) throw error;
      return problem(c, "malformed_json", { detail: "The body ended early" });
    }
  };
}

// What a request body may be before anybody parses it: plain, and not too long.
import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { AppEnv } from "./context.ts";
import { problem } from "./problems.ts";

/** Refuses bodies over `maxSize` bytes, however they are sent, and compressed ones and those cut off. */
export function bodyRules(maxSize: number): MiddlewareHandler<AppEnv> {
  const limitStream = bodyLimit({ maxSize, onError: (c) => problem(c, "body_too_large") });
  return async (c, next) => {
    if (c.req.method === "GET") return await next();
    const { headers } = c.req.raw;
    const encoding = headers.get("content-encoding");
    if (encoding && encoding !== "identity") return problem(c, "unsupported_media_type");
    // The server reads no more of a body than its stated length, so that a length alone decides. Looking at the
    // stream, as bodyLimit does, would cost the runtime's quick way of reading a body.
    const length = headers.get("content-length");
    if (length !== null && !headers.has("transfer-encoding")) {
      return Number(length) > maxSize ? problem(c, "body_too_large") : await next();
    }
    let wasRead = false;
    try {
      return await limitStream(c, () => {
        wasRead = true;
        return next();
      });
    } catch (error) {
      if (wasRead) throw error;
      return problem(c, "malformed_json", { detail: "The body ended early" });
    }
  };
}

// What a request body may be before anybody parses it: plain, not too long, and here in time.
import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "./context.ts";
import { problem } from "./problems.ts";

/** What takes longer than any one request to Redis may: a walk over the whole store, and tools that do it. */
const TAKES_ITS_TIME = ["/verify", "/mcp"];
/** A question, though it is a POST. */
const QUESTION = "/inventory/query";

/** A byte order mark stays in the text, where it is no JSON. */
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** Refuses bodies over `maxSize` bytes, however they are sent, and compressed ones and those cut off. */
export function bodyRules(maxSize: number): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const deadline = c.get("deadline");
    const { method, path, raw } = c.req;
    const hasBody = method !== "GET" && method !== "HEAD";
    if (hasBody) {
      const encoding = raw.headers.get("content-encoding");
      if (encoding && encoding !== "identity") return problem(c, "unsupported_media_type");
      deadline.ifOver = "request_timeout";
      try {
        const bytes = await readBody(raw, maxSize);
        if (bytes === undefined) return problem(c, "body_too_large");
        const text = utf8.decode(bytes);
        c.set("bodyText", text);
        Object.assign(c.req.bodyCache, { text: Promise.resolve(text) }); // where Hono's own readers look first
      } catch {
        return problem(c, "malformed_json", { detail: "The body ended early" });
      }
    }
    if (deadline.isOver) return; // it was told that nothing was done
    deadline.ifOver = hasBody && path !== QUESTION ? "outcome_unknown" : "store_unavailable";
    if (TAKES_ITS_TIME.includes(path)) deadline.lift();
    await next();
  };
}

/** The whole body; undefined where it is too long. Throws where it ends early. */
async function readBody(request: Request, maxSize: number): Promise<BufferSource | undefined> {
  // The server reads no more of a body than its stated length, so that a length alone decides. Looking at the
  // stream would cost the runtime's quick way of reading a body.
  const length = request.headers.get("content-length");
  if (length !== null && !request.headers.has("transfer-encoding")) {
    return Number(length) > maxSize ? undefined : await request.arrayBuffer();
  }
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > maxSize) return undefined; // which cancels the stream
    chunks.push(chunk);
  }
  return await new Blob(chunks).arrayBuffer();
}

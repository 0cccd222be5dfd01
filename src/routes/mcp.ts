// The door to the MCP endpoint. What is behind it is loaded when it is first knocked at: start stays quick.
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Bounds } from "../contract/fields.ts";
import type { AppEnv } from "../http/context.ts";
import type { makeMcp } from "../mcp/server.ts";

export function mountMcp(app: OpenAPIHono<AppEnv>, bounds: Bounds): void {
  let loading: Promise<ReturnType<typeof makeMcp>> | undefined;
  app.post("/mcp", async (c) => {
    loading ??= import("../mcp/server.ts").then(({ makeMcp }) =>
      makeMcp((path, init, env) => app.fetch(requestFor(path, init), env as object), bounds)
    );
    // Its body has been read; whoever reads it again needs one of its own.
    c.req.raw = new Request(c.req.raw, { body: await c.req.text() });
    const answer = await (await loading)(c);
    return c.newResponse(answer.body, answer); // with the headers that the doors have set
  });
}

/** A request for the path as it stands: `.` and `..` in it are names, which a URL would leave out. */
function requestFor(path: string, init: RequestInit): Request {
  const url = `http://localhost${path}`;
  return Object.defineProperty(new Request(url, init), "url", { value: url });
}

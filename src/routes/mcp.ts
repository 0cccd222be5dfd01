// The door to the MCP endpoint. What is behind it is loaded when it is first knocked at: start stays quick.
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "../http/context.ts";
import { refuseForeignPages } from "../http/exposure.ts";
import type { makeMcp } from "../mcp/server.ts";

export function mountMcp(app: OpenAPIHono<AppEnv>, corsOrigins: string[] = []): void {
  let loading: Promise<ReturnType<typeof makeMcp>> | undefined;
  app.post("/mcp", refuseForeignPages(corsOrigins), async (c) => {
    loading ??= import("../mcp/server.ts").then(({ makeMcp }) =>
      makeMcp((path, init, env) => app.request(path, init, env as object))
    );
    // Its body has been read; whoever reads it again needs one of its own.
    c.req.raw = new Request(c.req.raw, { body: await c.req.text() });
    const answer = await (await loading)(c);
    return c.newResponse(answer.body, answer); // with the headers that the doors have set
  });
}

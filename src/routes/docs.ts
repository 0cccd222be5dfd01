// The contract, for programs (/openapi.json) and for people (/docs). Nothing here leaves our origin.
import type { OpenAPIHono } from "@hono/zod-openapi";
import { Scalar } from "@scalar/hono-api-reference";
import { makeDocument } from "../contract/document.ts";
import type { Bounds } from "../contract/fields.ts";
import type { AppEnv } from "../http/context.ts";
import { pageHeaders } from "../http/page_headers.ts";

const SCRIPT_PATH = "/docs/scalar.js";

export function mountDocs(app: OpenAPIHono<AppEnv>, bounds: Bounds): void {
  let document: string | undefined; // made when it is first asked for, so that the start need not wait
  app.get("/openapi.json", (c) => {
    document ??= JSON.stringify(makeDocument(bounds));
    return c.body(document, 200, { "content-type": "application/json" });
  });

  app.get(
    "/docs",
    pageHeaders({
      styleSrc: ["'self'", "'unsafe-inline'"], // Scalar sets style attributes, which no nonce can cover
      connectSrc: ["'self'"],
      imgSrc: ["'self'", "data:", "blob:"],
      fontSrc: ["'self'", "data:"],
    }),
    Scalar<AppEnv>((c) => ({
      nonce: c.var.secureHeadersNonce,
      url: "/openapi.json",
      cdn: SCRIPT_PATH,
      pageTitle: "Inventory Agent",
      // Everything that would reach for another host, or offer to.
      withDefaultFonts: false,
      telemetry: false,
      agent: { disabled: true },
      mcp: { disabled: true },
      showDeveloperTools: "never",
      hideClientButton: true,
      // A key is entered once, at the top of the page.
      authentication: { preferredSecurityScheme: "ApiKeyBearer" },
      persistAuth: true,
    })),
  );

  app.get(SCRIPT_PATH, async (c) =>
    c.body(await scalarScript(), 200, {
      "content-type": "text/javascript; charset=utf-8",
      "cache-control": "public, max-age=86400",
    }));

  app.get("/favicon.ico", (c) => c.body(null, 204));
}

/**
 * The script of the page. Scalar publishes it as a file only together with some 280 packages; its Fastify
 * plugin carries the same file in one, so the plugin is asked for its routes. Loaded when first wanted.
 */
let script: Promise<string> | undefined;
function scalarScript(): Promise<string> {
  return script ??= import("@scalar/fastify-api-reference").then(({ default: plugin }) => {
    let text = "";
    const reply = { header: () => reply, send: (body: string) => text = body };
    const fastify = {
      route: (route: { url: string; handler(request: unknown, reply: unknown): void }) => {
        if (route.url.endsWith(".js")) route.handler({}, reply);
      },
    };
    const options = { configuration: { url: "/openapi.json" } };
    (plugin as unknown as (fastify: unknown, options: unknown, done: () => void) => void)(
      fastify,
      options,
      () => {},
    );
    return text;
  });
}

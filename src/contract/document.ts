// The OpenAPI document, made from the routes alone: no server, no handlers, no Redis.
import { OpenAPIHono } from "@hono/zod-openapi";
import { SECURITY_SCHEMES, securityOf } from "./security.ts";
import { DEFAULT_BOUNDS } from "./fields.ts";
import { routesWithin } from "./routes.ts";
import project from "../../deno.json" with { type: "json" };
import { declareHeaders } from "./headers.ts";
import { IDEMPOTENCY_PARAMETERS } from "./operations.ts";
import { describeRefusals } from "./refusals.ts";

/** What the service is called, and its version, which stands in deno.json alone. */
export const NAME = { title: "Inventory Agent", version: project.version };

const DESCRIPTION =
  `Look at stock, hold units for a while, turn the hold into a sale or give it back.

Every command is atomic and safe to repeat: send an \`Idempotency-Key\` and the same request has one effect, however
often it is sent. A hold ends once: confirmed, released, or expired at exactly \`expires_at\`.

Whatever is not 2xx is a problem document (RFC 9457). \`code\` tells programs what happened and is what to branch on;
\`GET /problems/{code}\` says what to do about it.

**When to repeat.** \`retryable: true\` means that the same request with the same idempotency key may succeed later: wait
as long as \`Retry-After\` says, or else a little longer each time, and send it again unchanged. \`retryable: false\` means
that it will be refused again: change the request first, and give the changed one a new key. When no answer came at
all, send the same request with the same key: it has one effect, and you learn the outcome.

**A purchase**: \`getInventory\` to choose, \`createHold\` when the buyer is about to pay, \`confirmHold\` once payment has
succeeded, \`releaseHold\` if it has not.

The same operations are tools for AI agents at \`POST /mcp\` (Model Context Protocol, streamable HTTP).`;

/** Makes the OpenAPI 3.1 document of a service with these bounds. */
export function makeDocument(bounds = DEFAULT_BOUNDS) {
  const app = new OpenAPIHono();
  const registry = app.openAPIRegistry;
  for (const [name, parameter] of Object.entries(IDEMPOTENCY_PARAMETERS)) {
    registry.registerComponent("parameters", name, parameter);
  }
  for (const [name, scheme] of Object.entries(SECURITY_SCHEMES)) {
    registry.registerComponent("securitySchemes", name, scheme);
  }
  for (const { access, ...route } of routesWithin(bounds)) {
    registry.registerPath({ ...route, security: securityOf(access) });
  }
  return describeRefusals(declareHeaders(app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { ...NAME, description: DESCRIPTION },
    servers: [{ url: "/", description: "The service that serves this document." }],
    tags: [
      { name: "Inventory", description: "What there is." },
      { name: "Holds", description: "Units set aside for a while." },
      { name: "Sales", description: "Sales without a hold." },
      { name: "Movements", description: "Units that come, go, or change place without a buyer." },
      { name: "Events", description: "What happened." },
      { name: "Service", description: "The service about itself." },
    ],
  }, { sortComponents: "alphabetically" })));
}

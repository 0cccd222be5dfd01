// The OpenAPI document, made from the routes alone: no server, no handlers, no Redis.
import { OpenAPIHono } from "@hono/zod-openapi";
import { SECURITY_SCHEMES, securityOf } from "./access.ts";
import {
  confirmHold,
  createCart,
  createHold,
  extendHold,
  getHold,
  listHolds,
  releaseHold,
} from "./holds.ts";
import { getInventory, listInventory, queryInventory } from "./inventory.ts";
import { adjustStock, transferStock } from "./movements.ts";
import { IDEMPOTENCY_PARAMETERS } from "./operations.ts";
import { simulateSale } from "./sales.ts";
import { explainProblem, getHealth } from "./service.ts";

/** Every operation of the service, in the order of the document. */
export const ROUTES = [
  getInventory,
  listInventory,
  queryInventory,
  createHold,
  createCart,
  confirmHold,
  releaseHold,
  extendHold,
  getHold,
  listHolds,
  simulateSale,
  adjustStock,
  transferStock,
  getHealth,
  explainProblem,
];

const DESCRIPTION =
  `Look at stock, hold units for a while, turn the hold into a sale or give it back.

Every command is atomic and safe to repeat: send an \`Idempotency-Key\` and the same request has one effect, however
often it is sent. A hold ends once: confirmed, released, or expired at exactly \`expires_at\`.

Whatever is not 2xx is a problem document (RFC 9457). \`code\` tells programs what happened, \`retryable\` whether the
same request with the same key may succeed later.`;

/** Makes the OpenAPI 3.1 document of the service. */
export function makeDocument() {
  const app = new OpenAPIHono();
  const registry = app.openAPIRegistry;
  for (const [name, parameter] of Object.entries(IDEMPOTENCY_PARAMETERS)) {
    registry.registerComponent("parameters", name, parameter);
  }
  for (const [name, scheme] of Object.entries(SECURITY_SCHEMES)) {
    registry.registerComponent("securitySchemes", name, scheme);
  }
  for (const route of ROUTES) {
    registry.registerPath({ ...route, security: securityOf(route.method, route.path) });
  }
  return app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { title: "Inventory Agent", version: "1.0.0", description: DESCRIPTION },
    servers: [{ url: "/", description: "The service that serves this document." }],
    tags: [
      { name: "Inventory", description: "What there is." },
      { name: "Holds", description: "Units set aside for a while." },
      { name: "Sales", description: "Sales without a hold." },
      { name: "Movements", description: "Units that come, go, or change place without a buyer." },
      { name: "Service", description: "The service about itself." },
    ],
  }, { sortComponents: "alphabetically" });
}

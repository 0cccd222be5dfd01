// Every operation there is.
import { getEvents } from "./events.ts";
import { confirmHold, extendHold, releaseHold } from "./hold_changes.ts";
import { createCart, createHold, getHold, listHolds } from "./holds.ts";
import { getInventory, listInventory, queryInventory } from "./inventory.ts";
import { adjustStock, transferStock } from "./movements.ts";
import { simulateSale } from "./sales.ts";
import { explainProblem, getHealth, getReadiness } from "./service.ts";
import { verifyStock } from "./verify.ts";
import { type Bounds, DEFAULT_BOUNDS } from "./fields.ts";

/** Every operation of a service with these bounds, in the order of the document. */
export const routesWithin = (bounds: Bounds) => [
  getInventory,
  listInventory,
  queryInventory,
  createHold(bounds),
  createCart(bounds),
  confirmHold,
  releaseHold,
  extendHold(bounds),
  getHold,
  listHolds,
  simulateSale,
  adjustStock,
  transferStock,
  getEvents,
  verifyStock,
  getHealth,
  getReadiness,
  explainProblem,
];

/** Those of a service that is configured with nothing. */
export const ROUTES = routesWithin(DEFAULT_BOUNDS);

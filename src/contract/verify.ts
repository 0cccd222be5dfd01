// Whether the books are right: what is recorded as held, against the holds there are.
import { createRoute, z } from "@hono/zod-openapi";
import { HoldId, Location, Sku, Units } from "./fields.ts";
import { jsonBody, POST_PROBLEMS, withAccess } from "./operations.ts";
import { problemResponses } from "./problems.ts";

/** The most findings of each kind that one answer lists. */
export const MAX_FINDINGS = 1000;

export const VerifyRequest = z.strictObject({
  repair: z.boolean().default(false).meta({
    description: "Whether to set `held` right on the lines that are listed.",
  }),
}).meta({ description: "What to do.", example: { repair: false } }).openapi("VerifyRequest");

const Drift = z.object({
  sku: Sku,
  location: Location,
  held: z.int().meta({ description: "Units recorded as held." }),
  expected: Units.meta({ description: "Units in active holds." }),
  repaired: z.boolean().meta({ description: "Whether it is set right now." }),
}).meta({
  description: "A line whose held units are not those of its active holds.",
  example: { sku: "SKU000001", location: "online", held: 5, expected: 3, repaired: false },
}).openapi("Drift");

const Orphan = z.object({
  hold_id: HoldId,
  problem: z.enum(["record_missing", "record_ended"]).meta({
    description:
      "The hold awaits its expiry, but there is no record of it that can be read, or it has ended.",
  }),
}).meta({
  description:
    "An entry without an active hold. It does no harm, goes when it falls due, and is not repaired.",
  example: { hold_id: "hold-7d9f6b1e-3c58-4d0a-9a51-0f4d7f1f6a2b", problem: "record_missing" },
}).openapi("Orphan");

export const Verification = z.object({
  checked_skus: Units,
  checked_holds: Units.meta({ description: "Active holds that were met." }),
  drift_count: Units.meta({ description: "Lines that were found wrong." }),
  drifts: z.array(Drift).meta({ description: `The first ${MAX_FINDINGS} of them.` }),
  orphan_count: Units,
  orphans: z.array(Orphan).meta({ description: `The first ${MAX_FINDINGS} of them.` }),
}).meta({
  description: "What was checked and what was found.",
  example: {
    checked_skus: 902,
    checked_holds: 17,
    drift_count: 0,
    drifts: [],
    orphan_count: 0,
    orphans: [],
  },
}).openapi("Verification");

export const verifyStock = withAccess(
  "admin",
  createRoute({
    method: "post",
    path: "/verify",
    operationId: "verifyStock",
    tags: ["Service"],
    summary: "Check what is held against the holds",
    description:
      "For operators. Adds up all active holds and compares, exactly, while traffic goes on. It takes its time with " +
      "the number of holds and SKUs, in short steps, and changes nothing unless `repair` says so. One at a time: " +
      "others are refused as `overloaded`. Needs no idempotency key: a repeat checks again.",
    request: { body: jsonBody(VerifyRequest) },
    responses: {
      200: { description: "Checked.", content: { "application/json": { schema: Verification } } },
      ...problemResponses([
        ...POST_PROBLEMS,
        "internal_error",
        "store_unavailable",
        "outcome_unknown",
      ]),
    },
  }),
);

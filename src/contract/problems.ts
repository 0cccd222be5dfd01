// The document in which a problem is told (RFC 9457), and what a route may answer with.
import { z } from "@hono/zod-openapi";
import { Instant, Location, LocationOrAny, Sku, Units } from "./fields.ts";
import { type ProblemCode, PROBLEMS, type ProblemStatus } from "./problem_kinds.ts";

const PROBLEM_CODES = Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]];

export const Shortage = z.object({
  sku: Sku,
  location: LocationOrAny,
  requested: Units.meta({ description: "Units asked for.", example: 20 }),
  available: Units.meta({
    description:
      "Units that this line alone could have had there; with `any`, the most at one location, or in all when split. " +
      "Other lines of the same request may want the same units.",
    example: 12,
  }),
  elsewhere: z.record(Location, Units).meta({
    description: "Units available at other locations, none left out but those without any.",
    example: { "store:STORE_MUMBAI": 182 },
  }),
}).meta({ description: "A line that is short of stock." }).openapi("Shortage");

export const FieldError = z.object({
  in: z.enum(["body", "path", "query", "header"]).meta({ description: "The part of the request." }),
  pointer: z.string().meta({
    description:
      "JSON pointer (RFC 6901) to the field within that part; empty for the whole of it.",
    example: "/quantity",
  }),
  detail: z.string().meta({ description: "What is wrong with it." }),
}).meta({ description: "One field that failed validation." }).openapi("FieldError");

export type FieldError = z.infer<typeof FieldError>;

export const Problem = z.object({
  type: z.string().meta({
    description: "Where this kind of problem is explained, relative to the service.",
    example: "/problems/insufficient_stock",
  }),
  title: z.string().meta({ description: "The kind of problem, for people." }),
  status: z.int().meta({ description: "The HTTP status." }),
  detail: z.string().meta({ description: "This occurrence of it, for people." }),
  code: z.enum(PROBLEM_CODES).meta({ description: "The kind of problem, for programs." }),
  retryable: z.boolean().meta({
    description: "Whether the same request, with the same idempotency key, may succeed later.",
  }),
  request_id: z.string().meta({ description: "Names the request in the service's log." }),
  errors: z.array(FieldError).optional().meta({ description: "With `validation_failed`." }),
  max_expires_at: Instant.optional().meta({ description: "With `lifetime_exceeded`." }),
  shortages: z.array(Shortage).optional().meta({ description: "With `insufficient_stock`." }),
  current: z.int().optional().meta({
    description:
      "With `stale_quantity` and `on_hand_limit_exceeded`: units on hand now, below 0 while some are owed.",
  }),
}).meta({ description: "What went wrong (RFC 9457)." }).openapi("Problem");

export type Problem = z.infer<typeof Problem>;

/** What an occurrence adds to its kind. */
export type ProblemDetails =
  & Partial<Pick<Problem, "current" | "errors" | "max_expires_at" | "shortages">>
  & {
    detail?: string;
  };

/** The document for one occurrence of a problem; `detail` falls back to the advice for its kind. */
export function describeProblem(
  code: ProblemCode,
  requestId: string,
  details: ProblemDetails,
): Problem {
  const { status, title, retryable, advice } = PROBLEMS[code];
  return {
    type: `/problems/${code}`,
    title,
    status,
    detail: advice,
    code,
    retryable,
    request_id: requestId,
    ...details,
  };
}

/** The description of one status a route may answer: the codes it carries, each with an example. */
function problemResponse(codes: ProblemCode[]) {
  const example = (code: ProblemCode) =>
    describeProblem(code, "3f0c4b0e-6a3d-4a53-8f0e-7f5a8f0c1d2e", {});
  return {
    description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].advice}`).join("\n\n"),
    content: {
      "application/problem+json": {
        schema: Problem,
        examples: Object.fromEntries(codes.map((code) => [code, { value: example(code) }])),
      },
    },
  };
}

type ProblemResponses<Code extends ProblemCode> = {
  [Status in ProblemStatus<Code>]: ReturnType<typeof problemResponse>;
};

/** The answers of a route for these problem codes, by status, to spread into its `responses`. */
export function problemResponses<Code extends ProblemCode>(codes: Code[]): ProblemResponses<Code> {
  const byStatus = Map.groupBy(codes, (code) => PROBLEMS[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [status, problemResponse(group)]),
  ) as unknown as ProblemResponses<Code>;
}

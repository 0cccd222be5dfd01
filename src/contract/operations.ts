// What all operations have in common: the header that makes a command safe to repeat, and the
// problems that any command or any query can answer.
import { createRoute, type z } from "@hono/zod-openapi";
import { type ProblemCode } from "./problem_kinds.ts";
import { problemResponses } from "./problems.ts";
import type { Access } from "./scopes.ts";

export const IDEMPOTENCY_PARAMETERS = {
  IdempotencyKey: {
    name: "Idempotency-Key",
    in: "header" as const,
    required: false,
    description:
      "Names this request, so that it has one effect however often it is sent. The same key with the same " +
      "request gets the first answer again, byte for byte, with `Idempotent-Replayed: true`. A refusal that was decided " +
      "(404, 409, `exceeds_held_quantity`) is such an answer too: a mended request needs a new key.",
    schema: { type: "string" as const, pattern: "^[!-~]{1,255}$" },
    example: "order-12345",
  },
  XIdempotencyKey: {
    name: "X-Idempotency-Key",
    in: "header" as const,
    required: false,
    description: "The same under its older name. Send one of the two.",
    schema: { type: "string" as const, pattern: "^[!-~]{1,255}$" },
  },
};

/** Parameters of every command, by reference. */
export const commandParameters = Object.keys(IDEMPOTENCY_PARAMETERS).map((name) => ({
  $ref: `#/components/parameters/${name}`,
}));

/** A required JSON body; without `required` a request without one would pass unvalidated. */
export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { required: true as const, content: { "application/json": { schema } } };
}

/** What the doors before any operation answer: keys and limits. */
export const GUARD_PROBLEMS = ["unauthorized", "forbidden", "rate_limited", "overloaded"] as const;

/** What any POST may be refused with before it is done. */
export const POST_PROBLEMS = [
  ...GUARD_PROBLEMS,
  "origin_not_allowed",
  "malformed_json",
  "invalid_idempotency_key",
  "request_timeout",
  "body_too_large",
  "unsupported_media_type",
  "validation_failed",
] as const;

/** What any command may be refused with, whatever it does. */
export const COMMAND_PROBLEMS = [
  ...POST_PROBLEMS,
  "idempotency_key_reused",
  "internal_error",
  "store_unavailable",
  "store_full",
  "outcome_unknown",
] as const;

const QUERY_PROBLEMS = [...GUARD_PROBLEMS, "internal_error", "store_unavailable"] as const;

/** The problems of every command, and those that this one adds. */
export function commandProblems<Code extends ProblemCode>(...codes: Code[]) {
  return problemResponses([...COMMAND_PROBLEMS, ...codes]);
}

/** The problems of every query, and those that this one adds. */
export function queryProblems<Code extends ProblemCode>(...codes: Code[]) {
  return problemResponses([...QUERY_PROBLEMS, ...codes]);
}

/** A route that says who may call it. */
export function withAccess<Route extends object>(
  access: Access,
  route: Route,
): Route & { access: Access } {
  return Object.assign(route, { access });
}

/** A command: a POST with a JSON body, safe to repeat under a key. */
export function command<
  Path extends string,
  Body extends z.ZodType,
  Answer extends z.ZodType,
  Code extends ProblemCode,
>({ path, operationId, access, tag, summary, description, body, says, answer, refusals }: {
  path: Path;
  operationId: string;
  access: Access;
  tag: string;
  summary: string;
  description: string;
  body: Body;
  /** What the answer means, in a word or two. */
  says: string;
  answer: Answer;
  /** What this one may be refused with, besides what any command may. */
  refusals: readonly Code[];
}) {
  return withAccess(
    access,
    createRoute({
      method: "post",
      path,
      operationId,
      tags: [tag],
      summary,
      description,
      parameters: commandParameters,
      request: { body: jsonBody(body) },
      responses: {
        200: { description: says, content: { "application/json": { schema: answer } } },
        ...commandProblems(...refusals),
      },
    }),
  );
}

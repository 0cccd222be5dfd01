// Answers that are not 2xx: all of them leave through here as application/problem+json.
import type { Hook } from "@hono/zod-openapi";
import type { TypedResponse } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { type ProblemCode, PROBLEMS, type ProblemStatus } from "../contract/problem_kinds.ts";
import {
  describeProblem,
  type FieldError,
  type Problem,
  type ProblemDetails,
} from "../contract/problems.ts";
import type { Log } from "../log.ts";
import { StoreFault } from "../redis/faults.ts";
import type { AppContext, AppEnv } from "./context.ts";

const RETRY_AFTER_SECONDS = "1";

/** Answers with a problem. The repeat of a keyed request shows the first one's request id: same bytes. */
export function problem<Code extends ProblemCode>(
  c: AppContext,
  code: Code,
  details: ProblemDetails = {},
): Response & TypedResponse<Problem, ProblemStatus<Code>, "json"> {
  const body = describeProblem(code, c.get("call")?.replayOf ?? c.get("requestId"), details);
  const status: ContentfulStatusCode = PROBLEMS[code].status;
  const headers: Record<string, string> = { "content-type": "application/problem+json" };
  if (status === 503) headers["retry-after"] = RETRY_AFTER_SECONDS;
  return c.json(body, status, headers) as
    & Response
    & TypedResponse<Problem, ProblemStatus<Code>, "json">;
}

const PARTS = {
  json: "body",
  form: "body",
  param: "path",
  query: "query",
  header: "header",
  cookie: "header",
} as const;

/** What zod-openapi calls when input does not fit its schema. */
export const validationHook: Hook<unknown, AppEnv, string, Response | undefined> = (result, c) => {
  if (result.success) return;
  const part = PARTS[result.target as keyof typeof PARTS];
  const errors = result.error.issues.map((issue) => ({
    in: part,
    pointer: issue.path.map((step) =>
      "/" + String(step).replaceAll("~", "~0").replaceAll("/", "~1")
    ).join(""),
    detail: issue.message,
  }));
  const [first] = errors;
  return problem(c as AppContext, "validation_failed", {
    detail: `${first.in} ${first.pointer}: ${first.detail}`.replace("  ", " "),
    errors,
  });
};

/** Answers that one field does not do, for what the schemas alone cannot know. */
export function refuseField(
  c: AppContext,
  part: FieldError["in"],
  pointer: string,
  detail: string,
) {
  return problem(c, "validation_failed", { detail, errors: [{ in: part, pointer, detail }] });
}

/** The last door for what was thrown: faults of the store, refusals of the framework, and bugs. */
export function answerThrown(error: Error, c: AppContext, log: Log): Response {
  if (error instanceof StoreFault) {
    log.warn("store fault", {
      request_id: c.var.requestId,
      code: error.code,
      reason: error.message,
    });
    return problem(c, error.code);
  }
  if (error instanceof HTTPException) {
    if (error.status === 400) return problem(c, "malformed_json");
    if (error.status === 413) return problem(c, "body_too_large");
    if (error.status === 415) return problem(c, "unsupported_media_type");
  }
  log.error("request failed", { request_id: c.var.requestId, error });
  return problem(c, "internal_error");
}

// Tells with every operation what to do about its refusals: many who read the document, and every tool made
// from it, show the description of an operation and nothing of its answers.
import type { OpenAPIHono } from "@hono/zod-openapi";
import { COMMAND_PROBLEMS } from "./operations.ts";
import { type ProblemCode, PROBLEMS } from "./problem_kinds.ts";

type Document = ReturnType<OpenAPIHono["getOpenAPI31Document"]>;

interface Operation {
  description: string;
  responses: Record<string, { content?: Record<string, { examples?: Record<string, unknown> }> }>;
}

/** Adds to every description the refusals that are the operation's own; those of any command are left out. */
export function describeRefusals(document: Document): Document {
  const common: readonly string[] = COMMAND_PROBLEMS;
  for (const item of Object.values(document.paths ?? {})) {
    for (const operation of Object.values(item) as Operation[]) {
      const own = codesOf(operation).filter((code) => !common.includes(code));
      if (own.length === 0) continue;
      operation.description += "\n\nWhat to do when refused:\n\n" +
        own.map((code) => `- \`${code}\`: ${PROBLEMS[code].advice}`).join("\n");
    }
  }
  return document;
}

/** The problem codes an operation may answer with: the names of their examples. */
function codesOf({ responses }: Operation): ProblemCode[] {
  return Object.values(responses).flatMap(({ content }) =>
    Object.keys(content?.["application/problem+json"]?.examples ?? {}) as ProblemCode[]
  );
}

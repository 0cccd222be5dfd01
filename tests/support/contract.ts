// Holds an answer against the contract: a declared status, its content type, and its schema, to the field.
import assert from "node:assert/strict";
import { z } from "@hono/zod-openapi";
import { ROUTES } from "../../src/contract/document.ts";
import { Problem } from "../../src/contract/problems.ts";

type Declared = Record<number, { content: Record<string, { schema: z.ZodType }> }>;

/** Fails unless `response`, whose body is `text`, is one that the contract lets this request have. */
export function assertDeclared(
  method: string,
  path: string,
  response: Response,
  text: string,
): void {
  const route = ROUTES.find((each) =>
    each.method === method.toLowerCase() && matches(each.path, path)
  );
  const where = `${method} ${path} -> ${response.status} ${text}`;
  // A path or method that is no operation is answered by the framework's own doors.
  const declared: Declared = route ? route.responses : { [response.status]: PROBLEM_CONTENT };
  assert(declared[response.status], `status not declared: ${where}`);
  const contentType = response.headers.get("content-type")!.split(";")[0];
  const content = declared[response.status].content[contentType];
  assert(content, `content type ${contentType} not declared: ${where}`);
  const { schema } = content;
  const result = (schema instanceof z.ZodObject ? schema.strict() : schema).safeParse(
    JSON.parse(text),
  );
  assert(result.success, `body not as declared: ${where}: ${result.error}`);
  assert(response.headers.get("x-request-id"), `no request id: ${where}`);
}

const PROBLEM_CONTENT = { content: { "application/problem+json": { schema: Problem } } };

function matches(template: string, path: string): boolean {
  return new RegExp(`^${template.replaceAll(/\{[^}]+\}/g, "[^/]+")}$`).test(path.split("?")[0]);
}

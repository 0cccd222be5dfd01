// Holds an answer against the contract: a declared status, its content type, its schema to the field, its headers.
import assert from "node:assert/strict";
import { z } from "@hono/zod-openapi";
import { ROUTES } from "../../src/contract/routes.ts";
import { headersOf, isCommand } from "../../src/contract/headers.ts";
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
  const headers = headersOf(String(response.status), route !== undefined && isCommand(route));
  for (
    const [name, mustBeThere] of [["Retry-After", true], ["Idempotent-Replayed", false]] as const
  ) {
    if (mustBeThere && headers.includes(name)) {
      assert(response.headers.get(name), `no ${name}: ${where}`);
    }
    if (!headers.includes(name)) {
      assert(!response.headers.get(name), `${name} not declared: ${where}`);
    }
  }
}

/** `fetch` for a client under test: each JSON answer that it gets is held against the contract. */
export async function checkedFetch(url: string | URL, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(url, init);
  if (/json/.test(response.headers.get("content-type") ?? "")) {
    const text = await response.clone().text();
    assertDeclared(init.method ?? "GET", new URL(url).pathname, response, text);
  }
  return response;
}

const PROBLEM_CONTENT = { content: { "application/problem+json": { schema: Problem } } };

function matches(template: string, path: string): boolean {
  return new RegExp(`^${template.replaceAll(/\{[^}]+\}/g, "[^/]+")}$`).test(path.split("?")[0]);
}

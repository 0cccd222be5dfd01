// The headers of answers. They are added to the finished document, to every operation alike: a route that
// is new has them without saying so, and the types that handlers are checked against stay as they are.
import type { OpenAPIHono } from "@hono/zod-openapi";
import { IDEMPOTENCY_PARAMETERS } from "./operations.ts";

const HEADERS = {
  "X-Request-Id": {
    description: "Names the request in the service's log.",
    schema: { type: "string" },
    example: "3f0c4b0e-6a3d-4a53-8f0e-7f5a8f0c1d2e",
  },
  "Retry-After": {
    description: "Seconds to wait before the same request is worth sending again.",
    schema: { type: "integer", minimum: 0 },
    example: 1,
  },
  "RateLimit-Policy": {
    description: "With a limit configured: how many requests (`q`) in how many seconds (`w`).",
    schema: { type: "string" },
    example: '"key";q=600;w=60',
  },
  RateLimit: {
    description:
      "With a limit configured: requests left (`r`), and seconds until all are back (`t`).",
    schema: { type: "string" },
    example: '"key";r=599;t=1',
  },
  "Idempotent-Replayed": {
    description:
      "`true` when this is the first answer to the idempotency key again; missing on the first one.",
    schema: { type: "string", enum: ["true"] },
    example: "true",
  },
};

export type HeaderName = keyof typeof HEADERS;

/** What a command decided is kept under its key, and so replayed; what stopped it before that is not. */
const DECIDED = ["200", "201", "404", "409", "422"];

interface Operation {
  parameters?: unknown[];
  responses: Record<string, { headers?: Record<string, unknown> }>;
}

type Headers = NonNullable<Document["components"]>["headers"];
type Document = ReturnType<OpenAPIHono["getOpenAPI31Document"]>;

/** The headers that an answer with this status has, where `isCommand` says what kind of operation it is. */
export function headersOf(status: string, isCommand: boolean): HeaderName[] {
  return [
    "X-Request-Id",
    ...(status === "429" ? ["RateLimit" as const, "RateLimit-Policy" as const] : []),
    ...(status === "429" || status === "503" ? ["Retry-After" as const] : []),
    ...(isCommand && DECIDED.includes(status) ? ["Idempotent-Replayed" as const] : []),
  ];
}

/** Declares on every answer of `document` the headers it has. */
export function declareHeaders(document: Document): Document {
  document.components = { ...document.components, headers: HEADERS as Headers };
  for (const item of Object.values(document.paths ?? {})) {
    for (const operation of Object.values(item) as Operation[]) {
      for (const [status, response] of Object.entries(operation.responses)) {
        const names = headersOf(status, isCommand(operation));
        response.headers = {
          ...response.headers,
          ...Object.fromEntries(
            names.map((name) => [name, { $ref: `#/components/headers/${name}` }]),
          ),
        };
      }
    }
  }
  return document;
}

/** Whether an operation takes an idempotency key, which is what makes it a command. */
export function isCommand(operation: object): boolean {
  const { parameters = [] } = operation as { parameters?: unknown[] };
  const key = `#/components/parameters/${Object.keys(IDEMPOTENCY_PARAMETERS)[0]}`;
  return parameters.some((each) => (each as { $ref?: string }).$ref === key);
}

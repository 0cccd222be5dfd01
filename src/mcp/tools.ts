// The tools of the MCP endpoint: one for each operation of the OpenAPI document, made from it alone.
import { makeDocument } from "../contract/document.ts";
import type { Bounds } from "../contract/fields.ts";
import { isCommand } from "../contract/headers.ts";
import { IDEMPOTENCY_PARAMETERS } from "../contract/operations.ts";

type Schema =
  & { properties?: Record<string, unknown>; required?: string[] }
  & Record<string, unknown>;
type Content = Record<string, { schema: Schema }>;

interface Operation {
  operationId: string;
  summary: string;
  description: string;
  parameters?: { name: string; in: string; required?: boolean; schema: Schema }[];
  requestBody?: { content: Content };
  responses: Record<string, { content?: Content }>;
}

/** What a tool is to those who list it (MCP's `Tool`), and how a call of it becomes a request. */
export interface Tool {
  listed: {
    name: string;
    title: string;
    description: string;
    inputSchema: { type: "object" } & Schema;
    outputSchema?: { type: "object" } & Schema;
    annotations: Record<string, boolean>;
  };
  method: string;
  path: string;
  /** Where an argument goes; one that is not here goes into the body. */
  places: Map<string, "path" | "query" | "header">;
  hasBody: boolean;
}

const JSON_TYPE = "application/json";
const PROBLEM_TYPE = "application/problem+json";

/** The name of the argument that travels as the header Idempotency-Key. */
export const KEY_ARGUMENT = "idempotency_key";

/** Makes the tools, by name, and what a caller should know of all of them. */
export function makeTools(
  bounds: Bounds,
): { tools: Map<string, Tool>; info: ReturnType<typeof about> } {
  const document = JSON.parse(JSON.stringify(makeDocument(bounds)));
  const inline = (schema: Schema) => withoutReferences(schema, document.components.schemas);
  const tools = Object.entries<Record<string, Operation>>(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => makeTool(method, path, operation, inline))
  );
  return { tools: new Map(tools.map((tool) => [tool.listed.name, tool])), info: about(document) };
}

function about({ info }: { info: { title: string; version: string; description: string } }) {
  return { name: info.title, version: info.version, instructions: info.description };
}

function makeTool(
  method: string,
  path: string,
  operation: Operation,
  inline: (schema: Schema) => Schema,
): Tool {
  const { operationId: name, summary: title, requestBody } = operation;
  const parameters = operation.parameters?.filter((each) => /path|query/.test(each.in)) ?? [];
  const body = requestBody && inline(requestBody.content[JSON_TYPE].schema);
  const command = isCommand(operation);
  const properties: Record<string, unknown> = Object.fromEntries(
    parameters.map((each) => [each.name, inline(each.schema)]),
  );
  for (const [field, schema] of Object.entries(body?.properties ?? {})) {
    if (field in properties) throw new Error(`${name}: ${field} is both a parameter and a field`);
    properties[field] = schema;
  }
  if (command) properties[KEY_ARGUMENT] = keySchema();
  const required = [
    ...parameters.filter((each) => each.required).map((each) => each.name),
    ...body?.required ?? [],
    ...command ? [KEY_ARGUMENT] : [],
  ];
  const answer = operation.responses[200]?.content?.[JSON_TYPE]?.schema;
  const problem = Object.values(operation.responses).find((each) => each.content?.[PROBLEM_TYPE]);
  return {
    listed: {
      name,
      title,
      description: `${title}. ${operation.description}`,
      inputSchema: { type: "object", properties, required, additionalProperties: false },
      // Clients hold problems against this schema too, so it must know both.
      outputSchema: answer && {
        type: "object",
        anyOf: [answer, problem?.content?.[PROBLEM_TYPE].schema].filter((each) => !!each)
          .map((each) => inline(each!)),
      },
      annotations: {
        readOnlyHint: method === "get",
        idempotentHint: method === "get" || command, // a command's key is one of its arguments
        openWorldHint: false,
      },
    },
    method: method.toUpperCase(),
    path,
    places: new Map<string, "path" | "query" | "header">([
      ...parameters.map((each) => [each.name, each.in as "path" | "query"] as const),
      ...command ? [[KEY_ARGUMENT, "header"] as const] : [],
    ]),
    hasBody: body !== undefined,
  };
}

function keySchema() {
  const { schema, description, example } = IDEMPOTENCY_PARAMETERS.IdempotencyKey;
  return { ...schema, description: `${description} A new key for a new request.`, example };
}

/** The schema with the components that it refers to written in place: a tool's schema stands alone. */
function withoutReferences(schema: Schema, components: Record<string, Schema>): Schema {
  const visit = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(visit);
    if (typeof node !== "object" || node === null) return node;
    const { $ref, ...rest } = node as { $ref?: string };
    const here = Object.fromEntries(Object.entries(rest).map(([key, each]) => [key, visit(each)]));
    if ($ref === undefined) return here;
    return { ...visit(components[$ref.split("/").at(-1)!]) as Schema, ...here };
  };
  return visit(schema) as Schema;
}

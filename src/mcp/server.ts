// The MCP endpoint: streamable HTTP without sessions. A tool call becomes a request to the app in this
// process, so that it passes the same doors - keys, limits, validation, idempotency, log - as any other.
// The comments before the imports are for the types: without them they resolve to `any`, silently.
// @ts-types="@modelcontextprotocol/sdk/server/index"
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
// @ts-types="@modelcontextprotocol/sdk/server/webStandardStreamableHttp"
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
// @ts-types="@modelcontextprotocol/sdk/types"
import {
  CallToolRequestSchema,
  type CallToolResult,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
} from "@modelcontextprotocol/sdk/types.js";
import type { Bounds } from "../contract/fields.ts";
import type { AppContext } from "../http/context.ts";
import { makeTools, type Tool } from "./tools.ts";

/** Headers of the MCP request that the request made of it carries on. */
const PASSED_ON = ["authorization", "x-api-key", "x-forwarded-for", "traceparent"];

type Arguments = Record<string, unknown>;
type Send = (path: string, init: RequestInit) => Response | Promise<Response>;

/** Makes what answers `POST /mcp`; `send` is the app's own door, `bounds` those of its contract. */
export function makeMcp(
  send: (path: string, init: RequestInit, env: unknown) => Response | Promise<Response>,
  bounds: Bounds,
): (c: AppContext) => Promise<Response> {
  const { tools, info } = makeTools(bounds);
  const listed = [...tools.values()].map((tool) => tool.listed);
  return async (c) => {
    const headers = passedOn(c);
    const sendAlong: Send = (path, init) => {
      for (const [name, value] of headers) (init.headers as Headers).set(name, value);
      return send(path, { ...init, signal: c.req.raw.signal }, c.env);
    };
    const server = new Server({ name: info.name, version: info.version }, {
      capabilities: { tools: {} },
      instructions: info.instructions,
    });
    server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: listed }));
    server.setRequestHandler(CallToolRequestSchema, ({ params }) => {
      const tool = tools.get(params.name);
      if (!tool) throw new McpError(ErrorCode.InvalidParams, `There is no tool ${params.name}`);
      return call(tool, params.arguments ?? {}, sendAlong);
    });
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: undefined,
      enableJsonResponse: true,
    });
    await server.connect(transport);
    try {
      return await transport.handleRequest(c.req.raw);
    } finally {
      await server.close();
    }
  };
}

function passedOn(c: AppContext): [name: string, value: string][] {
  const given = PASSED_ON.map((name) => [name, c.req.header(name)] as const);
  return [
    ["x-request-id", c.var.requestId],
    ...given.filter((each): each is [string, string] => each[1] !== undefined),
  ];
}

async function call(tool: Tool, args: Arguments, send: Send): Promise<CallToolResult> {
  const response = await send(...toRequest(tool, args));
  const text = await response.text();
  const isJson = /json/.test(response.headers.get("content-type") ?? "");
  return {
    isError: !response.ok,
    content: [{ type: "text", text }],
    structuredContent: isJson ? JSON.parse(text) : undefined,
    _meta: {
      status: response.status,
      request_id: response.headers.get("x-request-id"),
      idempotent_replayed: response.headers.has("idempotent-replayed"),
      retry_after: response.headers.get("retry-after") ?? undefined,
    },
  };
}

/** The request that a call stands for: arguments in the path, the query, the key's header, and the body. */
export function toRequest(
  { method, path, places, hasBody }: Pick<Tool, "method" | "path" | "places" | "hasBody">,
  args: Arguments,
): [path: string, init: RequestInit] {
  const headers = new Headers({ accept: "application/json" });
  const query = new URLSearchParams();
  const body: Arguments = {};
  let target = path;
  for (const [name, value] of Object.entries(args)) {
    const place = places.get(name) ?? (hasBody ? "body" : "query");
    const text = String(value);
    if (place === "body") body[name] = value;
    else if (value === null || value === undefined) continue; // as if left out
    else if (place === "query") [value].flat().forEach((each) => query.append(name, String(each)));
    else if (place === "path") target = target.replace(`{${name}}`, () => encodeURIComponent(text));
    // What no header can carry is sent as no key, which the service refuses by its name.
    else headers.set("idempotency-key", /^[!-~]+$/.test(text) ? text : "");
  }
  if (query.size > 0) target += `?${query}`;
  if (!hasBody) return [target, { method, headers }];
  headers.set("content-type", "application/json");
  return [target, { method, headers, body: JSON.stringify(body) }];
}

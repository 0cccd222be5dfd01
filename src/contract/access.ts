// Who may call what, once keys are configured: one table for operations and pages alike. The document is
// made from it and the doors ask it, so that they agree; what it does not name is for `admin` alone.

/** What a key may be good for. No scope includes another: a key has those it names. */
export const SCOPES = ["read", "hold", "stock", "admin"] as const;
export type Scope = (typeof SCOPES)[number];

/**
 * `open` needs no key ever; `public read` none unless PUBLIC_READS says otherwise, and then `read`; `any`
 * takes any key; a scope needs a key that has it.
 */
export type Access = Scope | "open" | "public read" | "any";

const ACCESS: Record<string, Access> = {
  "GET /inventory/{sku}": "public read",
  "GET /inventory": "public read",
  "POST /inventory/query": "read",
  "GET /holds/{hold_id}": "public read",
  "GET /holds": "public read",
  "GET /events": "read",
  "POST /hold": "hold",
  "POST /hold/cart": "hold",
  "POST /confirm": "hold",
  "POST /release": "hold",
  "POST /extend": "hold",
  "POST /adjust": "stock",
  "POST /transfer": "stock",
  "POST /simulate/sale": "stock",
  "POST /verify": "admin",
  "GET /metrics": "admin",
  "GET /health": "open",
  "GET /ready": "open", // its details are for `admin`
  "GET /problems/{code}": "open",
  // Tools call the operations with the caller's key, so this door only wants to see one.
  "POST /mcp": "any",
  "GET /": "open",
  "GET /console/{file}": "open", // the page's own files; what they show, they ask for with a key
  "GET /docs": "open",
  "GET /docs/scalar.js": "open",
  "GET /docs/guide": "open",
  "GET /docs/guide/{page}": "open",
  "GET /openapi.json": "open",
  "GET /favicon.ico": "open",
};

/** What `method` on `path` needs, where parameters of the path are written `{name}` or `:name`. */
export function accessTo(method: string, path: string): Access {
  const template = path.replaceAll(/:(\w+)(\{[^}]*\})?/g, "{$1}");
  const name = `${method === "HEAD" ? "GET" : method.toUpperCase()} ${template}`;
  return ACCESS[name] ?? "admin";
}

/** Whether the table names the operation, as it must. */
export function hasAccessRule(method: string, path: string): boolean {
  return `${method.toUpperCase()} ${path}` in ACCESS;
}

/** The ways to send a key, for the document. */
export const SECURITY_SCHEMES = {
  ApiKeyBearer: {
    type: "http",
    scheme: "bearer",
    description: "A key of this service, `inv_...`, in `Authorization: Bearer`.",
  },
  ApiKeyHeader: {
    type: "apiKey",
    in: "header",
    name: "X-API-Key",
    description: "The same key in a header of its own.",
  },
} as const;

/** The `security` of an operation. The empty last choice is a service that is configured without keys. */
export function securityOf(method: string, path: string): Record<string, string[]>[] {
  const access = accessTo(method, path);
  if (access === "open") return [];
  const scopes = access === "any" ? [] : [access === "public read" ? "read" : access];
  return [...Object.keys(SECURITY_SCHEMES).map((name) => ({ [name]: scopes })), {}];
}

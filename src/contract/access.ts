// Who may call what, once keys are configured: every operation says it of itself, pages stand here, and what neither
// names is for `admin` alone. The doors ask here.
import { ROUTES } from "./routes.ts";
import type { Access } from "./scopes.ts";

const PAGES: Record<string, Access> = {
  "GET /metrics": "admin",
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

const ACCESS: Record<string, Access> = {
  ...PAGES,
  ...Object.fromEntries(ROUTES.map((route) => [nameOf(route.method, route.path), route.access])),
};

function nameOf(method: string, path: string): string {
  return `${method.toUpperCase()} ${path}`;
}

/** What `method` on `path` needs, where parameters of the path are written `{name}` or `:name`. */
export function accessTo(method: string, path: string): Access {
  const template = path.replaceAll(/:(\w+)(\{[^}]*\})?/g, "{$1}");
  return ACCESS[nameOf(method === "HEAD" ? "GET" : method, template)] ?? "admin";
}

// How keys are sent and what they are needed for, as the document says it.
import type { Access } from "./scopes.ts";

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
export function securityOf(access: Access): Record<string, string[]>[] {
  if (access === "open") return [];
  const scopes = access === "any" ? [] : [access === "public read" ? "read" : access];
  return [...Object.keys(SECURITY_SCHEMES).map((name) => ({ [name]: scopes })), {}];
}

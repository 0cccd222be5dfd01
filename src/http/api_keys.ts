// API keys: who is calling, and whether the key is good for what is asked. Only digests of keys are known.
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import { accessTo } from "../contract/access.ts";
import { type Scope, SCOPES } from "../contract/scopes.ts";
import { NOBODY } from "../commits/keys.ts";
import type { AppContext, AppEnv } from "./context.ts";
import { problem } from "./problems.ts";

export interface ApiKey {
  /** Whose key it is: owns the holds and idempotency keys that come with it. */
  name: string;
  scopes: Scope[];
  /** SHA-256 of the key. */
  digest: Uint8Array;
}

// As the first word of a Redis key and of a log line; no name can be mistaken for NOBODY.
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

/**
 * Reads `name:scope,scope:sha256` entries, apart by white space. Throws an Error that says which is wrong,
 * and where there is none: a secret that came out blank must not open the service to everybody.
 */
export function parseApiKeys(text: string): ApiKey[] {
  const entries = text.split(/\s+/).filter((entry) => entry !== "");
  if (entries.length === 0) throw new Error("has no entry; unset it to let everybody in");
  const digests = new Map<string, number>();
  return entries.map((entry, i) => {
    const [name, scopes = "", digest = "", ...rest] = entry.split(":");
    const fault = rest.length > 0 ? "must be name:scope,scope:sha256" : faultOf(name, scopes);
    if (fault) throw new Error(`entry ${i + 1}: ${fault}`);
    if (!/^[0-9a-f]{64}$/i.test(digest)) {
      throw new Error(`entry ${i + 1}: the digest must be 64 hexadecimal digits`);
    }
    const twin = digests.get(digest.toLowerCase());
    if (twin !== undefined) throw new Error(`entry ${i + 1}: its key is that of entry ${twin}`);
    digests.set(digest.toLowerCase(), i + 1);
    const bytes = new Uint8Array(digest.match(/../g)!.map((pair) => parseInt(pair, 16)));
    return { name, scopes: scopes.split(",") as Scope[], digest: bytes };
  });
}

function faultOf(name: string, scopes: string): string | undefined {
  if (!NAME.test(name)) return "the name must be 1 to 64 of A-Z a-z 0-9 _ . -";
  const unknown = scopes.split(",").find((scope) => !SCOPES.includes(scope as Scope));
  if (unknown !== undefined) return `the scopes must be of ${SCOPES.join(", ")}`;
}

/** A new key, and the entry that lets it in. */
export function makeApiKey(name: string, scopes: string): { key: string; entry: string } {
  const fault = faultOf(name, scopes);
  if (fault) throw new Error(fault);
  const key = `inv_${randomBytes(32).toString("base64url")}`;
  return { key, entry: `${name}:${scopes}:${createHash("sha256").update(key).digest("hex")}` };
}

/** Finds out whose key came with the request. Judging is for `authorize`, so that limits count the guesses. */
export function identify(keys: ApiKey[]): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const sent = readKey(c.req.raw.headers);
    const found = typeof sent === "string" ? findKey(keys, sent) : undefined;
    c.set("scopes", found?.scopes);
    c.set("owner", found?.name ?? NOBODY);
    c.set("badKey", sent !== undefined && !found);
    await next();
  };
}

/** Refuses whoever may not do what the matched route does. */
export function authorize(publicReads: boolean): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const path = routePath(c, -1);
    if (path === "/*") return await next(); // leads nowhere, which is no secret
    const access = accessTo(c.req.method, path);
    const isPublic = access === "public read" && publicReads && !c.var.badKey;
    if (access === "open" || isPublic) return await next();
    if (!c.var.scopes) return refuseKey(c as AppContext, c.var.badKey);
    const scope = access === "public read" ? "read" : access;
    if (scope === "any" || c.var.scopes.includes(scope)) return await next();
    return problem(c as AppContext, "forbidden", { detail: `This needs a key with \`${scope}\`` });
  };
}

function refuseKey(c: AppContext, isBad: boolean): Response {
  const answer = problem(c, "unauthorized", isBad ? { detail: "The key is not known" } : {});
  answer.headers.set("www-authenticate", 'Bearer realm="inventory-agent"');
  return answer;
}

/** The key that was sent, undefined for none, null for what is not one key. */
function readKey(headers: Headers): string | undefined | null {
  const authorization = headers.get("authorization");
  const plain = headers.get("x-api-key");
  if (authorization === null) return plain ?? undefined;
  const bearer = authorization.match(/^Bearer +(\S+)$/i)?.[1];
  return bearer === undefined || (plain !== null && plain !== bearer) ? null : bearer;
}

/** Looks at every entry, whether or not one has matched, so that the time taken tells nothing. */
function findKey(keys: ApiKey[], sent: string): ApiKey | undefined {
  const digest = createHash("sha256").update(sent).digest();
  let found: ApiKey | undefined;
  for (const key of keys) {
    if (timingSafeEqual(key.digest, digest)) found = key;
  }
  return found;
}

// Reads the idempotency key of a command, under its standard or its older name.
import type { MiddlewareHandler } from "hono";
import type { Call } from "../commits/store.ts";
import type { AppEnv } from "./context.ts";
import { problem } from "./problems.ts";

const VISIBLE_ASCII = /^[!-~]{1,255}$/;

/** The key, undefined where none was sent, or null for what is not one key. */
export function readIdempotencyKey(headers: Headers): string | undefined | null {
  const standard = headers.get("idempotency-key");
  const older = headers.get("x-idempotency-key");
  if (standard === null && older === null) return undefined;
  // Quoted is how the IETF draft writes it (a structured-field string), bare is how clients do.
  const keys = [standard, older].filter((value) => value !== null)
    .map((value) => value.replace(/^"(.*)"$/, "$1"));
  return keys.every((key) => key === keys[0]) && VISIBLE_ASCII.test(keys[0]) ? keys[0] : null;
}

/** Prepares what a command carries into the store, and marks the answer when it is a repeat. */
export const idempotency: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (c.req.method !== "POST") return await next();
  const idempotencyKey = readIdempotencyKey(c.req.raw.headers);
  if (idempotencyKey === null) return problem(c, "invalid_idempotency_key");
  const call: Call = {
    target: `POST ${c.req.path}`,
    requestId: c.get("requestId"),
    idempotencyKey,
    owner: c.get("owner"),
  };
  c.set("call", call);
  await next();
  if (call.replayOf !== undefined) c.res.headers.set("idempotent-replayed", "true");
};

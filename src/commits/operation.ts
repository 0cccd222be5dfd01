// What goes to the scripts and what comes back: one verb with its arguments, and its reply.
import { createHash } from "node:crypto";
import type { Reply } from "./batch_queue.ts";
import { StoreFault } from "../redis/faults.ts";
import { isDenial } from "../redis/answers.ts";
import { type CommandName, isAboutStock, type QuestionName } from "./verbs.ts";

/** What a command carries besides its input. The store writes `replayOf` when the command was a repeat. */
export interface Call {
  /** Method and path, as in `POST /hold`: part of what makes two requests the same. */
  target: string;
  requestId: string;
  idempotencyKey?: string;
  /** With keys configured: the name of the caller's key, or NOBODY. Holds and idempotency keys are its own. */
  owner?: string;
  /** The request id of the first request under this key, when this one repeats it. */
  replayOf?: string;
}

/** One verb with its arguments, in the order that the OP section of its Lua file gives. */
export interface Operation {
  verb: CommandName;
  args: (string | number)[];
  /** Where it is decided; the first partition if not said. */
  partition?: number;
  /** The validated request, which an idempotency key is bound to. */
  request?: unknown;
  /** Whether the call's idempotency key has been claimed for it already. */
  isClaimed?: boolean;
  /** How many stock lines it decides; 1 if not said. */
  weight?: number;
}

export interface Question {
  verb: QuestionName;
  args: (string | number)[];
  /** Where the answer is; the first partition if not said. */
  partition?: number;
  /** How many records it looks at; 1 if not said. */
  weight?: number;
}

/** The key as the scripts know it, '' for none. A space is in no name and in no key, so owners cannot meet. */
export function idempotencyKeyOf({ owner, idempotencyKey }: Partial<Call> = {}): string {
  return idempotencyKey && owner ? `${owner} ${idempotencyKey}` : idempotencyKey ?? "";
}

/**
 * An operation as `commit` takes it, its outcome to be kept under the call's key for so many seconds. With
 * `waitsForParts` it is answered `parts_due` while units that it wants may be free already.
 */
export function encodeOperation(
  { verb, args, request }: Operation,
  { keepSeconds, waitsForParts, call }: {
    keepSeconds: number;
    waitsForParts: boolean;
    call?: Call;
  },
): string[] {
  const key = idempotencyKeyOf(call);
  const flags = `${key ? 1 : 0} ${waitsForParts ? 1 : 0}`;
  const head = `${verb} ${args.length} ${flags} ${call?.owner ?? ""}`;
  const encoded = call && key
    ? [head, key, fingerprint(call.target, request), String(keepSeconds), call.requestId]
    : [head];
  for (const arg of args) encoded.push(String(arg));
  return encoded;
}

/** A question as `read` takes it. With `waitsForParts` it may be answered `parts_due` too, if it is about stock. */
export function encodeQuestion({ verb, args }: Question, waitsForParts: boolean): string[] {
  const waits = waitsForParts && isAboutStock(verb);
  return [verb, String(args.length), waits ? "1" : "0", ...args.map(String)];
}

/** Two requests with one fingerprint are the same: method, path, and body as validated. */
export function fingerprint(target: string, request: unknown): string {
  return createHash("sha256").update(`${target} ${JSON.stringify(request)}`).digest("base64url");
}

/** What the verb replied, now or to the first request under this key, whose id then comes with it. */
export function unwrap(verb: string, reply: Reply): [reply: Reply, replayOf?: string] {
  switch (reply[0]) {
    case "store_full":
      throw new StoreFault("store_full", `no memory for a ${verb}`);
    case "failed":
      if (isDenial(String(reply[1]))) throw new StoreFault("store_unavailable", String(reply[1]));
      throw new Error(`${verb}: ${reply[1]}`);
    case "replayed":
      return [reply[2] as Reply, reply[1] as string];
    default:
      return [reply];
  }
}

// The store: a handle on Redis through which every change is one commit and every question one read.
// What the verbs mean to a caller is in the files named after nouns, beside this one.
import { createHash } from "node:crypto";
import { MAX_ON_HAND, MAX_QUANTITY } from "../contract/fields.ts";
import { BatchQueue, type Reply } from "./batch_queue.ts";
import { StoreFault } from "./faults.ts";
import { partitionPrefix } from "./keys.ts";
import { RedisLink } from "./redis_link.ts";
import { commitScript, readScript, type Script } from "./scripts.ts";

export interface StoreOptions {
  /** `redis://`, `rediss://`, or the path of a unix socket. */
  address: string;
  tlsCa?: string;
  /** The longest that one commit or read may take, waiting included, in milliseconds. */
  timeoutMs: number;
  idempotencyTtlSeconds: number;
  holdLifetimeMaxSeconds: number;
  lowStockThreshold: number;
  /** The most holds, and units in holds, that one key's name may have at once; 0 for no limit. */
  maxActiveHoldsPerKey?: number;
  maxHeldUnitsPerKey?: number;
  onLost?(reason: string): void;
  onBack?(): void;
  /** Lua that defines `now_ms`, for tests that own the time. */
  clockSource?: string;
}

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
  verb:
    | "hold"
    | "release"
    | "confirm"
    | "extend"
    | "sell"
    | "count"
    | "adjust"
    | "transfer"
    | "spend"
    | "repair";
  args: (string | number)[];
  /** The validated request, which an idempotency key is bound to. */
  request?: unknown;
  /** How many stock lines it decides; 1 if not said. */
  weight?: number;
}

export interface Question {
  verb:
    | "get_inventory"
    | "query_inventory"
    | "list_inventory"
    | "get_hold"
    | "list_holds"
    | "last_event"
    | "read_events"
    | "verify_holds"
    | "verify_stock";
  args: (string | number)[];
  /** How many records it looks at; 1 if not said. */
  weight?: number;
}

export interface Store {
  /** Applies one operation; its reply is what the verb's Lua file says. Throws a StoreFault. */
  commit(operation: Operation, call?: Call): Promise<Reply>;
  /** Answers one question; its reply is what the verb's Lua file says. Throws a StoreFault. */
  ask(question: Question): Promise<Reply>;
  /** Gives back the units of holds that are due, as many as one script may; answers how many. */
  settle(): Promise<number>;
  /** Sends one plain command, within the deadline. For health, sweeps and scripts, never for stock. */
  command(...args: string[]): Promise<unknown>;
  readonly ready: boolean;
  close(): void;
}

/** The most due holds that one script settles: a few milliseconds of Redis. */
export const SETTLE_LIMIT = 100;
const ENDED_HOLD_SECONDS = 24 * 3600;
const EVENTS_KEPT = 100_000;
const VERIFY_PAGE = 200;
const REPAIR_LOOKBACK = 100;
const MAX_WAITING = 10_000;
const MAX_BATCH_WEIGHT = 128;
const MAX_IN_FLIGHT = 2;

export function openStore(options: StoreOptions): Store {
  const settings = {
    MAX_QUANTITY,
    MAX_ON_HAND,
    MAX_TTL_SECONDS: options.holdLifetimeMaxSeconds,
    LOW_STOCK_THRESHOLD: options.lowStockThreshold,
    MAX_HOLDS_PER_OWNER: options.maxActiveHoldsPerKey ?? 0,
    MAX_UNITS_PER_OWNER: options.maxHeldUnitsPerKey ?? 0,
    SETTLE_LIMIT,
    ENDED_HOLD_SECONDS,
    EVENTS_KEPT,
    VERIFY_PAGE,
    REPAIR_LOOKBACK,
  };
  const committing = commitScript(settings, options.clockSource);
  const reading = readScript(settings, options.clockSource);
  const prefix = partitionPrefix(0, 1);
  // The key that made a hold must not be forgotten while that hold may still live.
  const keepSecondsOf = (verb: Operation["verb"]) =>
    verb === "hold"
      ? Math.max(options.idempotencyTtlSeconds, options.holdLifetimeMaxSeconds)
      : options.idempotencyTtlSeconds;

  const link = new RedisLink({
    address: options.address,
    tlsCa: options.tlsCa,
    timeoutMs: options.timeoutMs,
    onLost: options.onLost ?? (() => {}),
    onBack: options.onBack ?? (() => {}),
  });

  const run = async (script: Script, requests: string[][]) =>
    await link.run(script, [], [prefix, ...requests.flat()]) as unknown[];
  const limits = {
    timeoutMs: options.timeoutMs,
    maxWaiting: MAX_WAITING,
    maxWeight: MAX_BATCH_WEIGHT,
    maxInFlight: MAX_IN_FLIGHT,
  };
  const isReady = () => link.ready;
  const onStall = () => link.reset("no answer in time");
  const commits = new BatchQueue({
    isReady,
    onStall,
    send: async (requests) => (await run(committing, requests)).slice(1) as Reply[],
  }, limits);
  const reads = new BatchQueue({
    isReady,
    onStall,
    send: async (requests) => await run(reading, requests) as Reply[],
  }, limits);

  return {
    async commit(operation, call) {
      const reply = await commits.ask(
        encodeOperation(operation, keepSecondsOf(operation.verb), call),
        operation.weight,
      );
      if (reply[0] === "failed") {
        throw new Error(`${operation.verb}: ${reply[1]}`);
      }
      if (call && reply[0] === "replayed") {
        call.replayOf = reply[1] as string;
        return reply[2] as Reply;
      }
      return reply;
    },

    ask({ verb, args, weight }) {
      const request = [verb, String(args.length), ...args.map(String)];
      return nothingWasDone(reads.ask(request, weight));
    },

    async settle() {
      const [settled] = await withDeadline(run(committing, []), options.timeoutMs);
      return settled as number;
    },

    command(...args) {
      return withDeadline(link.call(...args), options.timeoutMs);
    },

    get ready() {
      return link.ready;
    },

    close() {
      link.close();
    },
  };
}

function encodeOperation(
  { verb, args, request }: Operation,
  keepSeconds: number,
  call?: Call,
): string[] {
  const { owner = "", idempotencyKey } = call ?? {};
  // A space is in no name and in no key, so one owner's keys cannot be mistaken for another's.
  const key = idempotencyKey && owner ? `${owner} ${idempotencyKey}` : idempotencyKey ?? "";
  const encoded = [verb, owner, key, String(args.length), ...args.map(String)];
  if (call && key) {
    encoded.push(fingerprint(call.target, request), String(keepSeconds), call.requestId);
  }
  return encoded;
}

/** Two requests with one fingerprint are the same: method, path, and body as validated. */
function fingerprint(target: string, request: unknown): string {
  return createHash("sha256").update(`${target} ${JSON.stringify(request)}`).digest("base64url");
}

/** A question whose answer is lost has changed nothing. */
async function nothingWasDone<Answer>(asked: Promise<Answer>): Promise<Answer> {
  try {
    return await asked;
  } catch (fault) {
    if (!(fault instanceof StoreFault)) throw fault;
    throw new StoreFault("store_unavailable", fault.message, { cause: fault });
  }
}

async function withDeadline<Answer>(answer: Promise<Answer>, timeoutMs: number): Promise<Answer> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const fault = new StoreFault("outcome_unknown", "Redis did not answer in time");
    timer = setTimeout(() => reject(fault), timeoutMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

// The store: a handle on Redis through which every change is one commit and every question one read.
// What the verbs mean to a caller is in the files named after nouns, beside this one.
import { createHash } from "node:crypto";
import { MAX_ON_HAND, MAX_QUANTITY } from "../contract/fields.ts";
import { type BatchCarrier, BatchQueue, type Reply } from "./batch_queue.ts";
import { StoreFault } from "./faults.ts";
import type { StoreObserver, TraceCommit } from "./measures.ts";
import { partitionPrefix } from "./keys.ts";
import { RedisLink } from "./redis_link.ts";
import { commitScripts, readScript, type Script } from "./scripts.ts";

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
  observer?: StoreObserver;
  traceCommit?: TraceCommit;
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
    | "verify_stock"
    | "measure";
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
  /** Whether Redis holds the script that decides; if not, the next commit brings it. */
  knowsScript(): Promise<boolean>;
  /** Whether commits and reads would reach a Redis that answers. */
  readonly ready: boolean;
  /** Operations that wait to be sent. */
  readonly queueLength: number;
  close(): void;
}

/** The most due holds that one script settles: a few milliseconds of Redis. */
export const SETTLE_LIMIT = 100;
const ENDED_HOLD_SECONDS = 24 * 3600;
// Entries, each of one commit: some 100 bytes an event, so about 60 MB where 32 holds travel in each commit.
const EVENTS_KEPT = 20_000;
const VERIFY_PAGE = 200;
const REPAIR_LOOKBACK = 100;
const MAX_WAITING = 10_000;
const MAX_BATCH_WEIGHT = 128;
const MAX_IN_FLIGHT = 1;

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
  const committing = commitScripts(settings, options.clockSource);
  const reading = readScript(settings, options.clockSource);
  const prefix = partitionPrefix(0, 1);
  // The key that made a hold must not be forgotten while that hold may still live.
  const keepSecondsOf = (verb: Operation["verb"]) =>
    verb === "hold"
      ? Math.max(options.idempotencyTtlSeconds, options.holdLifetimeMaxSeconds)
      : options.idempotencyTtlSeconds;

  // Two connections, since a commit that Redis makes wait (CLIENT PAUSE) holds up all behind it on the same
  // one, and reads are answered even then.
  const { address, tlsCa, timeoutMs } = options;
  const links: RedisLink[] = [];
  const connect = (probe: Script) => {
    const link = new RedisLink({
      address,
      tlsCa,
      timeoutMs,
      probe: { script: probe, args: [prefix] },
      onLost: (reason) => options.onLost?.(reason),
      onBack: () => isAllReady() && options.onBack?.(),
    });
    links.push(link);
    return link;
  };
  const isAllReady = () => links.every((link) => link.ready);
  const commitLink = connect(committing.usual);
  const readLink = connect(reading);

  const run = async (link: RedisLink, script: Script, requests: string[][]) =>
    await link.run(script, [], [prefix, ...requests.flat()]) as unknown[];
  /** Memory is judged before a script starts, so what was refused for it may be sent again. */
  const runInAnyMemory = async (requests: string[][]) => {
    try {
      return await run(commitLink, committing.usual, requests);
    } catch (fault) {
      if (!(fault instanceof StoreFault && fault.code === "store_full")) throw fault;
      return await run(commitLink, committing.whenFull, requests);
    }
  };
  const { observer, traceCommit } = options;
  const runCommit = async (
    requests: string[][],
  ): Promise<{ settled: number; replies: Reply[] }> => {
    const startedAt = performance.now();
    const [first, ...replies] = await runInAnyMemory(requests);
    const [settled, lagMs] = first as [settled: number, lagMs: number];
    if (requests.length > 0) {
      observer?.committed(requests.length, (performance.now() - startedAt) / 1000);
    }
    if (settled > 0) observer?.settled(settled, lagMs / 1000);
    return { settled, replies: replies as Reply[] };
  };
  const limits = {
    timeoutMs,
    maxWaiting: MAX_WAITING,
    maxWeight: MAX_BATCH_WEIGHT,
    maxInFlight: MAX_IN_FLIGHT,
  };
  const carrier = (link: RedisLink, send: BatchCarrier["send"]): BatchCarrier => ({
    isReady: () => link.ready,
    onStall: () => link.reset("no answer in time"),
    send,
  });
  const commits = new BatchQueue(
    carrier(commitLink, async (requests) => (await runCommit(requests)).replies),
    limits,
  );
  const reads = new BatchQueue(
    carrier(readLink, async (requests) => await run(readLink, reading, requests) as Reply[]),
    limits,
  );
  const withDeadline = async <Answer>(link: RedisLink, answer: Promise<Answer>) => {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      reject(new StoreFault("outcome_unknown", "Redis did not answer in time"));
      link.reset("no answer in time");
    }, timeoutMs);
    try {
      return await Promise.race([answer, late]);
    } finally {
      clearTimeout(timer);
    }
  };

  return {
    async commit(operation, call) {
      const { verb, weight } = operation;
      try {
        const request = encodeOperation(operation, keepSecondsOf(verb), call);
        const [reply, replayOf] = unwrap(
          verb,
          await (traceCommit
            ? traceCommit(verb, (onSent) => commits.ask(request, weight, onSent))
            : commits.ask(request, weight)),
        );
        if (call) call.replayOf = replayOf;
        observer?.operation(verb, reply[0], replayOf !== undefined);
        return reply;
      } catch (fault) {
        observer?.operation(verb, fault instanceof StoreFault ? fault.code : "failed", false);
        throw fault;
      }
    },

    ask({ verb, args, weight }) {
      const request = [verb, String(args.length), ...args.map(String)];
      return nothingWasDone(reads.ask(request, weight));
    },

    async settle() {
      return (await withDeadline(commitLink, runCommit([]))).settled;
    },

    command(...args) {
      return withDeadline(readLink, readLink.call(...args));
    },

    async knowsScript() {
      const [known] = await this.command("SCRIPT", "EXISTS", committing.usual.sha1) as [number];
      return known === 1;
    },

    get ready() {
      return isAllReady();
    },

    get queueLength() {
      return commits.length;
    },

    close() {
      links.forEach((link) => link.close());
    },
  };
}

/** What the verb replied, now or to the first request under this key, whose id then comes with it. */
function unwrap(verb: string, reply: Reply): [reply: Reply, replayOf?: string] {
  switch (reply[0]) {
    case "store_full":
      throw new StoreFault("store_full", `no memory for a ${verb}`);
    case "failed":
      throw new Error(`${verb}: ${reply[1]}`);
    case "replayed":
      return [reply[2] as Reply, reply[1] as string];
    default:
      return [reply];
  }
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

// The store: a handle on Redis through which every change is one commit and every question one read.
// What the verbs mean to a caller is in the files named after nouns, beside this one.
import { crc32 } from "node:zlib";
import { commitUnderClaim, needsClaim, takeClaim } from "./claims.ts";
import { MAX_ON_HAND, MAX_QUANTITY } from "../contract/fields.ts";
import type { Reply } from "./batch_queue.ts";
import { StoreFault } from "./faults.ts";
import type { StoreObserver, TraceCommit } from "./measures.ts";
import { partitionPrefix } from "./keys.ts";
import {
  type Call,
  encodeOperation,
  encodeQuestion,
  type Operation,
  type Question,
  unwrap,
} from "./operation.ts";
import { Partition, withDeadline } from "./partition.ts";
import { RedisLink } from "./redis_link.ts";
import { commitScripts, readScript, type Script } from "./scripts.ts";

export type { Call } from "./operation.ts";

export interface StoreOptions {
  /** `redis://`, `rediss://`, or the path of a unix socket. */
  address: string;
  tlsCa?: string;
  /** How many partitions SKUs are spread over; 1 if not said. */
  partitions?: number;
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

export interface Store {
  /** How many partitions there are. */
  readonly partitions: number;
  /** The partition that anything with this name belongs to: a SKU, an idempotency key, a caller. */
  partitionOf(name: string): number;
  /** Applies one operation; its reply is what the verb's Lua file says. Throws a StoreFault. */
  commit(operation: Operation, call?: Call): Promise<Reply>;
  /** Answers one question; its reply is what the verb's Lua file says. Throws a StoreFault. */
  ask(question: Question): Promise<Reply>;
  /** Asks every partition; the replies in their order. */
  askAll(question: Question): Promise<Reply[]>;
  /** Gives back the units of holds that are due in one partition, as many as one script may; answers how many. */
  settle(partition?: number): Promise<number>;
  /** Sends one plain command, within the deadline. For health, sweeps and scripts, never for stock. */
  command(...args: string[]): Promise<unknown>;
  /** The same, to the Redis that serves this partition. */
  commandAt(partition: number, ...args: string[]): Promise<unknown>;
  /** Whether Redis holds the script that decides; if not, the next commit brings it. */
  knowsScript(): Promise<boolean>;
  /** Whether commits and reads of this partition would reach a Redis that answers. */
  isReady(partition: number): boolean;
  /** Whether those of all partitions would. */
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
  const committing = commitScripts(settings, options.clockSource);
  const reading = readScript(settings, options.clockSource);
  const count = options.partitions ?? 1;
  // The key that made a hold must not be forgotten while that hold may still live.
  const keepSecondsOf = (verb: Operation["verb"]) =>
    verb === "hold"
      ? Math.max(options.idempotencyTtlSeconds, options.holdLifetimeMaxSeconds)
      : options.idempotencyTtlSeconds;

  const { address, tlsCa, timeoutMs } = options;
  const links: RedisLink[] = [];
  const connect = (probe: Script) => {
    const link = new RedisLink({
      address,
      tlsCa,
      timeoutMs,
      probe: { script: probe, args: [partitionPrefix(0, count)] },
      onLost: (reason) => options.onLost?.(reason),
      onBack: () => isAllReady() && options.onBack?.(),
    });
    links.push(link);
    return link;
  };
  const isAllReady = () => links.every((link) => link.ready);
  const commits = connect(committing.usual);
  const reads = connect(reading);

  const { observer, traceCommit } = options;
  const limits = {
    timeoutMs,
    maxWaiting: MAX_WAITING,
    maxWeight: MAX_BATCH_WEIGHT,
    maxInFlight: MAX_IN_FLIGHT,
  };
  const partitions = Array.from({ length: count }, (_, index) =>
    new Partition({
      prefix: partitionPrefix(index, count),
      scripts: { ...committing, reading },
      links: { commits, reads },
      limits,
      observer,
    }));

  const commitAtHome = async (operation: Operation, call?: Call): Promise<Reply> => {
    const { verb, weight, partition = 0 } = operation;
    const home = partitions[partition];
    try {
      const request = encodeOperation(operation, keepSecondsOf(verb), call);
      const [reply, replayOf] = unwrap(
        verb,
        await (traceCommit
          ? traceCommit(verb, (onSent) => home.commit(request, weight, onSent))
          : home.commit(request, weight)),
      );
      if (call) call.replayOf = replayOf;
      observer?.operation(verb, reply[0], replayOf !== undefined);
      return reply;
    } catch (fault) {
      observer?.operation(verb, fault instanceof StoreFault ? fault.code : "failed", false);
      throw fault;
    }
  };

  return {
    partitions: count,

    partitionOf: (name) => count === 1 ? 0 : crc32(name) % count,

    async commit(operation, call) {
      if (!call || operation.isClaimed || !needsClaim(this, operation, call)) {
        return await commitAtHome(operation, call);
      }
      const claim = await takeClaim(this, call, {
        request: operation.request,
        keepSeconds: keepSecondsOf(operation.verb),
      });
      return await commitUnderClaim(claim, () => commitAtHome(operation, call));
    },

    ask(question) {
      return partitions[question.partition ?? 0].ask(encodeQuestion(question), question.weight);
    },

    askAll(question) {
      const request = encodeQuestion(question);
      return Promise.all(partitions.map((each) => each.ask(request, question.weight)));
    },

    settle(partition = 0) {
      return partitions[partition].settle();
    },

    command(...args) {
      return withDeadline(reads, timeoutMs, reads.call(...args));
    },

    commandAt(_partition, ...args) {
      return this.command(...args);
    },

    async knowsScript() {
      const [known] = await this.command("SCRIPT", "EXISTS", committing.usual.sha1) as [number];
      return known === 1;
    },

    isReady: (partition) => partitions[partition].ready,

    get ready() {
      return partitions.every((each) => each.ready);
    },

    get queueLength() {
      return partitions.reduce((sum, each) => sum + each.queueLength, 0);
    },

    close() {
      links.forEach((link) => link.close());
    },
  };
}

// The store: a handle on Redis through which every change is one commit and every question one read.
// What the verbs mean to a caller is in the files named after nouns, beside this one.
import { crc32 } from "node:zlib";
import { commitUnderClaim, needsClaim, takeClaim } from "./claims.ts";
import { MAX_ON_HAND, MAX_QUANTITY } from "../contract/fields.ts";
import type { Reply } from "./batch_queue.ts";
import { StoreFault } from "./faults.ts";
import type { StoreObserver, TraceCommit } from "./measures.ts";
import { declaredKeys, partitionPrefix } from "./keys.ts";
import {
  type Call,
  encodeOperation,
  encodeQuestion,
  type Operation,
  type Question,
  unwrap,
} from "./operation.ts";
import { settlePartsSoon } from "./parts.ts";
import { Partition, withDeadline } from "./partition.ts";
import { clusterNodes } from "./cluster.ts";
import { isReady, oneNode, onMaster, type RedisNode } from "./nodes.ts";
import { commitScripts, readScript } from "./scripts.ts";
import { keepsLikeHolds } from "./verbs.ts";

export type { Call } from "./operation.ts";

export interface StoreOptions {
  /** `redis://`, `rediss://`, or the path of a unix socket. */
  address?: string;
  /** Instead: some nodes of a Redis Cluster, and several partitions. */
  clusterUrls?: string[];
  tlsCa?: string;
  /** How many partitions SKUs are spread over; 1 if not said. */
  partitions?: number;
  /** How many replicas must have a commit before it is answered; 0 if not said. */
  replicas?: number;
  /** The longest that one commit or read may take, waiting included, in milliseconds. */
  timeoutMs: number;
  idempotencyTtlSeconds: number;
  holdLifetimeMaxSeconds: number;
  lowStockThreshold: number;
  /** The most holds, and units in holds, that one key's name may have at once; 0 for no limit. */
  maxActiveHoldsPerKey?: number;
  maxHeldUnitsPerKey?: number;
  /** Told of a Redis by its name when it is lost, and before each attempt to reach it again. */
  onLost?(node: string, reason: string): void;
  onBack?(node: string): void;
  /** Told of a Redis that serves no partition any more. */
  onLeft?(node: string): void;
  /** Told when the Redis of a partition, as after a failover, lacks so many commits that were answered. */
  onWentBack?(partition: number, commits: number): void;
  observer?: StoreObserver;
  traceCommit?: TraceCommit;
  /** Lua that defines `now_ms`, for tests that own the time. */
  clockSource?: string;
}

/** One Redis that takes commits. */
export interface StoreNode {
  /** Its address, fit for people: without a password. */
  readonly name: string;
  readonly ready: boolean;
  /** The partitions it serves now. */
  readonly partitions: number[];
  /** Sends one plain command, within the deadline. For health, sweeps and scripts, never for stock. */
  command(...args: string[]): Promise<unknown>;
  /** Whether it holds the script that decides; if not, the next commit brings it. */
  knowsScript(): Promise<boolean>;
}

export interface Store {
  /** How many partitions there are. */
  readonly partitions: number;
  /** The longest that one commit or read may take. */
  readonly timeoutMs: number;
  /** How long the outcome of making a hold is kept under its key. */
  readonly holdKeepSeconds: number;
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
  /** The Redises that hold the store. */
  nodes(): StoreNode[];
  /** Sends one command about a key that no script knows, which lies beside those of a partition. */
  commandAt(partition: number, command: string, key: string, ...args: string[]): Promise<unknown>;
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
const ENDED_CART_SECONDS = 30 * 24 * 3600;
// Entries, each of one commit: some 100 bytes an event, so about 60 MB where 32 holds travel in each commit.
const EVENTS_KEPT = 20_000;
const VERIFY_PAGE = 200;
const REPAIR_LOOKBACK = 100;
const MAX_WAITING = 10_000;
const MAX_BATCH_REQUESTS = 48;
const MAX_BATCH_WEIGHT = 128;

export function openStore(options: StoreOptions): Store {
  const { replicas = 0 } = options;
  const settings = {
    MAX_QUANTITY,
    MAX_ON_HAND,
    MAX_TTL_SECONDS: options.holdLifetimeMaxSeconds,
    LOW_STOCK_THRESHOLD: options.lowStockThreshold,
    MAX_HOLDS_PER_OWNER: options.maxActiveHoldsPerKey ?? 0,
    MAX_UNITS_PER_OWNER: options.maxHeldUnitsPerKey ?? 0,
    SETTLE_LIMIT,
    ENDED_HOLD_SECONDS,
    ENDED_CART_SECONDS,
    EVENTS_KEPT,
    VERIFY_PAGE,
    REPAIR_LOOKBACK,
    COUNT_COMMITS: options.clusterUrls !== undefined || replicas > 0,
  };
  const committing = commitScripts(settings, options.clockSource);
  const reading = readScript(settings, options.clockSource);
  const count = options.partitions ?? 1;
  // The key that made a hold must not be forgotten while that hold may still live.
  const keepSecondsOf = (verb: Operation["verb"]) =>
    keepsLikeHolds(verb)
      ? Math.max(options.idempotencyTtlSeconds, options.holdLifetimeMaxSeconds)
      : options.idempotencyTtlSeconds;

  const { timeoutMs } = options;
  const prefixes = Array.from({ length: count }, (_, index) => partitionPrefix(index, count));
  const nodes = options.clusterUrls
    ? clusterNodes({
      ...options,
      urls: options.clusterUrls,
      slotKeys: prefixes.map((prefix) => declaredKeys(prefix)[0]),
    })
    : oneNode({
      ...options,
      address: options.address!,
      probes: {
        commits: { script: committing.usual, args: [prefixes[0]] },
        reads: { script: reading, args: [prefixes[0]] },
      },
    });
  const sendTo = ({ reads }: RedisNode, args: string[]) =>
    withDeadline(reads.call(...args), timeoutMs, () => reads.reset("no answer in time"));

  const { observer, traceCommit } = options;
  const limits = {
    timeoutMs,
    maxWaiting: MAX_WAITING,
    maxRequests: MAX_BATCH_REQUESTS,
    maxWeight: MAX_BATCH_WEIGHT,
  };
  const scripts = { ...committing, reading };
  const partitions = prefixes.map((prefix, index) => {
    const onWentBack = (commits: number) => {
      observer?.wentBack(index, commits);
      options.onWentBack?.(index, commits);
    };
    return new Partition({ index, prefix, scripts, nodes, limits, replicas, observer, onWentBack });
  });

  const commitAtHome = async (operation: Operation, call?: Call): Promise<Reply> => {
    const { verb, weight, partition = 0 } = operation;
    const home = partitions[partition];
    const keepSeconds = keepSecondsOf(verb);
    try {
      const [reply, replayOf] = unwrap(
        verb,
        await decideAt(partition, (waitsForParts) => {
          const request = encodeOperation(operation, { keepSeconds, waitsForParts, call });
          return traceCommit
            ? traceCommit(verb, (onSent) => home.commit(request, weight, onSent))
            : home.commit(request, weight);
        }),
      );
      if (call) call.replayOf = replayOf;
      observer?.operation(verb, reply[0], replayOf !== undefined);
      return reply;
    } catch (fault) {
      observer?.operation(verb, fault instanceof StoreFault ? fault.code : "failed", false);
      throw fault;
    }
  };

  // Parts of carts that are due may have units to give back, which only their homes know. They are asked before
  // anybody is refused for want of units, or told of them: once by all who wait, and once more for whoever came to
  // those when it was too late. What is out of reach is left as it stands.
  const asking = new Map<number, Promise<void>>();
  const askHomes = (partition: number) =>
    asking.getOrInsertComputed(
      partition,
      () => settlePartsSoon(store, partition).finally(() => asking.delete(partition)),
    );
  type Decide = (waitsForParts: boolean) => Promise<Reply>;
  const knowingParts = async (partition: number, decide: Decide): Promise<Reply> => {
    for (let round = 0; round < 2; round++) {
      const reply = await decide(true);
      if (reply[0] !== "parts_due") return reply;
      await askHomes(partition);
    }
    return await decide(false);
  };
  const decideAt = count === 1 ? (_: number, decide: Decide) => decide(false) : knowingParts;
  const askAt = (question: Question, partition: number) =>
    decideAt(
      partition,
      (waitsForParts) =>
        partitions[partition].ask(encodeQuestion(question, waitsForParts), question.weight),
    );

  const store: Store = {
    partitions: count,
    timeoutMs,
    holdKeepSeconds: keepSecondsOf("hold"),

    partitionOf: (name) => count === 1 ? 0 : crc32(name) % count,

    async commit(operation, call) {
      if (!call || operation.isClaimed || !needsClaim(store, operation, call)) {
        return await commitAtHome(operation, call);
      }
      const claim = await takeClaim(store, call, {
        request: operation.request,
        keepSeconds: keepSecondsOf(operation.verb),
      });
      return await commitUnderClaim(claim, () => commitAtHome(operation, call));
    },

    ask(question) {
      return askAt(question, question.partition ?? 0);
    },

    askAll(question) {
      return Promise.all(partitions.map((_, partition) => askAt(question, partition)));
    },

    settle(partition = 0) {
      return partitions[partition].settle();
    },

    nodes() {
      return nodes.all().map((node) => ({
        name: node.name,
        get ready() {
          return isReady(node);
        },
        partitions: prefixes.flatMap((_, index) => nodes.of(index) === node ? [index] : []),
        command: (...args) => sendTo(node, args),
        async knowsScript() {
          const found = await sendTo(node, committing.usual.find) as unknown[];
          return found.length > 0;
        },
      }));
    },

    commandAt(partition, command, key, ...args) {
      const words = [command, prefixes[partition] + key, ...args];
      const deadlineMs = performance.now() + timeoutMs;
      return onMaster(nodes, partition, deadlineMs, (node) => sendTo(node, words));
    },

    isReady: (partition) => partitions[partition].ready,

    get ready() {
      return partitions.every((each) => each.ready);
    },

    get queueLength() {
      return partitions.reduce((sum, each) => sum + each.queueLength, 0);
    },

    close: () => nodes.close(),
  };
  return store;
}

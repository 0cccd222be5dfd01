// What a store may be told when it is opened, and the bounds that nobody needs to tell it.
import { MAX_ON_HAND, MAX_QUANTITY } from "../contract/fields.ts";
import type { BatchLimits } from "./batch_queue.ts";
import type { StoreObserver, TraceCommit } from "./measures.ts";
import type { ProgramSettings } from "./programs.ts";
import { SETTLE_LIMIT } from "./store.ts";

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

const ENDED_HOLD_SECONDS = 24 * 3600;
const ENDED_CART_SECONDS = 30 * 24 * 3600;
// Entries, each of one commit: some 100 bytes an event, so about 60 MB where 32 holds travel in each commit.
const EVENTS_KEPT = 20_000;
const VERIFY_PAGE = 200;
const REPAIR_LOOKBACK = 100;

export const BATCH_LIMITS: Omit<BatchLimits, "timeoutMs"> = {
  maxWaiting: 10_000,
  maxRequests: 48,
  maxWeight: 128,
};

/** What the programs know as constants. */
export function programSettings(options: StoreOptions): ProgramSettings {
  return {
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
    COUNT_COMMITS: options.clusterUrls !== undefined || (options.replicas ?? 0) > 0,
  };
}

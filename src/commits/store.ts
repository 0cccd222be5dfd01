// The store: a handle on Redis through which every change is one commit and every question one read. How it is
// opened is in open_store.ts; what the verbs mean to a caller is in src/store, in files named after nouns.
import type { Reply } from "./batch_queue.ts";
import type { Call, Operation, Question } from "./operation.ts";

export type { Call } from "./operation.ts";

/** The most due holds that one script settles: a few milliseconds of Redis. */
export const SETTLE_LIMIT = 100;

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

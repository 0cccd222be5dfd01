// Where the partitions live: on one Redis, or on the masters of a Redis Cluster (cluster.ts). Here is also how a
// script reaches the master of a partition, and what is done when that master sends it elsewhere.
import { setTimeout as sleep } from "node:timers/promises";
import { ErrorReply } from "@redis/client";
import { StoreFault } from "./faults.ts";
import { RedisLink } from "./link.ts";
import type { Copies } from "./run.ts";
import { makeScript, type Script } from "./script.ts";

/** A Redis master: two connections, since a commit that Redis makes wait holds up all behind it. */
export interface RedisNode {
  /** `host:port`, or the path of a socket; no password. */
  readonly name: string;
  readonly commits: RedisLink;
  readonly reads: RedisLink;
}

export type LinkKind = "commits" | "reads";

/** Where the partitions live. */
export interface Nodes {
  /** The master that serves a partition now; undefined while none is known. */
  of(partition: number): RedisNode | undefined;
  all(): RedisNode[];
  /** Something said that the map is old (MOVED, a lost master): look again soon. Cheap to call often. */
  refresh(): void;
  /** Partitions on their way from one master to another, and since when, by `performance.now()`. */
  readonly moving: Map<number, number>;
  close(): void;
}

export interface NodeOptions {
  /** `redis://`, `rediss://`, or the path of a unix socket. */
  address: string;
  /** PEM text of the certificate authority to trust for `rediss://`. */
  tlsCa?: string;
  /** The longest that one commit or read may take, in milliseconds. */
  timeoutMs: number;
  /** What each new connection has to answer before it counts; without it, a script that touches no key. */
  probes?: Record<LinkKind, { script: Script; args: string[] }>;
  /** Told when a node is lost, and before each attempt to reach it again. */
  onLost?(node: string, reason: string): void;
  onBack?(node: string): void;
}

/**
 * The first is made to wait by a Redis that makes commits wait, the second is not. A probe with keys would be
 * wrong in a cluster: it could begin on a master that holds half a slot.
 */
const KEYLESS_PROBES: Required<NodeOptions>["probes"] = {
  commits: { script: makeScript("#!lua\nreturn 1"), args: [] },
  reads: { script: makeScript("#!lua flags=no-writes\nreturn 1"), args: [] },
};

export function isReady(node: RedisNode): boolean {
  return node.commits.ready && node.reads.ready;
}

/** Connects both links of a node. */
export function connectNode(name: string, options: NodeOptions): RedisNode {
  const { address, tlsCa, timeoutMs, probes = KEYLESS_PROBES } = options;
  const connect = (kind: LinkKind) =>
    new RedisLink({
      address,
      tlsCa,
      timeoutMs,
      probe: probes[kind],
      onLost: (reason) => options.onLost?.(name, reason),
      onBack: () => isReady(node) && options.onBack?.(name),
    });
  const node = { name, commits: connect("commits"), reads: connect("reads") };
  return node;
}

export function closeNode(node: RedisNode): void {
  node.commits.close();
  node.reads.close();
}

/** A Redis of its own: every partition is on it. */
export function oneNode(options: NodeOptions): Nodes {
  const { address } = options;
  const node = connectNode(address.includes("://") ? hostOf(address) : address, options);
  return {
    of: () => node,
    all: () => [node],
    refresh() {},
    moving: new Map(),
    close: () => closeNode(node),
  };
}

const DEFAULT_PORT = 6379;

/** `host:port` of a Redis URL. */
export function hostOf(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname}:${port || DEFAULT_PORT}`;
}

// All that Redis answers before a script begins, so that the same may be sent again, there or elsewhere.
//
// ASK is not followed with ASKING: each of our scripts declares a key that exists and one that never does, and with
// such a pair the importing master answers TRYAGAIN as well. Both wait until the slot is in one place again.
const SENT_ELSEWHERE = ["MOVED", "ASK", "TRYAGAIN"];
const MAP_MAY_BE_OLD = ["MOVED", "CLUSTERDOWN", "READONLY", "MASTERDOWN", "LOADING"];

const FIRST_WAIT_MS = 25;
/** How long a partition may be on its way before its callers are told at once. */
export const MOVE_PATIENCE_MS = 500;

/**
 * Sends something to the master of a partition, which its keys name. While the partition's slot is on its way to
 * another master it is refused there before it begins; it is tried again for a while, never after `deadlineMs`
 * (by `performance.now()`). Throws a StoreFault as RedisLink does; nothing is sent again after it may have begun.
 */
export async function onMaster(
  nodes: Nodes,
  partition: number,
  deadlineMs: number,
  send: (node: RedisNode) => Promise<unknown>,
): Promise<unknown> {
  const startedAt = performance.now();
  for (let waitMs = FIRST_WAIT_MS;; waitMs *= 2) {
    const node = nodes.of(partition);
    if (!node) throw new StoreFault("store_unavailable", `no master serves partition ${partition}`);
    if (performance.now() >= deadlineMs) {
      throw new StoreFault("store_unavailable", "time was over before Redis was asked");
    }
    try {
      const reply = await send(node);
      nodes.moving.delete(partition);
      return reply;
    } catch (error) {
      const code = redisCode(error);
      if (MAP_MAY_BE_OLD.includes(code)) nodes.refresh();
      if (!SENT_ELSEWHERE.includes(code)) throw error;
      // A move that takes long is waited for once, not by every caller in turn; when it is over, each follows.
      const since = code === "MOVED"
        ? startedAt
        : nodes.moving.getOrInsert(partition, performance.now());
      if (performance.now() + waitMs > Math.min(since + MOVE_PATIENCE_MS, deadlineMs)) {
        throw new StoreFault(
          "store_unavailable",
          `partition ${partition} is moving to another master: ${code}`,
          { cause: error },
        );
      }
      await sleep(waitMs);
    }
  }
}

/**
 * Runs a script on the master of a partition; see `onMaster`. With `replicas`, so many must have what it wrote
 * before the deadline, or its outcome is unknown; a script that writes nothing is told of what its connection
 * wrote before, so each has to write something.
 */
export function runOnMaster(
  nodes: Nodes,
  partition: number,
  kind: LinkKind,
  script: Script,
  keys: string[],
  args: string[],
  deadlineMs: number,
  replicas = 0,
): Promise<unknown> {
  return onMaster(
    nodes,
    partition,
    deadlineMs,
    (node) => node[kind].run(script, keys, args, copiesBy(deadlineMs, replicas)),
  );
}

// Redis looks ten times a second whether a WAIT is over, and its answer is wanted before the deadline.
const WAIT_ENDS_WITHIN_MS = 150;

function copiesBy(deadlineMs: number, replicas: number): Copies | undefined {
  if (replicas === 0) return undefined;
  return { replicas, withinMs: Math.floor(deadlineMs - performance.now() - WAIT_ENDS_WITHIN_MS) };
}

/** The first word of what Redis answered, as in MOVED; empty where it answered nothing. */
function redisCode(error: unknown): string {
  const reply = error instanceof StoreFault ? error.cause : error;
  return reply instanceof ErrorReply ? reply.message.split(" ", 1)[0] : "";
}

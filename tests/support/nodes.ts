// A cluster's partitions as its nodes serve them: two keys each, taken from by a script that must find both.
import assert from "node:assert/strict";
import { clusterNodes, type ClusterOptions } from "../../src/redis/cluster.ts";
import { StoreFault } from "../../src/redis/faults.ts";
import { isReady, type Nodes, runOnMaster } from "../../src/redis/nodes.ts";
import { makeScript } from "../../src/redis/script.ts";
import type { ClusterNode, TestCluster } from "./cluster.ts";
import { startStopwatch } from "./stopwatch.ts";

export const PARTITIONS = 12;
export const keysOf = (partition: number) => [`{${partition}}:partition`, `{${partition}}:nothing`];

/** Takes a unit and writes down that it did: two keys, as every commit of ours. */
export const TAKE = makeScript(`#!lua
redis.call('DECR', ARGV[1] .. 'stock')
return redis.call('INCR', ARGV[1] .. 'taken')`);
export const READ = makeScript(`#!lua flags=no-writes
return {redis.call('GET', ARGV[1] .. 'stock'), redis.call('GET', ARGV[1] .. 'taken')}`);
export const UNITS = 1000;

export const inMs = (ms: number) => performance.now() + ms;
export const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export function take(nodes: Nodes, partition: number, ms = 2000): Promise<unknown> {
  return runOnMaster(
    nodes,
    partition,
    "commits",
    TAKE,
    keysOf(partition),
    [`{${partition}}:`],
    inMs(ms),
  );
}

/** Units left and units taken. */
export async function lookAt(nodes: Nodes, partition: number): Promise<[number, number]> {
  const prefix = `{${partition}}:`;
  const reply = await runOnMaster(
    nodes,
    partition,
    "reads",
    READ,
    keysOf(partition),
    [prefix],
    inMs(2000),
  );
  return (reply as string[]).map(Number) as [number, number];
}

export interface Opened extends AsyncDisposable {
  nodes: Nodes;
  told: string[];
}

export async function openNodes(
  cluster: TestCluster,
  options: Partial<ClusterOptions> = {},
): Promise<Opened> {
  const told: string[] = [];
  const nodes = clusterNodes({
    urls: [cluster.nodes[0].url],
    slotKeys: Array.from({ length: PARTITIONS }, (_, partition) => keysOf(partition)[0]),
    timeoutMs: 1000,
    onLost: (node) => told.push(`lost ${node}`),
    onBack: (node) => told.push(`back ${node}`),
    onLeft: (node) => told.push(`left ${node}`),
    ...options,
  });
  await untilServed(nodes);
  return {
    nodes,
    told,
    // deno-lint-ignore require-await -- the interface of `await using`
    async [Symbol.asyncDispose]() {
      nodes.close();
    },
  };
}

export async function untilServed(nodes: Nodes, withinMs = 60_000): Promise<void> {
  await until("all partitions are served", () => {
    return Array.from({ length: PARTITIONS }, (_, partition) => nodes.of(partition))
      .every((node) => node !== undefined && isReady(node));
  }, withinMs);
}

export async function until(what: string, isSo: () => boolean, withinMs = 60_000): Promise<void> {
  const deadline = inMs(withinMs);
  while (!isSo()) {
    assert(performance.now() < deadline, `${what}: not within ${withinMs} ms`);
    await sleep(2);
  }
}

export async function stockUp(cluster: TestCluster): Promise<void> {
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const node = await homeOf(cluster, partition);
    await node.send("SET", `{${partition}}:partition`, String(PARTITIONS));
    await node.send("SET", `{${partition}}:stock`, String(UNITS));
    await node.send("SET", `{${partition}}:taken`, "0");
  }
}

export async function homeOf(cluster: TestCluster, partition: number): Promise<ClusterNode> {
  return (await cluster.masterOf(await cluster.slotOf(keysOf(partition)[0])))!;
}

/** A partition of this node and one of another. */
export async function partitionsOf(
  cluster: TestCluster,
  node: ClusterNode,
): Promise<[number, number]> {
  const homes = await Promise.all(
    Array.from({ length: PARTITIONS }, (_, partition) => homeOf(cluster, partition)),
  );
  return [homes.indexOf(node), homes.findIndex((home) => home !== node)];
}

/** A fault, and after how long it came: by the clock, and as this process had the time. */
type Timed = StoreFault & { ms: number; ownMs: number };

export async function faultOf(running: Promise<unknown>): Promise<Timed> {
  const [startedAt, elapsedMs] = [performance.now(), startStopwatch()];
  try {
    const reply = await running;
    assert.fail(`it was answered: ${reply}`);
  } catch (fault) {
    assert(fault instanceof StoreFault, String(fault));
    return Object.assign(fault, { ms: performance.now() - startedAt, ownMs: elapsedMs() });
  }
}

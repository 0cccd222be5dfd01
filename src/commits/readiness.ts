// What Redis says about itself: whether it can take commits now, and whether it is set up to keep them.
import type { Store, StoreNode } from "./store.ts";

type Durability = "always" | "everysec" | "none" | "no append-only file" | "unknown";

/** One Redis that holds some of the store. */
export interface NodeState {
  name: string;
  /** How many partitions it serves. */
  partitions: number;
  /** Why it takes no commits now, if it does not. */
  failing?: string;
  role: string;
  durability: Durability;
  maxmemoryPolicy: string;
  knowsScript: boolean;
}

export interface RedisState {
  nodes: NodeState[];
  partitionsServed: number;
  /** Why commits would be refused now; empty while some partition takes them. */
  obstacles: string[];
  /** Settings under which acknowledged stock can be lost. */
  warnings: string[];
}

/** What forces the append-only file to disk where Redis leaves that to us, and whether it can. */
export interface OwnSync {
  readonly trouble: string | undefined;
}

/** Asks every Redis. Throws a StoreFault where the only one does not answer. */
export async function inspectRedis(store: Store, ownSync?: OwnSync): Promise<RedisState> {
  const all = store.nodes();
  const nodes = await Promise.all(all.map(async (node) => {
    try {
      return await inspectNode(node, ownSync);
    } catch (error) {
      if (all.length === 1) throw error;
      return unknownState(node, (error as Error).message);
    }
  }));
  const served = Array.from({ length: store.partitions }, (_, partition) => partition)
    .filter((partition) => store.isReady(partition));
  const failing = nodes.flatMap(({ failing }) => failing ?? []);
  const obstacles = served.length === 0
    ? ["Redis does not answer commits"]
    : failing.length === nodes.length
    ? failing
    : await refusalsOf(store, served);
  const warnings = warningsOf(nodes);
  if (ownSync?.trouble !== undefined) {
    warnings.push(`the append-only file is not forced to disk each second: ${ownSync.trouble}`);
  }
  return { nodes, partitionsServed: served.length, obstacles, warnings };
}

async function inspectNode(node: StoreNode, ownSync?: OwnSync): Promise<NodeState> {
  const [info, appendfsync, knowsScript] = await Promise.all([
    node.command("INFO"),
    readAppendfsync(node),
    node.knowsScript(),
  ]);
  const field = (name: string) =>
    String(info).match(new RegExp(`^${name}:(.*?)\r?$`, "m"))?.[1] ?? "unknown";
  return {
    name: node.name,
    partitions: node.partitions.length,
    failing: field("loading") === "1"
      ? "Redis is loading its data"
      : field("role") !== "master"
      ? "Redis is a replica, which takes no writes"
      : undefined,
    role: field("role"),
    durability: field("aof_enabled") === "0"
      ? "no append-only file"
      : ownSync && appendfsync === "none"
      ? "everysec"
      : appendfsync,
    maxmemoryPolicy: field("maxmemory_policy"),
    knowsScript,
  };
}

function unknownState({ name, partitions }: StoreNode, failing: string): NodeState {
  return {
    name,
    partitions: partitions.length,
    failing,
    role: "unknown",
    durability: "unknown",
    maxmemoryPolicy: "unknown",
    knowsScript: false,
  };
}

/** Each once, however many nodes it is true of. */
function warningsOf(nodes: NodeState[]): string[] {
  const warnings = new Set<string>();
  for (const { failing, durability, maxmemoryPolicy } of nodes) {
    if (failing) continue;
    if (durability === "no append-only file") {
      warnings.add(
        "appendonly is no: a restart of Redis loses all that it was told since its last snapshot",
      );
    }
    if (maxmemoryPolicy !== "noeviction") {
      warnings.add(
        `maxmemory-policy is ${maxmemoryPolicy}, not noeviction: Redis may throw stock away`,
      );
    }
  }
  return [...warnings];
}

/**
 * Tries a commit of nothing and a question: what the ACL forbids shows nowhere else. That is so for every partition,
 * so a second one is tried: the first may be on its way to another master.
 */
async function refusalsOf(store: Store, partitions: number[]): Promise<string[]> {
  let refusals: string[] = [];
  for (const partition of partitions.slice(0, 2)) {
    const tries = await Promise.allSettled([
      store.settle(partition),
      store.ask({ verb: "measure", args: [], partition }),
    ]);
    refusals = tries.flatMap((each) => each.status === "rejected" ? [each.reason.message] : []);
    if (refusals.length === 0) break;
  }
  return refusals;
}

/** Managed Redises often forbid CONFIG. */
async function readAppendfsync(node: StoreNode): Promise<Durability> {
  try {
    const reply = await node.command("CONFIG", "GET", "appendfsync");
    const words = JSON.stringify(reply);
    const value = words.match(/"(always|everysec|no)"/)?.[1];
    return value === "no" ? "none" : value as "always" | "everysec" | undefined ?? "unknown";
  } catch {
    return "unknown";
  }
}

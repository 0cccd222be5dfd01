// How many partitions a store has: fixed when it is first written, since a SKU's partition follows from it.
import { declaredKeys, KEY_NAMES, partitionPrefix } from "./keys.ts";
import { StoreFault } from "../redis/faults.ts";
import type { Store } from "./store.ts";

/**
 * Writes into each partition that can be reached how many there are, unless it is known already. Answers the
 * number that the store has; nothing is written where it is another than this service's. Throws a StoreFault where
 * Redis does not say: a store that could not be asked is not a new one.
 */
export async function keepPartitions(store: Store): Promise<number> {
  const kept = await findKept(store);
  if (kept !== undefined && kept !== store.partitions) return kept;
  const [key] = declaredKeys("");
  const own = String(store.partitions);
  const all = Array.from({ length: store.partitions }, (_, partition) => partition);
  const reached = all.filter((partition) => store.isReady(partition));
  if (reached.length === 0) throw new StoreFault("store_unavailable", "Redis is not connected");
  for (const partition of reached) {
    const before = await store.commandAt(partition, "SET", key, own, "NX", "GET");
    if (before !== null && before !== own) return Number(before);
  }
  return store.partitions;
}

/** Looks where a store of one partition and one of several would have it. */
async function findKept(store: Store): Promise<number | undefined> {
  const node = store.nodes().find(({ ready }) => ready);
  if (!node) throw new StoreFault("store_unavailable", "Redis is not connected");
  const ask = (...command: string[]) =>
    node.command(...command).catch((fault) => {
      if (!isElsewhere(fault)) throw fault;
      return null;
    });
  for (const partitions of [1, 2]) {
    const kept = await ask("GET", declaredKeys(partitionPrefix(0, partitions))[0]);
    if (kept !== null) return Number(kept);
  }
  // Written before the number was kept: it had one partition.
  return await ask("EXISTS", KEY_NAMES.SKUS) === 1 ? 1 : undefined;
}

/** In a cluster a key may lie on another node, or out of this user's reach, and there is no store of one partition. */
function isElsewhere(fault: unknown): boolean {
  return !(fault instanceof StoreFault) || /^(CLUSTERDOWN|NOPERM) /.test(fault.message);
}

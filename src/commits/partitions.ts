// How many partitions a store has: fixed when it is first written, since a SKU's partition follows from it.
import { declaredKeys, KEY_NAMES, partitionPrefix } from "./keys.ts";
import type { Store } from "./store.ts";

/**
 * Writes into each partition that can be reached how many there are, unless it is known already. Answers the
 * number that the store has; nothing is written where it is another than this service's.
 */
export async function keepPartitions(store: Store): Promise<number> {
  const kept = await findKept(store);
  if (kept !== undefined && kept !== store.partitions) return kept;
  const [key] = declaredKeys("");
  const own = String(store.partitions);
  for (let partition = 0; partition < store.partitions; partition++) {
    if (!store.isReady(partition)) continue;
    const before = await store.commandAt(partition, "SET", key, own, "NX", "GET");
    if (before !== null && before !== own) return Number(before);
  }
  return store.partitions;
}

/** Looks where a store of one partition and one of several would have it. */
async function findKept(store: Store): Promise<number | undefined> {
  const [node] = store.nodes();
  // In a cluster a key may lie on another node, and there is no store of one partition.
  const ask = (...command: string[]) => node.command(...command).catch(() => null);
  for (const partitions of [1, 2]) {
    const kept = await ask("GET", declaredKeys(partitionPrefix(0, partitions))[0]);
    if (kept !== null) return Number(kept);
  }
  // Written before the number was kept: it had one partition.
  return await ask("EXISTS", KEY_NAMES.SKUS) === 1 ? 1 : undefined;
}

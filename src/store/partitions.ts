// How many partitions a store has: fixed when it is first written, since a SKU's partition follows from it.
import { declaredKeys, KEY_NAMES, partitionPrefix } from "./keys.ts";
import type { Store } from "./store.ts";

/**
 * Writes into each partition how many there are, unless it is known already. Answers the number that the store
 * has; nothing is written when it is another than this service's.
 */
export async function keepPartitions(store: Store): Promise<number> {
  const kept = await findKept(store);
  if (kept !== undefined && kept !== store.partitions) return kept;
  for (let partition = 0; partition < store.partitions; partition++) {
    const [key] = declaredKeys(partitionPrefix(partition, store.partitions));
    const before = await store.commandAt(
      partition,
      "SET",
      key,
      String(store.partitions),
      "NX",
      "GET",
    );
    if (before !== null && Number(before) !== store.partitions) return Number(before);
  }
  return store.partitions;
}

/** Looks where a store of one partition and one of several would have it. */
async function findKept(store: Store): Promise<number | undefined> {
  for (const partitions of [1, 2]) {
    const prefix = partitionPrefix(0, partitions);
    const kept = await store.command("GET", declaredKeys(prefix)[0]);
    if (kept !== null) return Number(kept);
  }
  // Written before the number was kept: it had one partition.
  const skus = await store.command("EXISTS", KEY_NAMES.SKUS);
  return skus === 1 ? 1 : undefined;
}

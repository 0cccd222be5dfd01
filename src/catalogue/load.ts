// Writes counts to the store, many at a time.
import { type Count, count } from "../store/inventory.ts";
import type { Store } from "../commits/store.ts";

const AT_ONCE = 1000;

/** Applies every count; reports how many have been applied after each handful. */
export async function countAll(
  store: Store,
  counts: Iterable<Count> | AsyncIterable<Count>,
  onProgress: (applied: number) => void = () => {},
): Promise<void> {
  let applied = 0;
  let pending: Promise<void>[] = [];
  for await (const entry of counts) {
    pending.push(count(store, entry));
    if (pending.length === AT_ONCE) {
      await Promise.all(pending);
      onProgress(applied += pending.length);
      pending = [];
    }
  }
  await Promise.all(pending);
  onProgress(applied + pending.length);
}

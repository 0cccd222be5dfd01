// Writes counts to the store, many at a time.
import { type Patience, patiently } from "../commits/patience.ts";
import { type Count, count } from "../store/inventory.ts";
import type { Store } from "../commits/store.ts";

const AT_ONCE = 1000;

/**
 * Applies every count; reports how many have been applied after each handful. A store that is slow is waited for, and
 * a count without an answer is sent again: it says what is there, so the later one of two is as good as one.
 */
export async function countAll(
  store: Store,
  counts: Iterable<Count> | AsyncIterable<Count>,
  { onProgress = () => {}, ...patience }: Patience & { onProgress?(applied: number): void } = {},
): Promise<void> {
  let applied = 0;
  let pending: Promise<void>[] = [];
  for await (const entry of counts) {
    pending.push(patiently(() => count(store, entry), patience));
    if (pending.length === AT_ONCE) {
      await Promise.all(pending);
      onProgress(applied += pending.length);
      pending = [];
    }
  }
  await Promise.all(pending);
  onProgress(applied + pending.length);
}

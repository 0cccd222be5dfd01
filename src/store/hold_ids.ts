// Hold ids: with several partitions they say in which one the hold is decided.
import { randomUUID } from "node:crypto";
import type { Store } from "./store.ts";

/** `hold-` and 122 random bits; with several partitions `hold-7-`, where it is decided in the seventh. */
export function makeHoldId(store: Store, home: number): string {
  return store.partitions === 1 ? `hold-${randomUUID()}` : `hold-${home}-${randomUUID()}`;
}

/** Where a hold is decided. An id that this store did not make leads to where there is no such hold. */
export function homeOf(store: Store, holdId: string): number {
  if (store.partitions === 1) return 0;
  const home = Number(holdId.match(/^hold-(\d{1,3})-/)?.[1]);
  return home < store.partitions ? home : store.partitionOf(holdId);
}

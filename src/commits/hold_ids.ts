// Hold ids: with several partitions they say in which one the hold is decided, and whether it is a cart over others.
import { randomUUID } from "node:crypto";
import type { Store } from "./store.ts";

/**
 * `hold-` and 122 random bits. With several partitions `hold-7-`, where it is decided in the seventh, and
 * `hold-7c-`, where units of it are in others as well.
 */
export function makeHoldId(store: Store, home: number, isCart = false): string {
  const place = store.partitions === 1 ? "" : `${home}${isCart ? "c" : ""}-`;
  return `hold-${place}${randomUUID()}`;
}

const PLACE = /^hold-(\d{1,3})(c?)-/;

/** Where a hold is decided. An id that this store did not make leads to where there is no such hold. */
export function homeOf(store: Store, holdId: string): number {
  if (store.partitions === 1) return 0;
  const home = Number(holdId.match(PLACE)?.[1]);
  return home < store.partitions ? home : store.partitionOf(holdId);
}

/** Whether units of the hold are in other partitions than its home. */
export function isCart(store: Store, holdId: string): boolean {
  return store.partitions > 1 && holdId.match(PLACE)?.[2] === "c";
}

// Carts over partitions: a store of eight with three SKUs in three of them, and what all are held against.
import assert from "node:assert/strict";
import { settleDueParts } from "../../src/commits/parts.ts";
import { settleAllDue } from "../../src/commits/sweep.ts";
import { hold } from "../../src/store/holds/holds.ts";
import { verify } from "../../src/store/verification/verify.ts";
import { call, lineOf, openTestStore, stockUp, type TestStore } from "./store.ts";

export const PARTITIONS = 8;
/** In partitions 3, 1 and 7. */
export const SKUS = ["A", "B", "C"];

export async function openStocked(units = 10): Promise<TestStore> {
  const t = await openTestStore({ partitions: PARTITIONS, ownTime: true });
  for (const sku of SKUS) await stockUp(t.store, sku, units);
  return t;
}

export const cart = (quantity = 2, ttl = 60) => ({
  lines: SKUS.map((sku) => ({ sku, quantity, location: "online" })),
  ttl,
});

export async function makeCart(t: TestStore, quantity = 2, ttl = 60): Promise<string> {
  const outcome = await hold(t.store, cart(quantity, ttl), call("POST /holds"));
  assert(outcome.status === "active");
  return outcome.holdId;
}

export const lines = (t: TestStore) => Promise.all(SKUS.map((sku) => lineOf(t.store, sku)));

export async function assertSound(t: TestStore): Promise<void> {
  const { drifts, orphans } = await verify(t.store, { repair: false });
  assert.deepEqual([drifts, orphans], [[], []]);
}

export async function sweepAll(t: TestStore): Promise<void> {
  for (let partition = 0; partition < PARTITIONS; partition++) {
    await settleAllDue(t.store, partition);
    await settleDueParts(t.store, partition);
  }
}

// Stock to measure with.
import { setTimeout as sleep } from "node:timers/promises";
import { openStore } from "../../src/commits/open_store.ts";
import type { Store } from "../../src/commits/store.ts";
import type { RedisHandle } from "./processes.ts";

/** Units that no measurement uses up. */
export const PLENTY = "900000000";

/** So many of a SKU, for both paths. */
export async function stockForever(redis: RedisHandle, sku: string): Promise<void> {
  await redis.send("HSET", `stock:${sku}`, "online", PLENTY);
  await redis.send("HSET", `naive:stock:${sku}`, "online", PLENTY);
}

/** The settings of the service. */
export const STORE_SETTINGS = {
  timeoutMs: 5000,
  idempotencyTtlSeconds: 3600,
  holdLifetimeMaxSeconds: 7200,
  lowStockThreshold: 10,
};

/** A store on this Redis, connected. */
export async function openBenchStore(redis: RedisHandle): Promise<Store> {
  const store = openStore({ ...STORE_SETTINGS, address: redis.socketPath });
  while (!store.ready) await sleep(1);
  return store;
}

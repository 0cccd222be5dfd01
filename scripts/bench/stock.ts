// Stock to measure with.
import { setTimeout as sleep } from "node:timers/promises";
import type { Store } from "../../src/store/store.ts";
import type { RedisHandle } from "./processes.ts";

/** Units that no measurement uses up, for both paths. */
export async function stockForever(redis: RedisHandle, sku: string): Promise<void> {
  await redis.send("HSET", `stock:${sku}`, "online", "900000000");
  await redis.send("HSET", `naive:stock:${sku}`, "online", "900000000");
}

export async function untilReady(store: Store): Promise<void> {
  while (!store.ready) await sleep(1);
}

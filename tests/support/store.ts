// A store on a Redis of the test's own, with the time in the test's hand if it wants.
import { openStore } from "../../src/commits/open_store.ts";
import type { StoreOptions } from "../../src/commits/options.ts";
import type { Call, Store } from "../../src/commits/store.ts";
import type { Count } from "../../src/store/inventory.ts";
import { count, getInventory } from "../../src/store/inventory.ts";
import {
  confirm,
  type ConfirmOutcome,
  hold,
  type HoldOutcome,
  release,
  type ReleaseOutcome,
} from "../../src/store/holds/holds.ts";
import { sendToPlace } from "./places.ts";
import { startTestRedis, type TestRedis } from "./redis.ts";

export interface TestStore extends AsyncDisposable {
  store: Store;
  redis: TestRedis;
  /** With `ownTime`: the time by which the scripts judge, in milliseconds. */
  setTime(nowMs: number): Promise<void>;
}

/** How many partitions the stores of tests have that do not say: the same suites hold for one and for several. */
const TEST_PARTITIONS = Number(Deno.env.get("TEST_PARTITIONS") ?? 1);
/** Whether those of several partitions are on a Redis Cluster. */
const TEST_CLUSTER = Deno.env.get("TEST_CLUSTER") === "true";

const TEST_CLOCK =
  `local function now_ms() return tonumber(redis.call('GET', partition_prefix .. 'test:now_ms')) end`;

/** 2026-01-01T00:00:00.000Z, where time stands until a test with `ownTime` moves it. */
export const START_MS = 1_767_225_600_000;

/** A store on a Redis that runs, or on the cluster of these URLs, connected. */
export async function connectStore(
  address: string,
  options: Partial<StoreOptions> = {},
): Promise<Store> {
  const store = openStore({
    ...(address.startsWith("redis://") ? { clusterUrls: address.split(" ") } : { address }),
    timeoutMs: 5000,
    idempotencyTtlSeconds: 3600,
    holdLifetimeMaxSeconds: 7200,
    lowStockThreshold: 10,
    partitions: TEST_PARTITIONS,
    ...options,
  });
  while (!store.ready) await new Promise((resolve) => setTimeout(resolve, 1));
  return store;
}

/** What a test's Redis lies on: one of its own, or a cluster that the tests of a file share one after the other. */
async function startPlace(
  partitions: number,
  settings?: Record<string, string>,
): Promise<TestRedis> {
  if (!TEST_CLUSTER || partitions === 1 || settings) return await startTestRedis(settings);
  const { sharedCluster } = await import("./shared_cluster.ts");
  return await sharedCluster();
}

export async function openTestStore(
  options: Partial<StoreOptions> & { ownTime?: boolean; redisSettings?: Record<string, string> } =
    {},
): Promise<TestStore> {
  const { ownTime = false, redisSettings, ...storeOptions } = options;
  const { partitions = TEST_PARTITIONS } = options;
  const redis = await startPlace(partitions, redisSettings);
  const store = await connectStore(redis.address, {
    clockSource: ownTime ? TEST_CLOCK : undefined,
    partitions,
    ...storeOptions,
  });
  const setTime = async (nowMs: number) => {
    for (let partition = 0; partition < partitions; partition++) {
      await store.commandAt(partition, "SET", "test:now_ms", String(nowMs));
    }
  };
  if (ownTime) await setTime(START_MS);
  const send = (...command: string[]) => sendToPlace(store, command);
  return {
    store,
    redis: partitions === 1 ? redis : { ...redis, send },
    setTime,
    async [Symbol.asyncDispose]() {
      store.close();
      await redis[Symbol.asyncDispose]();
    },
  };
}

/** Puts units on the shelf of one location. */
export async function stockUp(
  store: Store,
  sku: string,
  units: number,
  location = "online",
): Promise<void> {
  const entry: Count = { sku, onHand: [[location, units]] };
  await count(store, entry);
}

/** `on hand/held` of a line, as in "10/3"; "unknown" for a SKU never counted. */
export async function lineOf(store: Store, sku: string, location = "online"): Promise<string> {
  const outcome = await getInventory(store, sku);
  if (outcome.status === "sku_not_found") return "unknown";
  const line = outcome.lines.get(location);
  return line ? `${line.onHand}/${line.held}` : "unknown";
}

let callNumber = 0;

/** What a command carries into the store. */
export function call(target: string, idempotencyKey?: string): Call {
  return { target, requestId: `test-${++callNumber}`, idempotencyKey };
}

/** The words of every event written so far, as `kind detail`; of one partition where there are several. */
export async function eventsOf(redis: TestRedis, prefix = ""): Promise<string[]> {
  const entries = await redis.send("XRANGE", `${prefix}events`, "-", "+") as [string, string[]][];
  return entries.flatMap(([, words]) =>
    words.flatMap((word, i) => i % 2 === 0 ? [`${word} ${words[i + 1]}`] : [])
  );
}

/** Asks for a hold of one line. */
export function holdUnits(
  store: Store,
  sku: string,
  quantity: number,
  options: {
    ttl?: number;
    location?: string;
    key?: string;
    replaces?: string;
    reference?: string;
  } = {},
): Promise<HoldOutcome> {
  const { ttl = 300, location = "online", key, ...rest } = options;
  return hold(
    store,
    { lines: [{ sku, quantity, location }], ttl, ...rest },
    call("POST /hold", key),
  );
}

/** Makes a hold that must succeed; answers its id. */
export async function makeHold(
  store: Store,
  sku: string,
  quantity: number,
  ttl = 300,
): Promise<string> {
  const outcome = await holdUnits(store, sku, quantity, { ttl });
  if (outcome.status !== "active") throw new Error(`no hold: ${JSON.stringify(outcome)}`);
  return outcome.holdId;
}

/** Confirms a whole hold. */
export function confirmHold(store: Store, holdId: string, key?: string): Promise<ConfirmOutcome> {
  const request = { hold_id: holdId, remainder: "release" as const, on_expired: "refuse" as const };
  return confirm(store, request, call("POST /confirm", key));
}

/** Releases a hold. */
export function releaseHold(store: Store, holdId: string, key?: string): Promise<ReleaseOutcome> {
  return release(store, { hold_id: holdId }, call("POST /release", key));
}

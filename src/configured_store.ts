// From configuration to a store that answers: an external Redis, or the embedded one.
import { setTimeout as sleep } from "node:timers/promises";
import { countAll } from "./catalogue/load.ts";
import { demoCatalogue } from "./catalogue/demo.ts";
import { type Config, isEmbedded } from "./config.ts";
import type { Log } from "./log.ts";
import { type EmbeddedRedis, startEmbeddedRedis } from "./redis/embedded/server.ts";
import { isPassing, PATIENCE_MS, patiently, tellOnce } from "./commits/patience.ts";
import { StoreFault } from "./redis/faults.ts";
import { isEmpty } from "./store/inventory.ts";
import { inspectRedis, type OwnSync, type RedisState } from "./commits/readiness.ts";
import { keepPartitions } from "./commits/partitions.ts";
import { CLIENT_NAME } from "./redis/link.ts";
import type { StoreObserver, TraceCommit } from "./commits/measures.ts";
import { openStore } from "./commits/open_store.ts";
import type { Store } from "./commits/store.ts";

/** The store cannot be had; `message` is one line that says why. */
export class StartError extends Error {}

export interface OpenedStore {
  store: Store;
  /** Where the store is, fit for people: without a password. */
  place: string;
  /** Of the embedded Redis: what forces its file to disk each second. */
  ownSync?: OwnSync;
  /** Closes the connection; an embedded Redis that nobody else uses is stopped. */
  close(): Promise<void>;
}

export interface OpenOptions {
  /** Whether an empty embedded store gets the demo catalogue. */
  loadDemo?: boolean;
  observer?: StoreObserver;
  traceCommit?: TraceCommit;
}

/** A Redis that refuses for so long will go on: most often its address or password is wrong. */
const CONNECT_TIMEOUT_MS = 5000;
const OLDEST_REDIS_MAJOR = 7;
// The store's deadline leaves the rest of a request some time of its own.
const STORE_SHARE_OF_TIMEOUT = 0.9;

/** Opens the store that the configuration names. Throws a StartError, ConfigError or EmbeddedRedisError. */
export async function openConfiguredStore(
  config: Config,
  log: Log,
  { loadDemo = true, observer, traceCommit }: OpenOptions = {},
): Promise<OpenedStore> {
  const embedded = !isEmbedded(config) ? undefined : await startEmbeddedRedis({
    dataDir: config.DATA_DIR,
    durability: config.DURABILITY as "everysec" | "always" | "none", // `replicated` needs a Redis of one's own
    clientName: CLIENT_NAME,
    onSyncFailure: (reason) =>
      log.error("the append-only file cannot be forced to disk; Redis does it now", { reason }),
  });
  const place = embedded ? `embedded Redis in ${config.DATA_DIR}` : placeOf(config);
  const lostBecause = new Map<string, string>();
  let isClosing = false;
  const nameOf = (node: string) => config.REDIS_CLUSTER_URLS ? `Redis at ${node}` : place;

  const store = openStore({
    address: embedded?.address ?? config.REDIS_URL?.replace(/^unix:\/\//, ""),
    clusterUrls: config.REDIS_CLUSTER_URLS,
    partitions: config.PARTITIONS,
    replicas: config.DURABILITY === "replicated" ? 1 : 0,
    tlsCa: config.REDIS_TLS_CA && await readPem(config.REDIS_TLS_CA),
    timeoutMs: config.REQUEST_TIMEOUT_MS * STORE_SHARE_OF_TIMEOUT,
    idempotencyTtlSeconds: config.IDEMPOTENCY_TTL_SECONDS,
    holdLifetimeMaxSeconds: config.HOLD_LIFETIME_MAX_SECONDS,
    lowStockThreshold: config.LOW_STOCK_THRESHOLD,
    maxActiveHoldsPerKey: config.MAX_ACTIVE_HOLDS_PER_KEY,
    maxHeldUnitsPerKey: config.MAX_HELD_UNITS_PER_KEY,
    observer,
    traceCommit,
    onLost(node, reason) {
      if (isClosing) return;
      if (!lostBecause.has(node)) log.error("Redis lost", { place: nameOf(node), reason });
      lostBecause.set(node, reason);
      if (embedded) revive(embedded, log);
    },
    onBack(node) {
      if (lostBecause.delete(node)) log.info("Redis back", { place: nameOf(node) });
    },
    onLeft(node) {
      lostBecause.delete(node);
      log.info("Redis serves no partition any more", { place: nameOf(node) });
    },
    onWentBack(partition, commits) {
      log.error("Redis lacks commits that it had acknowledged", { partition, commits });
    },
  });

  const close = async () => {
    isClosing = true;
    store.close();
    await embedded?.stop();
  };

  try {
    const { warnings, obstacles } = await untilAnswering(store, place, lostBecause);
    for (const obstacle of obstacles) {
      log.error("Redis does not take commands", { place, reason: obstacle });
    }
    for (const warning of warnings) {
      log.warn("Redis is not set up to keep stock safe", { place, warning });
    }
    // A start may wait longer than a request: a Redis that is slow now is waited for.
    const onRepeat = tellOnce((reason) => log.warn("waiting for Redis", { place, reason }));
    await patiently(() => claimPartitions(store, place), { onRepeat });
    if (embedded && loadDemo && await patiently(() => isEmpty(store), { onRepeat })) {
      await countAll(store, demoCatalogue(), { onRepeat });
      log.info("demo catalogue loaded", { place });
    }
  } catch (error) {
    await close();
    throw error instanceof StoreFault ? new StartError(`${place}: ${error.message}`) : error;
  }
  return { store, place, ownSync: embedded?.diskSync, close };
}

/** Starts an embedded server that died. Called at each failed attempt to reconnect; one at a time. */
let reviving: Promise<void> | undefined;
function revive(embedded: EmbeddedRedis, log: Log): void {
  reviving ??= embedded.ensureRunning()
    .catch((error) =>
      log.error("the embedded Redis does not start again", { reason: error.message })
    )
    .finally(() => reviving = undefined);
}

/**
 * What Redis says of itself, once it takes commands: while it loads its file it answers, but refuses them. One that is
 * silent or slow is waited for as long as all that a start waits for.
 */
async function untilAnswering(
  store: Store,
  place: string,
  lostBecause: Map<string, string>,
): Promise<RedisState> {
  const startedAt = performance.now();
  let reason = "it does not answer";
  let isSlow = true;
  while (true) {
    const waitedMs = performance.now() - startedAt;
    try {
      // A cluster is waited for whole, and then taken as far as it answers.
      const isPartThere = store.nodes().some(({ ready }) => ready);
      if (store.ready || waitedMs >= CONNECT_TIMEOUT_MS && isPartThere) {
        await refuseOldRedis(store, place);
        return await inspectRedis(store);
      }
      reason = lostBecause.values().next().value ?? reason;
      isSlow = lostBecause.size === 0 || /timeout/i.test(reason);
    } catch (error) {
      if (error instanceof StartError) throw error;
      reason = (error as Error).message;
      isSlow = isPassing(error);
    }
    if (waitedMs >= (isSlow ? PATIENCE_MS : CONNECT_TIMEOUT_MS)) {
      throw new StartError(`cannot reach ${place}: ${reason}`);
    }
    await sleep(20);
  }
}

/** The number of partitions is what it was when the store was first written. */
async function claimPartitions(store: Store, place: string): Promise<void> {
  const kept = await keepPartitions(store);
  if (kept !== store.partitions) {
    throw new StartError(
      `${place} was written with PARTITIONS=${kept}, not ${store.partitions}: set it so, or use an empty Redis`,
    );
  }
}

async function refuseOldRedis(store: Store, place: string): Promise<void> {
  for (const node of store.nodes().filter(({ ready }) => ready)) {
    const info = String(await node.command("INFO", "server"));
    const version = info.match(/^redis_version:(\S+)/m)?.[1] ?? "unknown";
    if (parseInt(version) < OLDEST_REDIS_MAJOR) {
      throw new StartError(`${place} is version ${version}; 7.0 is the oldest supported`);
    }
  }
}

async function readPem(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    throw new StartError(`REDIS_TLS_CA: cannot read ${path}: ${(error as Error).message}`);
  }
}

/** Fit for people: without a password. */
function placeOf({ REDIS_URL, REDIS_CLUSTER_URLS }: Config): string {
  const urls = REDIS_CLUSTER_URLS ?? [REDIS_URL!];
  const shown = urls.map((url) => url.replace(/\/\/[^@/]*@/, "//")).join(" ");
  return REDIS_CLUSTER_URLS ? `Redis Cluster at ${shown}` : `Redis at ${shown}`;
}

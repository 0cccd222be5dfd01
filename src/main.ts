// The service: configuration -> Redis -> store -> app -> cron -> listen -> drain.
import { setTimeout as sleep } from "node:timers/promises";
import { createApp } from "./app.ts";
import { type Config, ConfigError, isEmbedded, readConfig } from "./config.ts";
import { makeLog, writePending } from "./log.ts";
import { openConfiguredStore, StartError } from "./configured_store.ts";
import { Incidents, judgeVerification, watch } from "./operations/incidents.ts";
import { loadTracing } from "./operations/tracing.ts";
import { Metrics } from "./operations/metrics.ts";
import { backUpOn, type Scheduled, sweepAlways } from "./operations/schedules.ts";
import { EmbeddedRedisError } from "./redis/embedded/server.ts";
import { postTo } from "./operations/webhook.ts";

const DRAIN_TIMEOUT_MS = 10_000;

async function main(): Promise<void> {
  const config = readConfig(Deno.env.get);
  const log = makeLog(config.LOG_LEVEL);
  const stopRequested = signalled("SIGTERM", "SIGINT");
  const metrics = new Metrics(config.PARTITIONS);
  const tracing = config.OTEL_DENO ? await loadTracing() : undefined;
  const { store, place, ownSync, close } = await openConfiguredStore(config, log, {
    observer: metrics,
    traceCommit: tracing?.traceCommit,
  });

  if (!config.API_KEYS) {
    log.warn("API_KEYS is not set: whoever reaches this port may do everything");
  }
  const stopping = new AbortController();
  const { ALERT_WEBHOOK_URL: url, ALERT_WEBHOOK_SECRET: secret } = config;
  const tell = url && secret ? postTo({ url, secret, store: place }, log) : undefined;
  const incidents = new Incidents(log, metrics, tell);
  const app = createApp({
    store,
    log,
    maxBodyBytes: config.MAX_BODY_BYTES,
    holdLifetimeMaxSeconds: config.HOLD_LIFETIME_MAX_SECONDS,
    requestTimeoutMs: config.REQUEST_TIMEOUT_MS,
    lowStockThreshold: config.LOW_STOCK_THRESHOLD,
    metrics,
    nameRequest: tracing?.nameRequest,
    onVerified: (driftCount) => judgeVerification(incidents, store, driftCount),
    corsOrigins: config.CORS_ORIGINS,
    publicHosts: config.PUBLIC_HOSTS,
    apiKeys: config.API_KEYS,
    publicReads: config.PUBLIC_READS,
    rateLimitPerMinute: config.RATE_LIMIT_PER_MINUTE,
    trustedProxies: config.TRUSTED_PROXIES,
    maxRequestsInFlight: config.MAX_REQUESTS_IN_FLIGHT,
    maxLiveFeeds: config.MAX_LIVE_FEEDS,
    maxLiveFeedsPerCaller: config.MAX_LIVE_FEEDS_PER_CALLER,
    ownSync,
    stopping: stopping.signal,
  });

  const scheduled = { store, log, metrics, incidents, stopping: stopping.signal };
  const running = [
    sweepAlways(scheduled),
    watch(incidents, store, metrics, config.ALERT_AFTER_SECONDS, stopping.signal),
  ];

  let server;
  try {
    if (config.BACKUP_SCHEDULE) running.push(startBackups(config, scheduled));
    server = Deno.serve({
      port: config.PORT,
      hostname: config.HOST,
      reusePort: config.REUSE_PORT,
      onListen: ({ port }) => announce(`http://${readableHost(config.HOST)}:${port}`, place),
    }, app.fetch);
  } catch (error) {
    stopping.abort();
    await close();
    if (error instanceof StartError) throw error;
    throw error instanceof Deno.errors.AddrInUse
      ? new StartError(`port ${config.PORT} on ${config.HOST} is in use; set PORT to another`)
      : new StartError(
        `cannot listen on ${config.HOST}:${config.PORT}: ${(error as Error).message}`,
      );
  }

  function announce(url: string, place: string): void {
    log.info("listening", {
      pid: Deno.pid,
      url,
      docs: `${url}/docs`,
      store: place,
      durability: config.DURABILITY,
    });
    if (Deno.stdout.isTerminal()) console.log(banner(url, place));
  }

  log.info("stopping", { signal: await stopRequested });
  stopping.abort();
  await sleep(config.DRAIN_SECONDS * 1000); // still serving, while GET /ready says to go elsewhere
  const drained = await Promise.race([
    server.shutdown().then(() => true),
    sleep(DRAIN_TIMEOUT_MS, false),
  ]);
  if (!drained) log.error("requests are still running after 10 s; stopping anyway");
  await Promise.all(running);
  await close();
  log.info("stopped");
}

function startBackups(config: Config, scheduled: Scheduled): Promise<void> {
  const { BACKUP_SCHEDULE: schedule, BACKUP_KEEP: keep, DATA_DIR } = config;
  try {
    return backUpOn(schedule!, scheduled, {
      dataDir: isEmbedded(config) ? DATA_DIR : undefined,
      keep,
    });
  } catch (error) {
    throw new StartError(`BACKUP_SCHEDULE: ${(error as Error).message}`);
  }
}

/** The first of these signals to come. */
function signalled(...names: Deno.Signal[]): Promise<Deno.Signal> {
  return new Promise((resolve) => {
    for (const name of names) Deno.addSignalListener(name, () => resolve(name));
  });
}

/** A host that can be opened in a browser on this machine. */
function readableHost(host: string): string {
  return ["0.0.0.0", "::", "127.0.0.1"].includes(host) ? "localhost" : host;
}

function banner(url: string, place: string): string {
  return `
  Inventory Agent

    API    ${url}
    docs   ${url}/docs
    spec   ${url}/openapi.json
    store  ${place}

  Try    curl ${url}/inventory/SKU000001
  Stop   Ctrl-C
`;
}

try {
  await main();
  writePending();
  Deno.exit(0); // signal listeners would keep the process alive
} catch (error) {
  writePending();
  const isExplained = [ConfigError, StartError, EmbeddedRedisError].some((kind) =>
    error instanceof kind
  );
  console.error("inventory-agent:", isExplained ? (error as Error).message : error);
  Deno.exit(1);
}

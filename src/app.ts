// The HTTP app: order of middleware, routes, and the doors through which errors leave. No I/O of its own.
import { OpenAPIHono } from "@hono/zod-openapi";
import type { Bounds } from "./contract/fields.ts";
import { type ApiKey, authorize, identify } from "./http/api_keys.ts";
import { bodyRules } from "./http/body.ts";
import { type CallerOf, tellCallers } from "./http/callers.ts";
import type { AppEnv } from "./http/context.ts";
import { answerInTime } from "./http/deadline.ts";
import { envelope, type NameRequest } from "./http/envelope.ts";
import { idempotency } from "./http/idempotency_key.ts";
import { crossOrigin, refuseForeignPages } from "./http/exposure.ts";
import { LiveFeeds } from "./http/live_feeds.ts";
import { inFlightLimit, rateLimit } from "./http/limits.ts";
import { answerThrown, validationHook } from "./http/problems.ts";
import { nothingThere } from "./http/nothing_there.ts";
import { letValidRequestsThrough } from "./http/validation.ts";
import type { Log } from "./log.ts";
import { mountConsole } from "./routes/console.ts";
import { mountDocs } from "./routes/docs.ts";
import { mountEvents } from "./routes/events.ts";
import { mountGuide } from "./routes/guide.ts";
import { mountHolds } from "./routes/holds.ts";
import { mountHome } from "./routes/home.ts";
import { mountInventory } from "./routes/inventory.ts";
import { mountMcp } from "./routes/mcp.ts";
import { mountMetrics } from "./routes/metrics.ts";
import { mountMovements } from "./routes/movements.ts";
import { mountSales } from "./routes/sales.ts";
import { mountService } from "./routes/service.ts";
import { mountVerify } from "./routes/verify.ts";
import type { Metrics } from "./operations/metrics.ts";
import type { OwnSync } from "./commits/readiness.ts";
import type { Store } from "./commits/store.ts";

export interface AppOptions extends Bounds {
  store: Store;
  log: Log;
  maxBodyBytes: number;
  /** 2000 if not said. */
  requestTimeoutMs?: number;
  /** At or below which a line is shown as low. */
  lowStockThreshold?: number;
  /** Counts requests, and is shown at `GET /metrics`. */
  metrics?: Metrics;
  nameRequest?: NameRequest;
  /** Told how many wrong lines a verification found. */
  onVerified?(driftCount: number): void | Promise<void>;
  /** Who may call; nobody is asked where there are none. */
  apiKeys?: ApiKey[];
  publicReads?: boolean;
  /** 0 for no limit. */
  rateLimitPerMinute?: number;
  trustedProxies?: string[];
  maxRequestsInFlight?: number;
  maxLiveFeeds?: number;
  maxLiveFeedsPerCaller?: number;
  /** Pages of these origins may call from a browser. */
  corsOrigins?: string[];
  /** The names under which our own pages are reached, besides `localhost` and addresses. */
  publicHosts?: string[];
  /** Where the service itself forces Redis' file to disk. */
  ownSync?: OwnSync;
  /** Aborts when the service begins to stop: live feeds end, and `GET /ready` says so. */
  stopping?: AbortSignal;
}

export function createApp(
  options: AppOptions,
): OpenAPIHono<AppEnv> {
  const { store, log, holdLifetimeMaxSeconds, corsOrigins, stopping } = options;
  const bounds: Bounds = { holdLifetimeMaxSeconds };
  const callerOf = tellCallers(options.trustedProxies ?? []);
  const app = new OpenAPIHono<AppEnv>({ defaultHook: validationHook });
  letValidRequestsThrough(app);

  app.use(envelope(log, options.metrics, options.nameRequest));
  if (corsOrigins) app.use(crossOrigin(corsOrigins));
  app.use(refuseForeignPages(corsOrigins ?? [], options.publicHosts ?? []));
  app.use(answerInTime(options.requestTimeoutMs ?? 2000));
  app.use(inFlightLimit(options.maxRequestsInFlight ?? Infinity));
  guard(app, options, callerOf);
  app.use(idempotency);
  app.use(bodyRules(options.maxBodyBytes));

  mountInventory(app, store);
  mountHolds(app, store, bounds);
  mountSales(app, store);
  mountMovements(app, store);
  mountEvents(app, store, liveFeeds(options, callerOf), stopping);
  mountVerify(app, store, options.onVerified);
  mountService(app, store, stopping, () => options.metrics?.lastSweepMs, options.ownSync);
  mountMcp(app, bounds);
  mountHome(app, options.lowStockThreshold ?? 10, bounds);
  mountConsole(app);
  if (options.metrics) mountMetrics(app, store, options.metrics);
  mountDocs(app, bounds);
  mountGuide(app);

  app.notFound(nothingThere(app));
  app.onError((error, c) => answerThrown(error, c, log));
  return app;
}

/** Keys and rates, where they are configured. Guesses at keys count too, so rates come before judgement. */
function guard(app: OpenAPIHono<AppEnv>, options: AppOptions, callerOf: CallerOf): void {
  const { store, apiKeys = [], publicReads = true, rateLimitPerMinute = 0 } = options;
  if (apiKeys.length > 0) app.use(identify(apiKeys));
  if (rateLimitPerMinute > 0) app.use(rateLimit(store, rateLimitPerMinute, callerOf));
  if (apiKeys.length > 0) app.use(authorize(publicReads));
}

function liveFeeds(options: AppOptions, callerOf: CallerOf): LiveFeeds {
  const { maxLiveFeeds = Infinity, maxLiveFeedsPerCaller = Infinity, metrics } = options;
  return new LiveFeeds(callerOf, maxLiveFeeds, maxLiveFeedsPerCaller, metrics ?? { liveFeeds: 0 });
}

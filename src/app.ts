// The HTTP app: order of middleware, routes, and the doors through which errors leave. No I/O of its own.
import { OpenAPIHono } from "@hono/zod-openapi";
import { methodNotAllowed } from "hono/method-not-allowed";
import { requestId } from "hono/request-id";
import { bodyRules } from "./http/body.ts";
import type { AppEnv } from "./http/context.ts";
import { idempotency } from "./http/idempotency_key.ts";
import { answerThrown, problem, validationHook } from "./http/problems.ts";
import { requestLog } from "./http/request_log.ts";
import type { Log } from "./log.ts";
import { mountConsole } from "./routes/console.ts";
import { mountDocs } from "./routes/docs.ts";
import { mountEvents } from "./routes/events.ts";
import { mountHolds } from "./routes/holds.ts";
import { mountHome } from "./routes/home.ts";
import { mountInventory } from "./routes/inventory.ts";
import { mountMcp } from "./routes/mcp.ts";
import { mountMovements } from "./routes/movements.ts";
import { mountSales } from "./routes/sales.ts";
import { mountService } from "./routes/service.ts";
import { mountVerify } from "./routes/verify.ts";
import type { Store } from "./store/store.ts";

export interface AppOptions {
  store: Store;
  log: Log;
  maxBodyBytes: number;
  holdLifetimeMaxSeconds: number;
  /** At or below which a line is shown as low. */
  lowStockThreshold?: number;
  /** Aborts when the service begins to stop: live feeds end, and `GET /ready` says so. */
  stopping?: AbortSignal;
}

export function createApp(
  { store, log, maxBodyBytes, holdLifetimeMaxSeconds, lowStockThreshold = 10, stopping }:
    AppOptions,
): OpenAPIHono<AppEnv> {
  const app = new OpenAPIHono<AppEnv>({ defaultHook: validationHook });

  app.use(requestId());
  app.use(requestLog(log));
  app.use(methodNotAllowed({
    app,
    onMethodNotAllowed: (c, methods) => {
      const answer = problem(c, "method_not_allowed", { detail: `Use ${methods.join(" or ")}` });
      answer.headers.set("allow", methods.join(", "));
      return answer;
    },
  }));
  app.use(idempotency);
  app.use(bodyRules(maxBodyBytes));

  mountInventory(app, store);
  mountHolds(app, store, holdLifetimeMaxSeconds);
  mountSales(app, store);
  mountMovements(app, store);
  mountEvents(app, store, stopping);
  mountVerify(app, store);
  mountService(app, store, stopping);
  mountMcp(app);
  mountHome(app, lowStockThreshold);
  mountConsole(app);
  mountDocs(app);

  app.notFound((c) =>
    problem(c, "not_found", { detail: `Nothing is at ${c.req.method} ${c.req.path}` })
  );
  app.onError((error, c) => answerThrown(error, c, log));
  return app;
}

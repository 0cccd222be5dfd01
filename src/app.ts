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
import { mountDocs } from "./routes/docs.ts";
import { mountHolds } from "./routes/holds.ts";
import { mountInventory } from "./routes/inventory.ts";
import { mountSales } from "./routes/sales.ts";
import { mountService } from "./routes/service.ts";
import type { Store } from "./store/store.ts";

export interface AppOptions {
  store: Store;
  log: Log;
  maxBodyBytes: number;
  holdLifetimeMaxSeconds: number;
  /** Whether the service is stopping, which `GET /ready` tells. */
  isDraining?: () => boolean;
}

export function createApp(
  { store, log, maxBodyBytes, holdLifetimeMaxSeconds, isDraining = () => false }: AppOptions,
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
  mountService(app, store, isDraining);
  mountDocs(app);

  app.notFound((c) =>
    problem(c, "not_found", { detail: `Nothing is at ${c.req.method} ${c.req.path}` })
  );
  app.onError((error, c) => answerThrown(error, c, log));
  return app;
}

// The service's numbers, for Prometheus.
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "../http/context.ts";
import type { Exposition } from "../operations/exposition.ts";
import type { Metrics } from "../operations/metrics.ts";
import type { Store } from "../commits/store.ts";

export function mountMetrics(app: OpenAPIHono<AppEnv>, store: Store, metrics: Metrics): void {
  // The library that knows the form is loaded when somebody first asks.
  let exposition: Promise<Exposition> | undefined;
  app.get("/metrics", async (c) => {
    exposition ??= import("../operations/exposition.ts")
      .then(({ makeExposition }) => makeExposition(metrics));
    return c.body(await (await exposition)(store), 200, {
      "content-type": "text/plain; version=0.0.4; charset=utf-8",
    });
  });
}

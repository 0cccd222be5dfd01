// The service's numbers, for Prometheus.
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "../http/context.ts";
import type { Metrics } from "../operations/metrics.ts";
import type { Store } from "../commits/store.ts";

export function mountMetrics(app: OpenAPIHono<AppEnv>, store: Store, metrics: Metrics): void {
  app.get("/metrics", async (c) =>
    c.body(await metrics.expose(store), 200, {
      "content-type": "text/plain; version=0.0.4; charset=utf-8",
    }));
}

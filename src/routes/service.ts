import type { OpenAPIHono } from "@hono/zod-openapi";
import { PROBLEMS } from "../contract/problem_kinds.ts";
import * as contract from "../contract/service.ts";
import type { AppEnv } from "../http/context.ts";
import { problem } from "../http/problems.ts";
import { inspectRedis, type OwnSync, type RedisState } from "../commits/readiness.ts";
import type { Store } from "../commits/store.ts";
import { instant } from "./instant.ts";

export function mountService(
  app: OpenAPIHono<AppEnv>,
  store: Store,
  stopping?: AbortSignal,
  lastSweepMs: () => number | undefined = () => undefined,
  ownSync?: OwnSync,
): void {
  app.openapi(contract.getHealth, async (c) => {
    try {
      await Promise.any(store.nodes().map((node) => node.command("PING")));
    } catch {
      return problem(c, "store_unavailable", { detail: "Redis is not connected" });
    }
    return c.json({
      status: "healthy" as const,
      redis: "connected" as const,
      timestamp: instant(Date.now()),
    }, 200);
  });

  // Anybody may ask, and the answer costs Redis more than a hold does: who asks meanwhile gets the same one.
  let looking: Promise<RedisState> | undefined;
  const look = () => looking ??= inspectRedis(store, ownSync).finally(() => looking = undefined);

  app.openapi(contract.getReadiness, async (c) => {
    const redis = await look();
    const draining = stopping?.aborted ?? false;
    const obstacles = [...redis.obstacles, ...(draining ? ["the service is stopping"] : [])];
    const { owner, scopes } = c.var;
    const isForProbes = owner !== undefined && !scopes?.includes("admin");
    if (obstacles.length > 0) {
      return problem(
        c,
        "store_unavailable",
        isForProbes ? {} : { detail: obstacles.join("; ") },
      );
    }
    if (isForProbes) return c.json({ status: "ready" as const }, 200);
    const sweptAtMs = lastSweepMs();
    return c.json({
      status: "ready" as const,
      ...describeNodes(redis, store.partitions),
      draining,
      last_sweep_at: sweptAtMs === undefined ? undefined : instant(sweptAtMs),
      warnings: redis.warnings,
    }, 200);
  });

  app.openapi(contract.explainProblem, (c) => {
    const { code } = c.req.valid("param");
    const kind = new Map(Object.entries(PROBLEMS)).get(code);
    return kind
      ? c.json({ code, ...kind }, 200)
      : problem(c, "not_found", { detail: `There is no problem ${code}` });
  });
}

/** The one Redis there mostly is, or what the masters of a cluster have in common, and each by itself. */
function describeNodes({ nodes, partitionsServed }: RedisState, partitions: number) {
  const working = nodes.filter(({ failing }) => !failing);
  const { role, durability, maxmemoryPolicy } = working[0] ?? nodes[0];
  return {
    role,
    durability,
    maxmemory_policy: maxmemoryPolicy,
    script_loaded: working.every(({ knowsScript }) => knowsScript),
    partitions: { total: partitions, served: partitionsServed },
    masters: nodes.map(({ name, partitions, failing }) => ({ name, partitions, failing })),
  };
}

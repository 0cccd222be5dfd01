import type { OpenAPIHono } from "@hono/zod-openapi";
import * as contract from "../contract/verify.ts";
import type { AppEnv } from "../http/context.ts";
import { problem } from "../http/problems.ts";
import type { Store } from "../commits/store.ts";
import { verify } from "../store/verification/verify.ts";

export function mountVerify(
  app: OpenAPIHono<AppEnv>,
  store: Store,
  onVerified: (driftCount: number) => void | Promise<void> = () => {},
): void {
  // Each walks over all there is and keeps the ledger of all holds in memory, so there is one at a time.
  let isUnderWay = false;
  app.openapi(contract.verifyStock, async (c) => {
    const request = c.req.valid("json");
    if (isUnderWay) return problem(c, "overloaded", { detail: "A verification is under way" });
    isUnderWay = true;
    try {
      const found = await verify(store, request);
      await onVerified(found.drift_count);
      return c.json(found, 200);
    } finally {
      isUnderWay = false;
    }
  });
}

import type { OpenAPIHono } from "@hono/zod-openapi";
import * as contract from "../contract/verify.ts";
import type { AppEnv } from "../http/context.ts";
import type { Store } from "../store/store.ts";
import { verify } from "../store/verify.ts";

export function mountVerify(
  app: OpenAPIHono<AppEnv>,
  store: Store,
  onVerified: (driftCount: number) => void = () => {},
): void {
  app.openapi(contract.verifyStock, async (c) => {
    const request = c.req.valid("json");
    const found = await verify(store, request);
    onVerified(found.drift_count);
    return c.json(found, 200);
  });
}

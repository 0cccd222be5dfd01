import type { OpenAPIHono } from "@hono/zod-openapi";
import * as contract from "../contract/verify.ts";
import type { AppEnv } from "../http/context.ts";
import type { Store } from "../store/store.ts";
import { verify } from "../store/verify.ts";

export function mountVerify(app: OpenAPIHono<AppEnv>, store: Store): void {
  app.openapi(
    contract.verifyStock,
    async (c) => c.json(await verify(store, c.req.valid("json")), 200),
  );
}

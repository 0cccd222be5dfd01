// The short way of a valid request. zod-openapi sends each part of a request through middleware of its own and
// validates as if schemas could wait for something; where the same schemas accept what came, none of that is needed.
import { type OpenAPIHono, type RouteConfig, z } from "@hono/zod-openapi";
import type { Handler } from "hono";
import type { AppEnv } from "./context.ts";
import { problem } from "./problems.ts";

/** How nearly everybody names JSON. Whoever names it otherwise goes the long way. */
const JSON_TYPE = /^application\/json(;\s?charset=utf-8)?$/i;

/**
 * From now on a request that its schemas accept goes straight to its handler. Any other goes on to zod-openapi, which
 * finds and words what is wrong with it: so there is one place where requests are refused.
 */
export function letValidRequestsThrough(app: OpenAPIHono<AppEnv>): void {
  const { openapi } = app;
  app.openapi = ((route, handler, hook) => {
    const accepts = acceptance(route);
    if (!accepts) return openapi(route, handler, hook);
    const run = handler as Handler<AppEnv>;
    const middleware: Handler<AppEnv> = (c, next) => {
      if (accepts(c)) return run(c, next);
      // The long way would take a body that is missing, and whose type is, for `{}`.
      if (route.request?.body && c.get("bodyText") === "" && !c.req.header("content-type")) {
        return problem(c, "malformed_json");
      }
      return next();
    };
    return openapi({ ...route, middleware }, handler as never, hook as never);
  }) as typeof openapi;
}

type Accepts = (c: Parameters<Handler<AppEnv>>[0]) => boolean;

/** Whether a request is as this route wants it; then what is valid of it is kept. For paths and JSON bodies. */
function acceptance({ request = {}, middleware }: RouteConfig): Accepts | undefined {
  const { params, body, query, headers, cookies } = request;
  const json = body?.content["application/json"];
  const schema = json && "schema" in json ? json.schema : undefined;
  if (query || headers || cookies || middleware || !(params || schema)) return undefined;

  return (c) => {
    if (params) {
      const { success, data } = params.safeParse(c.req.param());
      if (!success) return false;
      c.req.addValidatedData("param", data as object);
    }
    if (schema instanceof z.ZodType) {
      if (!JSON_TYPE.test(c.req.raw.headers.get("content-type") ?? "")) return false;
      const { success, data } = schema.safeParse(parse(c.get("bodyText")));
      if (!success) return false;
      c.req.addValidatedData("json", data as object);
    }
    return true;
  };
}

/** What no schema of a body accepts, where it is no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

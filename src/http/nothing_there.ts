// Where no route is: another method may be at that path, or nothing at all.
import type { OpenAPIHono } from "@hono/zod-openapi";
import { methodNotAllowed } from "hono/method-not-allowed";
import type { AppContext, AppEnv } from "./context.ts";
import { problem } from "./problems.ts";

/** Answers 405 with the methods that the path has, or 404. */
export function nothingThere(app: OpenAPIHono<AppEnv>): (c: AppContext) => Promise<Response> {
  const judge = methodNotAllowed({
    app,
    onMethodNotAllowed: (c, methods) => {
      const detail = `Use ${methods.join(" or ")}`;
      const answer = problem(c as AppContext, "method_not_allowed", { detail });
      answer.headers.set("allow", methods.join(", "));
      return answer;
    },
  });
  return async (c) => {
    const detail = `Nothing is at ${c.req.method} ${c.req.path}`;
    // It is made to follow the routes, so that it looks at every 404, also those of routes. Here it looks at ours.
    // deno-lint-ignore require-await -- the type of what comes next
    await judge(c, async () => void (c.res = problem(c, "not_found", { detail })));
    return c.res;
  };
}

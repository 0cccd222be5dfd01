// Every request is answered by its deadline, whatever it waits for: its body, Redis, or one after the other.
import type { MiddlewareHandler } from "hono";
import type { AppContext, AppEnv, Deadline } from "./context.ts";
import { problem } from "./problems.ts";

class OpenDeadline implements Deadline {
  isOver = false;
  ifOver: Deadline["ifOver"] = "store_unavailable";
  end = () => {};

  constructor(readonly atMs: number, private readonly open: Set<OpenDeadline>) {
    open.add(this);
  }

  lift(): void {
    this.open.delete(this);
  }
}

/** Answers for a request that has no answer after `timeoutMs`. A live feed has one when it begins. */
export function answerInTime(timeoutMs: number): MiddlewareHandler<AppEnv> {
  // All have the same time, so the first to come is the first to be over, and one timer does for all of them.
  const open = new Set<OpenDeadline>();
  let isWatching = false;

  function watch(ms: number): void {
    isWatching = true;
    Deno.unrefTimer(setTimeout(endThoseOver, ms));
  }

  function endThoseOver(): void {
    isWatching = false;
    const now = performance.now();
    for (const each of open) {
      if (each.atMs > now) return watch(each.atMs - now);
      open.delete(each);
      each.isOver = true;
      each.end();
    }
  }

  return async (c, next) => {
    const own = new OpenDeadline(c.get("startedAtMs") + timeoutMs, open);
    if (!isWatching) watch(timeoutMs);
    c.set("deadline", own);
    try {
      // As Promise.race would have it, which costs every request several promises more.
      await new Promise<void>((resolve, reject) => {
        own.end = resolve;
        next().then(resolve, reject);
      });
    } finally {
      own.lift();
    }
    if (own.isOver) c.res = problem(c as AppContext, own.ifOver);
  };
}

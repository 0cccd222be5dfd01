// How many requests callers may still make, counted in Redis so that it holds for all processes together.
import { unexpectedReply } from "./refusals.ts";
import type { Store } from "../commits/store.ts";

export type Allowance =
  | { status: "spent"; remaining: number; resetMs: number }
  | { status: "limited"; remaining: 0; resetMs: number; retryMs: number };

/** Takes one request out of what `caller` may make in a minute. */
export async function spend(
  store: Store,
  caller: string,
  limitPerMinute: number,
): Promise<Allowance> {
  const reply = await store.commit({
    verb: "spend",
    args: [caller, limitPerMinute],
    partition: store.partitionOf(caller),
  });
  const [status, remaining, resetMs, retryMs] = reply as [string, number, number, number];
  switch (status) {
    case "spent":
      return { status, remaining, resetMs };
    case "limited":
      return { status, remaining: 0, resetMs, retryMs };
    default:
      throw unexpectedReply(reply);
  }
}

// What Redis' refusals, and the client's, say of what was done.
import { ClientClosedError, ClientOfflineError, ErrorReply } from "@redis/client";
import { StoreFault } from "./faults.ts";

function isReply(error: unknown, ...codes: string[]): error is ErrorReply {
  return error instanceof ErrorReply && codes.includes(error.message.split(" ", 1)[0]);
}

// Redis answers these before a command or script begins, so nothing was done.
const REFUSED_BEFORE_START = [
  "BUSY",
  "CLUSTERDOWN",
  "LOADING",
  "MASTERDOWN",
  "MISCONF",
  "NOAUTH",
  "NOPERM",
  "NOREPLICAS",
  "READONLY",
  "TRYAGAIN",
  "WRONGPASS",
];

/** What a script is told of a command that the ACL denies it: in Redis 7.0, and in later ones. */
const DENIED_WITHIN = /user executing the script|ACL failure in script/;

/** Whether it is the ACL that stopped a script. None has written by then: a commit asks before it begins. */
export function isDenial(message: string): boolean {
  return DENIED_WITHIN.test(message);
}

/** Whether the last guard of `write_stock` (lua/shared/stock.lua) has refused a commit, with nothing written. */
export function isOversell(error: unknown): error is ErrorReply {
  return isReply(error, "OVERSOLD");
}

export function asStoreFault(error: unknown): unknown {
  if (error instanceof StoreFault) return error;
  if (isReply(error, "OOM")) {
    return new StoreFault("store_full", (error as Error).message, { cause: error });
  }
  const isDenied = error instanceof ErrorReply && isDenial(error.message);
  if (isDenied || isReply(error, ...REFUSED_BEFORE_START)) {
    return new StoreFault("store_unavailable", (error as Error).message, { cause: error });
  }
  if (error instanceof ErrorReply) {
    return error;
  }
  return error instanceof ClientOfflineError || error instanceof ClientClosedError
    ? new StoreFault("store_unavailable", "Redis is not connected", { cause: error })
    : new StoreFault("outcome_unknown", "the connection to Redis broke before it answered", {
      cause: error,
    });
}

// What every request carries through the app.
import type { Context } from "hono";
import type { Scope } from "../contract/scopes.ts";
import type { Call } from "../commits/store.ts";

/** How far a request has come, and what it is told if that is as far as it comes. */
export interface Deadline {
  isOver: boolean;
  ifOver: "request_timeout" | "store_unavailable" | "outcome_unknown";
  /** Lets the request take as long as it takes. */
  lift(): void;
}

export interface AppEnv {
  Variables: {
    requestId: string;
    /** When it came, by `performance.now()`. */
    startedAtMs: number;
    deadline: Deadline;
    /** The body, where there may be one. */
    bodyText: string;
    /** What the store needs to know of the request besides its input. */
    call: Call;
    /** With keys configured: the name of the caller's key, or NOBODY. */
    owner?: string;
    /** What the caller's key is good for. */
    scopes?: Scope[];
    /** Whether a key was sent that is none of ours. */
    badKey: boolean;
    /** On a page: what its scripts and styles must carry to be run. */
    secureHeadersNonce?: string;
  };
}

export type AppContext = Context<AppEnv>;

// What every request carries through the app.
import type { Context } from "hono";
import type { Call } from "../store/store.ts";

export interface AppEnv {
  Variables: {
    requestId: string;
    /** What the store needs to know of the request besides its input. */
    call: Call;
    /** On a page: what its scripts and styles must carry to be run. */
    secureHeadersNonce?: string;
  };
}

export type AppContext = Context<AppEnv>;

// What a browser is told about our pages: run and load nothing but what is ours, and show them in no frame.
import type { MiddlewareHandler } from "hono";
import { NONCE, secureHeaders } from "hono/secure-headers";
import type { AppEnv } from "./context.ts";

type Policy = Partial<Record<"connectSrc" | "imgSrc" | "fontSrc" | "styleSrc", string[]>>;

/**
 * Security headers for a page. Scripts run only with the nonce that the page finds in
 * `secureHeadersNonce`; `policy` adds what it may load besides.
 */
export function pageHeaders(policy: Policy = {}): MiddlewareHandler<AppEnv> {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: [NONCE],
      styleSrc: [NONCE],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
      ...policy,
    },
    xFrameOptions: "DENY",
    strictTransportSecurity: false, // for whoever ends the TLS to say
  });
}

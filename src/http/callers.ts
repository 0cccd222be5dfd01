// Who counts as one caller where callers are limited: a key's name, or else an address.
import { isIP } from "node:net";
import { NOBODY } from "../commits/keys.ts";
import type { AppContext } from "./context.ts";

export interface Caller {
  kind: "key" | "address";
  name: string;
}
export type CallerOf = (c: AppContext) => Caller;

/** Makes what tells callers apart, where these proxies are believed about whom they speak for. */
export function tellCallers(trustedProxies: string[]): CallerOf {
  const proxies = trustedProxies.map(canonical);
  return (c) => {
    const { owner = NOBODY } = c.var;
    return owner === NOBODY
      ? { kind: "address", name: networkOf(addressOf(c, proxies)) }
      : { kind: "key", name: owner };
  };
}

/** Whose request it is: the connection's other end, or whom a proxy that is trusted says it speaks for. */
function addressOf(c: AppContext, proxies: string[]): string {
  const { remoteAddr } = (c.env ?? {}) as Partial<Deno.ServeHandlerInfo<Deno.NetAddr>>;
  const remote = canonical(remoteAddr?.hostname ?? "local");
  if (!proxies.includes(remote)) return remote;
  const path = (c.req.header("x-forwarded-for") ?? "").split(",").map((each) =>
    canonical(each.trim())
  );
  const caller = path.findLast((address) => !proxies.includes(address));
  return caller && isIP(caller) ? caller : remote;
}

/** One address has one form: an IPv4 address as such, also where it comes as `::ffff:1.2.3.4`; IPv6 at its shortest. */
function canonical(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
  return isIP(plain) === 6
    ? new URL(`http://[${plain.split("%")[0]}]`).hostname.slice(1, -1)
    : plain;
}

/** Who has one IPv6 address has the 2^64 beside it too: they count as one caller. */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head, tail] = canonical(address).split("::");
  const groups = head.split(":").filter((group) => group !== "");
  const behind = tail === undefined ? [] : tail.split(":").filter((group) => group !== "");
  const zeros = Array(8 - groups.length - behind.length).fill("0");
  return [...groups, ...zeros, ...behind].slice(0, 4).join(":") + "::/64";
}

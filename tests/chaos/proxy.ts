// A TCP proxy that misbehaves on demand: between a client and the service, or the service and Redis.

export type ProxyFault =
  | "none"
  /** The request reaches the server; at the first byte of the reply both connections are cut. */
  | "reset_after_send"
  /** The request reaches the server, the reply goes nowhere; the connection stays open. */
  | "swallow_reply"
  /** Nothing gets through in either direction; the connection stays open. */
  | "half_open"
  /** Each chunk waits. */
  | "delay"
  /** The reply comes one byte at a time. */
  | "one_byte"
  /** Connections are cut, and new ones closed at once. */
  | "refuse";

const DELAY_MS = 120;

export interface Proxy extends AsyncDisposable {
  port: number;
  /** How connections behave from now on, those already open included. */
  fault: ProxyFault;
  /** Connections that this proxy has cut. */
  cuts: number;
}

export function startProxy(upstreamPort: number): Proxy {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  const proxy: Proxy = {
    port: (listener.addr as Deno.NetAddr).port,
    fault: "none",
    cuts: 0,
    [Symbol.asyncDispose]() {
      listener.close();
      [...open].forEach(close);
      return Promise.resolve();
    },
  };

  function close(conn: Deno.Conn): void {
    if (open.delete(conn)) conn.close();
  }

  /** Carries chunks until either side ends, then ends both. */
  async function carry(from: Deno.Conn, to: Deno.Conn, isReply: boolean): Promise<void> {
    const buffer = new Uint8Array(65536);
    try {
      for (let size = await from.read(buffer); size !== null; size = await from.read(buffer)) {
        const chunk = buffer.slice(0, size);
        if (proxy.fault === "half_open" || (isReply && proxy.fault === "swallow_reply")) continue;
        if (proxy.fault === "refuse" || (isReply && proxy.fault === "reset_after_send")) {
          proxy.cuts++;
          break;
        }
        if (proxy.fault === "delay") await new Promise((resolve) => setTimeout(resolve, DELAY_MS));
        const step = isReply && proxy.fault === "one_byte" ? 1 : chunk.length;
        for (let at = 0; at < chunk.length; at += step) {
          await to.write(chunk.subarray(at, at + step));
        }
      }
    } catch { /* one of them was cut */ }
    close(from);
    close(to);
  }

  async function serve(client: Deno.Conn): Promise<void> {
    open.add(client);
    if (proxy.fault === "refuse") return close(client);
    try {
      const server = await Deno.connect({ hostname: "127.0.0.1", port: upstreamPort });
      server.setNoDelay();
      (client as Deno.TcpConn).setNoDelay();
      open.add(server);
      carry(client, server, false);
      carry(server, client, true);
    } catch {
      close(client);
    }
  }

  (async () => {
    try {
      for await (const client of listener) serve(client);
    } catch { /* closed */ }
  })();
  return proxy;
}

/**
 * A port that nobody listens on, below those that systems give to outgoing connections: a proxy that knocks at
 * a dead server's port could be given that very port to knock from, and the server never gets it back.
 */
export function freePort(): number {
  while (true) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch { /* taken */ }
  }
}

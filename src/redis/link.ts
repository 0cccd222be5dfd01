// One connection to Redis that fails fast, never sends a command twice, and comes back by itself.
import { createClient, ErrorReply } from "@redis/client";
import { asStoreFault } from "./answers.ts";
import { type Copies, runOn } from "./run.ts";
import type { Script } from "./script.ts";

export interface LinkOptions {
  /** `redis://`, `rediss://`, or the path of a unix socket. */
  address: string;
  /** PEM text of the certificate authority to trust for `rediss://`. */
  tlsCa?: string;
  /** A connection that has been silent for this long, with a command or a ping waiting, is given up. */
  timeoutMs: number;
  /**
   * Run on each new connection, which counts as ready once Redis has answered it: a Redis that is stopped, or
   * paused for what this link is for, accepts connections and answers nothing.
   */
  probe: { script: Script; args: string[] };
  /** Told once when Redis is lost, and before each attempt to reach it again. */
  onLost(reason: string): void;
  onBack(): void;
}

type Client = ReturnType<typeof makeClient>;

/** Clients of this service are known to Redis by this name. */
export const CLIENT_NAME = "inventory-agent";

const RECONNECT_MIN_MS = 50;
const RECONNECT_MAX_MS = 500;

function makeClient({ address, tlsCa, timeoutMs }: LinkOptions) {
  const socket = {
    connectTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // Quick at first, capped low (Redis is our one dependency), and spread so that many services do not knock at once.
    reconnectStrategy: (retries: number) =>
      Math.min(RECONNECT_MAX_MS, RECONNECT_MIN_MS * 2 ** Math.min(retries, 10)) *
      (0.5 + Math.random() / 2),
  };
  return createClient({
    name: CLIENT_NAME,
    maintNotifications: "disabled",
    disableOfflineQueue: true,
    pingInterval: timeoutMs / 2,
    commandOptions: { timeout: 0 }, // callers have deadlines of their own, and a timer a command costs microseconds
    ...(address.includes("://")
      ? { url: address, socket: tlsCa ? { ...socket, tls: true as const, ca: tlsCa } : socket }
      : { socket: { ...socket, path: address } }),
  });
}

export class RedisLink {
  #client: Client;
  #lost = true;
  #answering = false;
  #closed = false;

  constructor(private readonly options: LinkOptions) {
    this.#client = this.#connect();
  }

  get ready(): boolean {
    return this.#answering && this.#client.isReady;
  }

  #connect(): Client {
    const client = makeClient(this.options);
    client.on("error", (error: Error) => {
      // A ping that was refused (LOADING, MISCONF) is an answer, not a loss.
      if (client !== this.#client || client.isReady) return;
      this.#tellLost(error.message || String(error));
    });
    client.on("ready", () => this.#probe(client));
    client.connect().catch(() => {}); // told by "error", retried by reconnectStrategy
    return client;
  }

  /** An error is an answer too: what Redis refuses, it refuses at once. */
  async #probe(client: Client): Promise<void> {
    const { script, args } = this.options.probe;
    try {
      await runOn(client, script, [], args);
    } catch (error) {
      if (!(error instanceof ErrorReply)) return; // broken again: "error" has told, the next one is probed
    }
    if (client !== this.#client || this.#closed) return;
    this.#answering = true;
    if (!this.#lost) return;
    this.#lost = false;
    this.options.onBack();
  }

  #tellLost(reason: string): void {
    if (this.#closed) return;
    this.#answering = false;
    this.#lost = true;
    this.options.onLost(reason);
  }

  /** Gives up a connection that does not answer; what was sent on it is never sent again. */
  reset(reason: string): void {
    if (this.#closed) return;
    this.#tellLost(reason);
    const silent = this.#client;
    this.#client = this.#connect();
    silent.destroy();
  }

  /** Sends one command. Throws a StoreFault that says whether it may have been carried out. */
  async call(...args: string[]): Promise<unknown> {
    try {
      return await this.#client.sendCommand(args);
    } catch (error) {
      throw asStoreFault(error);
    }
  }

  /**
   * Runs a program by its name, sending its text only when Redis does not know it. With `copies`, its reply
   * counts once so many replicas have what it wrote; else the outcome is unknown.
   */
  async run(script: Script, keys: string[], args: string[], copies?: Copies): Promise<unknown> {
    try {
      return await runOn(this.#client, script, keys, args, copies);
    } catch (error) {
      throw asStoreFault(error);
    }
  }

  close(): void {
    this.#closed = true;
    this.#client.destroy();
  }
}

// One connection to Redis that fails fast, never sends a command twice, and comes back by itself.
import { ClientClosedError, ClientOfflineError, createClient, ErrorReply } from "@redis/client";
import { StoreFault } from "./faults.ts";
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

/** How many replicas must have what was written, and how long that may take. */
export interface Copies {
  replicas: number;
  withinMs: number;
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

async function runOn(
  client: Client,
  script: Script,
  keys: string[],
  args: string[],
  copies?: Copies,
): Promise<unknown> {
  const command = [...script.run, String(keys.length), ...keys, ...args];
  try {
    return await sendWith(copies, client, command);
  } catch (error) {
    if (!isUnknown(error, script)) throw error;
    return await loadAndRun(client, script, command, copies);
  }
}

/** In one breath, so that nobody makes Redis forget the program in between. */
async function loadAndRun(
  client: Client,
  script: Script,
  command: string[],
  copies?: Copies,
): Promise<unknown> {
  const loading = client.sendCommand(script.load);
  const answer = sendWith(copies, client, command);
  const [loaded, answered] = await Promise.allSettled([loading, answer]);
  if (answered.status === "fulfilled") return answered.value;
  if (!isUnknown(answered.reason, script)) throw answered.reason;
  if (loaded.status === "rejected") throw loaded.reason;
  throw new StoreFault("store_unavailable", "Redis forgot a program as soon as it was told", {
    cause: answered.reason,
  });
}

function isUnknown(error: unknown, script: Script): boolean {
  return error instanceof ErrorReply && error.message.startsWith(script.unknown);
}

function sendWith(
  copies: Copies | undefined,
  client: Client,
  command: string[],
): Promise<unknown> {
  return copies ? sendCopied(copies, client, command) : client.sendCommand(command);
}

/**
 * WAIT asks about what its own connection wrote, so it has to travel right behind: sent later, it could meet a
 * new connection, which has written nothing and is told that all is well.
 */
async function sendCopied(copies: Copies, client: Client, command: string[]): Promise<unknown> {
  const answer = client.sendCommand(command);
  const { replicas, withinMs } = copies;
  const waited = client.sendCommand(["WAIT", String(replicas), String(Math.max(1, withinMs))]);
  const [replied, acknowledged] = await Promise.allSettled([answer, waited]);
  if (replied.status === "rejected") throw replied.reason;
  if (acknowledged.status === "fulfilled" && Number(acknowledged.value) >= replicas) {
    return replied.value;
  }
  const reason = acknowledged.status === "rejected"
    ? String(acknowledged.reason)
    : `${acknowledged.value} of ${replicas} replicas have it`;
  throw new StoreFault("outcome_unknown", `not known to be copied: ${reason}`);
}

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

function asStoreFault(error: unknown): unknown {
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

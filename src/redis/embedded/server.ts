// The embedded Redis: a redis-server of our own on a unix socket in the data folder. It outlives a crash of
// the service, is shared by all services on the same folder, and stops with the last of them.
import { createClient } from "@redis/client";
import { once } from "node:events";
import { connect } from "node:net";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { dropHalfTransaction } from "./append_only_file.ts";
import { type DiskSync, syncEverySecond } from "./disk_sync.ts";
import { findRedisServer, HOW_TO_GET_REDIS } from "./binary.ts";
import { reachableSocketPath } from "./socket_path.ts";

export interface EmbeddedOptions {
  dataDir: string;
  durability: "everysec" | "always" | "none";
  /** Clients of this name keep the server running. */
  clientName: string;
  /** False to load a snapshot; true, the default, to use an append-only file or begin one. */
  appendOnly?: boolean;
  /** Told when the file cannot be forced to disk from here any more; Redis does it by its own rules then. */
  onSyncFailure?(reason: string): void;
}

export interface EmbeddedRedis {
  /** Path of the unix socket. */
  address: string;
  /** Whether this call started the server; false where one was running already. */
  started: boolean;
  /** With durability `everysec`: what forces the file to disk. */
  diskSync?: DiskSync;
  /** Starts the server again if it has died. */
  ensureRunning(): Promise<void>;
  /** Stops the server unless another service is using it. Call it with the own connections closed. */
  stop(): Promise<void>;
}

/** The server could not be had; `message` says why and what to do. */
export class EmbeddedRedisError extends Error {}

const START_TIMEOUT_MS = 60_000; // a long append-only file takes a while to load
/** What Redis does by itself; each second is for us to do. */
const FSYNC = { everysec: "no", always: "always", none: "no" };

/** Finds the server of the data folder running, or starts it. */
export async function startEmbeddedRedis(options: EmbeddedOptions): Promise<EmbeddedRedis> {
  const dataDir = resolve(options.dataDir);
  await Deno.mkdir(dataDir, { recursive: true, mode: 0o700 }).catch((error) => {
    throw new EmbeddedRedisError(`cannot use ${dataDir} for data: ${error.message}`);
  });
  const socketPath = reachableSocketPath(dataDir);

  let fsync = FSYNC[options.durability];
  const ensureRunning = () =>
    withStartLock(dataDir, () => startUnlessRunning(socketPath, dataDir, fsync, options));
  const started = await ensureRunning();
  const { appendOnly = true } = options;
  const isOurs = options.durability === "everysec" && appendOnly;
  const diskSync = isOurs ? syncEverySecond(dataDir, letRedisSync) : undefined;

  async function letRedisSync(reason: string): Promise<void> {
    fsync = "everysec";
    options.onSyncFailure?.(reason);
    await setFsync(socketPath, fsync);
  }

  return {
    address: socketPath,
    started,
    diskSync,
    async ensureRunning() {
      await ensureRunning();
    },
    async stop() {
      await diskSync?.stop();
      await stopUnlessShared(socketPath, options.clientName);
    },
  };
}

/** Only one process at a time looks and starts; the lock falls with the process that holds it. */
export async function withStartLock<Result>(
  dataDir: string,
  work: () => Promise<Result>,
): Promise<Result> {
  using file = await Deno.open(`${dataDir}/redis.lock`, { write: true, create: true });
  await file.lock(true);
  return await work();
}

async function startUnlessRunning(
  socketPath: string,
  dataDir: string,
  fsync: string,
  options: EmbeddedOptions,
): Promise<boolean> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  // A server that is stopped or still loading accepts connections: a second one beside it would write to
  // the same files. One that is killed holds on to its socket as it does to its files, until its last thread has ended.
  while (await isListening(socketPath)) {
    // Another service's, or left by a crash: the durability asked for last holds.
    if (await setFsync(socketPath, fsync)) return false;
    if (Date.now() > deadline) {
      throw new EmbeddedRedisError(`the Redis that runs in ${dataDir} does not answer`);
    }
    await sleep(20);
  }
  await spawnServer(socketPath, dataDir, fsync, options, deadline);
  return true;
}

async function spawnServer(
  socketPath: string,
  dataDir: string,
  fsync: string,
  { appendOnly = true }: EmbeddedOptions,
  deadline: number,
): Promise<void> {
  const program = await findRedisServer();
  if (!program) throw new EmbeddedRedisError(HOW_TO_GET_REDIS);
  await dropHalfTransaction(dataDir);
  const settings = {
    port: "0",
    dir: dataDir,
    unixsocket: "redis.sock", // relative to `dir`: a socket's path may have 107 bytes
    unixsocketperm: "700",
    logfile: "redis.log",
    appendonly: appendOnly ? "yes" : "no",
    appendfsync: fsync,
    "maxmemory-policy": "noeviction",
    save: "",
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  // Detached: a Ctrl-C at the terminal is for the service, which stops Redis when it has finished with it.
  const child = new Deno.Command(program, {
    args,
    cwd: dataDir,
    detached: true,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  child.unref();
  const died = child.status.then(() => true);
  while (!await answers(socketPath)) {
    if (await Promise.race([died, sleep(20, false)])) {
      throw new EmbeddedRedisError(`${program} ended at once; ${dataDir}/redis.log says why`);
    }
    if (Date.now() > deadline) {
      throw new EmbeddedRedisError(
        `${program} did not get ready in time; ${dataDir}/redis.log says why`,
      );
    }
  }
}

/** Whether a server runs in this folder, well or not. */
export async function isRunning(dataDir: string): Promise<boolean> {
  return await isListening(reachableSocketPath(resolve(dataDir)));
}

/** Whether a server has this socket open, well or not. */
async function isListening(socketPath: string): Promise<boolean> {
  const socket = connect({ path: socketPath });
  try {
    await once(socket, "connect");
    return true;
  } catch (error) {
    if (["ECONNREFUSED", "ENOENT"].includes((error as { code: string }).code)) return false;
    throw error;
  } finally {
    socket.destroy();
  }
}

/** Answers whether the server took it: none does while it is stopped or loads its file. */
async function setFsync(socketPath: string, fsync: string): Promise<boolean> {
  const reply = await withControlClient(
    socketPath,
    (send) => send("CONFIG", "SET", "appendfsync", fsync),
  );
  return reply === "OK" && await answers(socketPath);
}

/** Runs `use` on a short-lived connection of its own; undefined where nobody answers. */
async function withControlClient<Result>(
  socketPath: string,
  use: (send: (...command: string[]) => Promise<unknown>) => Promise<Result>,
): Promise<Result | undefined> {
  const client = createClient({
    maintNotifications: "disabled",
    socket: { path: socketPath, reconnectStrategy: false, socketTimeout: 2000 },
  });
  client.on("error", () => {}); // told by the rejections
  try {
    await client.connect();
    return await use((...command) => client.sendCommand(command));
  } catch {
    return undefined;
  } finally {
    if (client.isOpen) client.destroy();
  }
}

/** True once the server takes commands: while it loads its file, it refuses PING. */
async function answers(socketPath: string): Promise<boolean> {
  return await withControlClient(socketPath, (send) => send("PING")) === "PONG";
}

async function stopUnlessShared(socketPath: string, clientName: string): Promise<void> {
  await withControlClient(socketPath, async (send) => {
    const clients = String(await send("CLIENT", "LIST"));
    const isShared = clients.includes(` name=${clientName} `);
    if (!isShared) await send("SHUTDOWN");
  });
}

// What the harness breaks: a real Redis and the real service as processes, with a proxy in front of each.
import { dropHalfTransaction } from "../../src/redis/embedded/append_only_file.ts";
import { createClient } from "@redis/client";
import { findRedisServer, HOW_TO_GET_REDIS } from "../../src/redis/embedded/binary.ts";
import { freePort, type Proxy, startProxy } from "./proxy.ts";
import { waitedMs } from "../support/stopwatch.ts";
import { memoryOf, ROOT, startServiceProcess, takePrecedence } from "./process.ts";

export interface WorldOptions {
  durability: "everysec" | "always";
  /** The service keeps its own Redis, and has to start it again itself. */
  embedded?: boolean;
  /** The source tree to run; ours if not said. */
  root?: URL;
  /** How long a request may take; the service's default if not said. */
  requestTimeoutMs?: number;
}

export interface World extends AsyncDisposable {
  /** Where clients go: through a proxy. */
  url: string;
  /** Between clients and the service. */
  front: Proxy;
  /** Between the service and Redis; none where Redis is embedded. */
  back?: Proxy;
  /** The unix socket of Redis, past the proxy. */
  socketPath: string;
  /** One command straight to Redis. */
  redis(...command: string[]): Promise<unknown>;
  signalRedis(signal: Deno.Signal): void;
  /** kill -9, and a new one unless the service has to see to that; resolves when it answers. */
  killRedis(): Promise<void>;
  /**
   * Kills of Redis while an fsync was on its way: then `everysec` puts off its writes, for up to 2 s, and what
   * it has acknowledged is in its own memory alone. Redis' documented exception, so it is told apart.
   */
  killsDuringFsync: number;
  /** kill -9, and a new one; resolves when it listens. */
  killService(): Promise<void>;
  /** For how long the main thread has been ready to run and not been let, in milliseconds; 0 but on Linux. */
  redisWaitedMs(): number;
  serviceWaitedMs(): number;
  /** Lets Redis and the service run before the machine's other work; false where that is not allowed. */
  takePrecedence(): Promise<boolean>;
  /** Resident memory of the service in bytes. */
  serviceMemory(): number;
  /** Log lines of the service at warn and above. */
  logged: string[];
}

export async function openWorld(
  { durability, embedded, root = ROOT, requestTimeoutMs }: WorldOptions,
): Promise<World> {
  const program = await findRedisServer();
  if (!program) throw new Error(HOW_TO_GET_REDIS);
  const dir = await Deno.makeTempDir({ prefix: "ia-chaos-" });
  const [redisPort, servicePort] = [freePort(), freePort()];
  const back = embedded ? undefined : startProxy(redisPort);
  const front = startProxy(servicePort);
  const logged: string[] = [];

  const connection = createClient({
    maintNotifications: "disabled",
    disableOfflineQueue: true,
    socket: { path: `${dir}/redis.sock`, reconnectStrategy: () => 10 },
  });
  connection.on("error", () => {}); // told by the rejections
  let redisPid = 0;

  async function untilRedisAnswers(): Promise<void> {
    const deadline = performance.now() + 120_000;
    while (true) {
      try {
        if (String(await connection.sendCommand(["PING"])) === "PONG") break;
      } catch (error) {
        if (performance.now() > deadline) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const info = String(await connection.sendCommand(["INFO", "server"]));
    redisPid = Number(info.match(/process_id:(\d+)/)![1]);
  }

  let redisProcess: Deno.ChildProcess | undefined;
  function spawnRedis(): void {
    const settings = {
      port: String(redisPort),
      bind: "127.0.0.1",
      dir,
      unixsocket: `${dir}/redis.sock`,
      logfile: "redis.log",
      appendonly: "yes",
      appendfsync: durability,
      "maxmemory-policy": "noeviction",
      save: "",
    };
    redisProcess = new Deno.Command(program!, {
      args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
      stdout: "null",
      stderr: "null",
    }).spawn();
  }

  let service: Deno.ChildProcess;
  async function spawnService(): Promise<void> {
    const env = {
      DURABILITY: durability,
      DATA_DIR: dir,
      ...(requestTimeoutMs ? { REQUEST_TIMEOUT_MS: String(requestTimeoutMs) } : {}),
      REDIS_URL: embedded ? "" : `redis://127.0.0.1:${back!.port}`,
    };
    service = await startServiceProcess(root, servicePort, env, logged);
  }

  if (!embedded) spawnRedis();
  if (embedded) await spawnService();
  await connection.connect();
  await untilRedisAnswers();
  if (!embedded) await spawnService();

  const world: World = {
    killsDuringFsync: 0,
    url: `http://127.0.0.1:${front.port}`,
    front,
    back,
    logged,
    socketPath: `${dir}/redis.sock`,
    redis: (...command) => connection.sendCommand(command),
    signalRedis: (signal) => Deno.kill(redisPid, signal),
    async killRedis() {
      if (durability === "everysec") {
        const info = String(await connection.sendCommand(["INFO", "persistence"]));
        if (info.includes("aof_pending_bio_fsync:1")) world.killsDuringFsync++;
      }
      Deno.kill(redisPid, "SIGKILL");
      if (redisProcess) {
        await redisProcess.status;
        await dropHalfTransaction(dir); // as the embedded server's start does, and as operators are told to
        spawnRedis();
      }
      while (connection.isReady) await new Promise((resolve) => setTimeout(resolve, 1));
      await untilRedisAnswers();
    },
    async killService() {
      service.kill("SIGKILL");
      await service.status;
      await spawnService();
    },
    takePrecedence: () => takePrecedence(redisPid, service.pid),
    redisWaitedMs: () => waitedMs(redisPid),
    serviceWaitedMs: () => waitedMs(service.pid),
    serviceMemory: () => memoryOf(service),
    async [Symbol.asyncDispose]() {
      tryTo(() => service.kill("SIGKILL"));
      await service.status;
      connection.destroy();
      tryTo(() => Deno.kill(redisPid, "SIGKILL"));
      await redisProcess?.status;
      await front[Symbol.asyncDispose]();
      await back?.[Symbol.asyncDispose]();
      await Deno.remove(dir, { recursive: true });
    },
  };
  return world;
}

/** For ends that may have come already. */
function tryTo(end: () => void): void {
  try {
    end();
  } catch { /* it has ended */ }
}

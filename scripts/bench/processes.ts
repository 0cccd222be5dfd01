// The processes that a measurement starts and watches: servers, a Redis, and the loader.
import { createClient } from "@redis/client";
import { setTimeout as sleep } from "node:timers/promises";

const ROOT = new URL("../../", import.meta.url);
const CLOCK_TICKS_PER_SECOND = 100; // Linux' USER_HZ, in which /proc counts

export interface Server extends AsyncDisposable {
  url: string;
  pid: number;
}

/** A process' CPU time so far, in microseconds. */
export function cpuMicroseconds(pid: number): number {
  const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 1_000_000 / CLOCK_TICKS_PER_SECOND;
}

/** A process' resident memory, in bytes. */
export function residentBytes(pid: number): number {
  return Number(Deno.readTextFileSync(`/proc/${pid}/status`).match(/VmRSS:\s+(\d+)/)![1]) * 1024;
}

async function spawnServer(
  args: string[],
  env: Record<string, string>,
  port: number,
): Promise<Server> {
  const child = new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
    env,
    stdout: "null",
    stderr: "inherit",
  }).spawn();
  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + 60_000;
  while (true) {
    try {
      await (await fetch(`${url}/health`)).body?.cancel();
      break;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(5);
    }
  }
  return {
    url,
    pid: child.pid,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.status;
    },
  };
}

/** A port that was free a moment ago. */
export function freePort(): number {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  return listener.addr.port;
}

/** The service on a folder of its own, as `deno task start` runs it. */
export function startService(dataDir: string): Promise<Server> {
  const port = freePort();
  const args = ["run", "--quiet", "--no-prompt", "--allow-all", "src/main.ts"];
  return spawnServer(args, { DATA_DIR: dataDir, PORT: String(port), REDIS_URL: "" }, port);
}

/** Ten lines that parse the same body and answer as many bytes. */
export function startBareServer(): Promise<Server> {
  const port = freePort();
  return spawnServer(
    ["run", "--quiet", "--allow-net", "scripts/bench/bare_server.ts", String(port)],
    {},
    port,
  );
}

export interface RedisHandle extends AsyncDisposable {
  socketPath: string;
  send(...command: string[]): Promise<unknown>;
  pid: number;
  /** Redis' own count of its CPU time, in microseconds. */
  cpuMicroseconds(): Promise<number>;
}

/** A connection to the Redis of a data folder. */
export async function connectRedis(socketPath: string): Promise<RedisHandle> {
  const client = createClient({
    maintNotifications: "disabled",
    socket: { path: socketPath, tls: false },
  });
  client.on("error", () => {});
  await client.connect();
  const send = (...command: string[]) => client.sendCommand(command);
  const info = async (section: string, name: string) =>
    String(await send("INFO", section)).match(new RegExp(`^${name}:(.*)$`, "m"))![1].trim();
  return {
    socketPath,
    send,
    pid: Number(await info("server", "process_id")),
    async cpuMicroseconds() {
      return 1e6 *
        (Number(await info("cpu", "used_cpu_user")) + Number(await info("cpu", "used_cpu_sys")));
    },
    // deno-lint-ignore require-await -- the interface of `await using`
    async [Symbol.asyncDispose]() {
      client.destroy();
    },
  };
}

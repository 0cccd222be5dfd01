// A Redis of the test's own, on a unix socket in a folder of its own, gone with the test.
import { createClient } from "@redis/client";
import { findRedisServer, HOW_TO_GET_REDIS } from "../../src/redis/embedded/binary.ts";

export interface TestRedis extends AsyncDisposable {
  /** Path of the unix socket. */
  address: string;
  pid: number;
  send(...command: string[]): Promise<unknown>;
}

const program = await findRedisServer();

export async function startTestRedis(settings: Record<string, string> = {}): Promise<TestRedis> {
  if (!program) throw new Error(HOW_TO_GET_REDIS);
  const dir = await Deno.makeTempDir({ prefix: "ia-test-" });
  const all = { port: "0", dir, unixsocket: `${dir}/redis.sock`, save: "", ...settings };
  const server = new Deno.Command(program, {
    args: Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]),
    stdout: "null",
    stderr: "null",
  }).spawn();
  const client = createClient({
    maintNotifications: "disabled",
    password: settings.requirepass,
    socket: { path: all.unixsocket, reconnectStrategy: (retries) => retries < 500 && 10 },
  });
  client.on("error", () => {}); // not up yet, or stopped by the test
  await client.connect();
  return {
    address: all.unixsocket,
    pid: server.pid,
    send: (...command) => client.sendCommand(command),
    async [Symbol.asyncDispose]() {
      client.destroy();
      try {
        server.kill("SIGKILL");
      } catch { /* stopped by the test */ }
      await server.status;
      await Deno.remove(dir, { recursive: true });
    },
  };
}

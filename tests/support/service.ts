// The real process, started by the real task, with a data folder and a port of its own.
import { createClient } from "@redis/client";
import { createInventoryClient } from "../../openapi/client/client.js";
import { checkedFetch } from "./contract.ts";
import { auditVariables } from "./permissions.ts";

export interface Service extends AsyncDisposable {
  url: string;
  /** Of the service itself, not of the task that runs it. */
  pid: number;
  /** Log lines so far. */
  lines: Record<string, unknown>[];
  /** Resolves with the first log line that has this message. */
  logged(message: string): Promise<Record<string, unknown>>;
  /** The client that others get, too; its answers are held against the contract. */
  client: ReturnType<typeof createInventoryClient>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  signal(name: Deno.Signal): void;
  /** How the task ended. */
  status: Promise<Deno.CommandStatus>;
}

const ROOT = new URL("../../", import.meta.url);

/** On a busy machine a request may take longer than by default: a test that asks for the deadline sets its own. */
const UNHURRIED = { REQUEST_TIMEOUT_MS: "20000" };

function task(name: string, args: string[], env: Record<string, string>): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", name, ...args],
    cwd: ROOT,
    env: { LOG_LEVEL: "info", ...UNHURRIED, ...env, ...auditVariables(name, env) },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Runs a task to its end. */
export async function runTask(name: string, args: string[], env: Record<string, string>) {
  const { code, stdout, stderr } = await task(name, args, env).output();
  return {
    code,
    stdout: new TextDecoder().decode(stdout),
    stderr: new TextDecoder().decode(stderr),
  };
}

export async function startService(env: Record<string, string>): Promise<Service> {
  const child = task("start", [], { PORT: "0", ...env });
  const lines: Record<string, unknown>[] = [];
  const waiting = new Map<string, PromiseWithResolvers<Record<string, unknown>>>();
  const logged = (message: string) => {
    const found = lines.find((line) => line.message === message);
    if (found) return Promise.resolve(found);
    if (!waiting.has(message)) waiting.set(message, Promise.withResolvers());
    return waiting.get(message)!.promise;
  };
  let errorText = "";
  const reading = Promise.all([
    forEachLine(child.stdout, (text) => {
      if (!text.startsWith("{")) return;
      const line = JSON.parse(text);
      lines.push(line);
      waiting.get(line.message)?.resolve(line);
    }),
    forEachLine(child.stderr, (text) => errorText += text + "\n"),
  ]);
  const status = child.status.then(async (ended) => {
    await reading;
    return ended;
  });
  const { url, pid } = await Promise.race([
    logged("listening") as Promise<{ url: string; pid: number }>,
    status.then(({ code }) =>
      Promise.reject(new Error(`the service ended with ${code}: ${errorText}`))
    ),
  ]);
  const signal = (name: Deno.Signal) => Deno.kill(pid, name);
  return {
    url,
    pid,
    lines,
    logged,
    status,
    signal,
    client: createInventoryClient({ baseUrl: url, fetch: checkedFetch, deadlineMs: 60_000 }),
    post: (path, body, headers = {}) =>
      checkedFetch(url + path, {
        method: "POST",
        body: JSON.stringify(body),
        headers: { "content-type": "application/json", ...headers },
      }),
    async [Symbol.asyncDispose]() {
      try {
        signal("SIGTERM");
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error; // it has ended
      }
      await status;
    },
  };
}

async function forEachLine(
  stream: ReadableStream<Uint8Array>,
  handle: (line: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop()!;
    parts.forEach(handle);
  }
  if (rest) handle(rest);
}

/**
 * A data folder that goes with the test, and with it an embedded Redis that a kill has left running.
 * `redis` answers one command of that Redis as text, and nothing where it does not run.
 */
export async function makeDataDir(): Promise<
  AsyncDisposable & { path: string; redis(...command: string[]): Promise<string> }
> {
  const path = await Deno.makeTempDir({ prefix: "ia-data-" });
  const redis = async (...command: string[]) => {
    const client = createClient({
      RESP: 2, // lists, which read well as text
      maintNotifications: "disabled",
      socket: { path: `${path}/redis.sock`, reconnectStrategy: false },
    });
    client.on("error", () => {}); // told by the answer
    try {
      await client.connect();
      return String(await client.sendCommand(command));
    } catch {
      return "";
    } finally {
      if (client.isOpen) client.destroy();
    }
  };
  return {
    path,
    redis,
    async [Symbol.asyncDispose]() {
      await redis("SHUTDOWN", "NOSAVE");
      await Deno.remove(path, { recursive: true });
    },
  };
}

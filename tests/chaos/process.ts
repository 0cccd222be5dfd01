// The real service as a process that may be killed.

/** A process that does not end is starting: on a busy machine that takes its time. */
const START_WITHIN_MS = 120_000;

export const ROOT = new URL("../../", import.meta.url);

/** Starts the service of a source tree; resolves when it listens. Its warnings go to `logged`. */
export async function startServiceProcess(
  root: URL,
  port: number,
  env: Record<string, string>,
  logged: string[],
): Promise<Deno.ChildProcess> {
  const service = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--frozen", "--no-check", "--allow-all", "src/main.ts"],
    cwd: root,
    env: { PORT: String(port), LOG_LEVEL: "warn", ...env },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  for (const stream of [service.stdout, service.stderr]) keepLines(stream, logged);
  let hasEnded = false;
  service.status.then(() => hasEnded = true);
  const deadline = performance.now() + START_WITHIN_MS;
  while (true) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return service;
    } catch {
      if (hasEnded || performance.now() > deadline) {
        if (!hasEnded) service.kill("SIGKILL");
        throw new Error(`the service does not start: ${logged.slice(-5).join("\n")}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

/** Resident memory in bytes. */
export function memoryOf(process: Deno.ChildProcess): number {
  try {
    return 4096 * Number(Deno.readTextFileSync(`/proc/${process.pid}/statm`).split(" ")[1]);
  } catch {
    return 0; // it has ended, or this is no Linux
  }
}

/** Lets both run before the machine's other work; false where that is not allowed. */
export async function takePrecedence(redisPid: number, servicePid: number): Promise<boolean> {
  return await succeeds("chrt", ["--fifo", "--pid", "1", String(redisPid)]) &&
    await succeeds("renice", ["-n", "-10", "-p", String(servicePid)]);
}

async function succeeds(program: string, args: string[]): Promise<boolean> {
  try {
    const command = new Deno.Command(program, { args, stdout: "null", stderr: "null" });
    return (await command.output()).success;
  } catch {
    return false; // there is no such program here
  }
}

const LINES_KEPT = 1000;

async function keepLines(stream: ReadableStream<Uint8Array>, lines: string[]): Promise<void> {
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    lines.push(...decoder.decode(chunk, { stream: true }).trimEnd().split("\n"));
    if (lines.length > LINES_KEPT) lines.splice(0, lines.length - LINES_KEPT);
  }
}

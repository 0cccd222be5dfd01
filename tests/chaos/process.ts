// The real service as a process that may be killed.

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
  const deadline = performance.now() + 20_000;
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

const LINES_KEPT = 1000;

async function keepLines(stream: ReadableStream<Uint8Array>, lines: string[]): Promise<void> {
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    lines.push(...decoder.decode(chunk, { stream: true }).trimEnd().split("\n"));
    if (lines.length > LINES_KEPT) lines.splice(0, lines.length - LINES_KEPT);
  }
}

// From `deno task start`, everything downloaded, to the first answered request.
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./processes.ts";
import { median, type Row, withSpread } from "./report.ts";

const ROOT = new URL("../../", import.meta.url);

export async function timeStart(dataDir: string, name: string, rounds: number): Promise<Row> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push(await startOnce(dataDir));
  return {
    section: "From `deno task start` to the first answered request",
    name,
    value: `${withSpread(times, 0)} ms`,
    figure: median(times),
    details: "",
  };
}

async function startOnce(dataDir: string): Promise<number> {
  const port = freePort();
  const startedAt = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "start"],
    cwd: ROOT,
    env: { DATA_DIR: dataDir, PORT: String(port), LOG_LEVEL: "silent" },
    stdout: "null",
    stderr: "inherit",
  }).spawn();
  let milliseconds: number;
  while (true) {
    try {
      await (await fetch(`http://127.0.0.1:${port}/inventory/SKU000001`)).body?.cancel();
      milliseconds = performance.now() - startedAt;
      break;
    } catch {
      await sleep(2);
    }
  }
  child.kill("SIGTERM");
  await child.status;
  return milliseconds;
}

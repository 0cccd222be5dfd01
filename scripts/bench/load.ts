// Load from a process of its own: wrk where it is installed, else a loader of ours.

export interface LoadResult {
  requests: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Answers that were not 2xx, and connections that broke. */
  failures: number;
}

export interface Load {
  url: string;
  /** JSON to POST; a GET without it. */
  body?: string;
  connections: number;
  seconds: number;
}

const WRK_SCRIPT = `wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
function init(args) wrk.body = args[1] end
`;

export const hasWrk = await new Deno.Command("wrk", {
  args: ["-v"],
  stdout: "null",
  stderr: "null",
})
  .output().then(() => true, () => false);

export async function runLoad(load: Load): Promise<LoadResult> {
  return await (hasWrk ? runWrk(load) : runOwnLoader(load));
}

async function runWrk({ url, body, connections, seconds }: Load): Promise<LoadResult> {
  const script = await Deno.makeTempFile({ suffix: ".lua" });
  try {
    await Deno.writeTextFile(script, WRK_SCRIPT);
    const withBody = body === undefined ? [url] : ["-s", script, url, "--", body];
    const args = ["-t1", `-c${connections}`, `-d${seconds}s`, "--latency", ...withBody];
    const { stdout } = await new Deno.Command("wrk", { args }).output();
    const text = new TextDecoder().decode(stdout);
    const milliseconds = (label: string) => {
      const [, value, unit] = text.match(new RegExp(`${label}\\s+([\\d.]+)(us|ms|s)`))!;
      return Number(value) * { us: 0.001, ms: 1, s: 1000 }[unit]!;
    };
    const count = (pattern: RegExp) => Number(text.match(pattern)?.[1] ?? 0);
    return {
      requests: count(/(\d+) requests in/),
      perSecond: count(/Requests\/sec:\s+([\d.]+)/),
      p50Ms: milliseconds("50%"),
      p99Ms: milliseconds("99%"),
      failures: count(/Non-2xx or 3xx responses: (\d+)/) + count(/connect (\d+)/) +
        count(/timeout (\d+)/),
    };
  } finally {
    await Deno.remove(script);
  }
}

async function runOwnLoader(load: Load): Promise<LoadResult> {
  const args = ["run", "--quiet", "--allow-net", import.meta.url, JSON.stringify(load)];
  const { stdout } = await new Deno.Command(Deno.execPath(), { args }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** The loader itself: as many callers as connections, each with one request at a time. */
async function loadFromHere({ url, body, connections, seconds }: Load): Promise<LoadResult> {
  const latencies: number[] = [];
  let failures = 0;
  const init = body === undefined
    ? {}
    : { method: "POST", body, headers: { "content-type": "application/json" } };
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1000;
  await Promise.all(Array.from({ length: connections }, async () => {
    while (performance.now() < endsAt) {
      const sentAt = performance.now();
      const response = await fetch(url, init);
      await response.arrayBuffer();
      latencies.push(performance.now() - sentAt);
      if (!response.ok) failures++;
    }
  }));
  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.floor(share * (latencies.length - 1))];
  const perSecond = latencies.length / ((performance.now() - startedAt) / 1000);
  return { requests: latencies.length, perSecond, p50Ms: at(0.5), p99Ms: at(0.99), failures };
}

if (import.meta.main) console.log(JSON.stringify(await loadFromHere(JSON.parse(Deno.args[0]))));

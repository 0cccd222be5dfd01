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
  /** Where the url or the body says `SKU`, each request names one of so many, with so many digits. */
  skus?: { count: number; digits: number };
}

const EACH_STEPS_OVER = 7919; // a prime: all names come, and neighbours seldom together

/** What wrk is to send. */
function wrkScript({ body, skus }: Load): string {
  const post = `wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = [[${body}]]
`;
  const spread = `local i = 0
function request()
  i = (i + ${EACH_STEPS_OVER}) % ${skus?.count}
  local sku = string.format("SKU%0${skus?.digits}d", i + 1)
  local body = wrk.body and string.gsub(wrk.body, "SKU", sku)
  return wrk.format(nil, (string.gsub(wrk.path, "SKU", sku)), nil, body)
end
`;
  return (body ? post : "") + (skus ? spread : "");
}

export const hasWrk = await new Deno.Command("wrk", {
  args: ["-v"],
  stdout: "null",
  stderr: "null",
})
  .output().then(() => true, () => false);

/** Throws where a request failed: what was measured then is something else. */
export async function runLoad(load: Load): Promise<LoadResult> {
  const result = await (hasWrk ? runWrk(load) : runOwnLoader(load));
  const { failures, requests } = result;
  if (failures > 0) throw new Error(`${failures} of ${requests} requests to ${load.url} failed`);
  return result;
}

async function runWrk(load: Load): Promise<LoadResult> {
  const script = await Deno.makeTempFile({ suffix: ".lua" });
  try {
    await Deno.writeTextFile(script, wrkScript(load));
    const length = [`-c${load.connections}`, `-d${load.seconds}s`];
    const args = ["-t1", ...length, "--latency", "-s", script, load.url];
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
async function loadFromHere(load: Load): Promise<LoadResult> {
  const { url, body, connections, seconds, skus } = load;
  const latencies: number[] = [];
  let failures = 0;
  let i = 0;
  const spread = (text: string) => {
    if (!skus) return text;
    const number = 1 + i % skus.count;
    return text.replace("SKU", `SKU${String(number).padStart(skus.digits, "0")}`);
  };
  const send = () => {
    i += EACH_STEPS_OVER;
    if (body === undefined) return fetch(spread(url));
    const headers = { "content-type": "application/json" };
    return fetch(url, { method: "POST", body: spread(body), headers });
  };
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1000;
  await Promise.all(Array.from({ length: connections }, async () => {
    while (performance.now() < endsAt) {
      const sentAt = performance.now();
      const response = await send();
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

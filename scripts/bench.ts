// Measures the service and prints one table: ratios within one run, interleaved, the median of several rounds
// with the spread. With --json, the same as JSON. Starts what it needs and leaves nothing behind.
import { parseArgs } from "node:util";
import { againstBare } from "./bench/against_bare.ts";
import { againstNaive } from "./bench/against_naive.ts";
import { onCluster } from "./bench/cluster.ts";
import { hasWrk } from "./bench/load.ts";
import { connectRedis } from "./bench/processes.ts";
import { printTable, type Row, short } from "./bench/report.ts";
import { atScale, fill } from "./bench/scale.ts";
import { timeStart } from "./bench/start.ts";
import { storm } from "./bench/storm.ts";
import { CLIENT_NAME } from "../src/redis/link.ts";
import { startEmbeddedRedis } from "../src/redis/embedded/server.ts";

const { values: options } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "3" },
    only: { type: "string", default: "" },
    skus: { type: "string", default: "1000000" },
    due: { type: "string", default: "100000" },
  },
});
const [rounds, seconds] = [Number(options.rounds), Number(options.seconds)];

const SECTIONS: Record<string, (dataDir: string) => Promise<Row[]>> = {
  bare: (dataDir) => againstBare(dataDir, rounds, seconds),
  naive: (dataDir) => withRedis(dataDir, (redis) => againstNaive(redis, rounds, seconds)),
  start: async (dataDir) => {
    const empty = await timeStart(dataDir, "the demo catalogue", rounds);
    await withRedis(dataDir, (redis) => fill(redis, Number(options.skus)));
    return [empty, await timeStart(dataDir, `${short(Number(options.skus))} SKUs`, rounds)];
  },
  scale: (dataDir) => atScale(dataDir, Number(options.skus), rounds, seconds),
  cluster: () => onCluster(rounds, seconds),
  due: () => storm(Number(options.due)),
};

async function withRedis<Result>(
  dataDir: string,
  measure: (redis: Awaited<ReturnType<typeof connectRedis>>) => Promise<Result>,
): Promise<Result> {
  const embedded = await startEmbeddedRedis({
    dataDir,
    durability: "everysec",
    clientName: CLIENT_NAME,
  });
  try {
    await using redis = await connectRedis(embedded.address);
    return await measure(redis);
  } finally {
    await embedded.stop();
  }
}

const rows: Row[] = [];
for (const [name, measure] of Object.entries(SECTIONS)) {
  if (options.only && !options.only.split(",").includes(name)) continue;
  console.error(`measuring: ${name} ...`);
  const dataDir = await Deno.makeTempDir({ prefix: "inventory-bench-" });
  try {
    rows.push(...await measure(dataDir));
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}

const cpu = Deno.readTextFileSync("/proc/cpuinfo").match(/model name\s*: (.*)/)?.[1];
const machine =
  `${navigator.hardwareConcurrency} cores (${cpu}), Deno ${Deno.version.deno}, load by ${
    hasWrk ? "wrk" : "our own loader"
  }`;
if (options.json) {
  console.log(JSON.stringify({ machine, rounds, seconds, rows }, null, 2));
} else {
  printTable(rows);
  console.log(`\nMedians of ${rounds} rounds of ${seconds} s, (lowest to highest). ${machine}.`);
}

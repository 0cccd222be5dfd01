// The whole service against a server that does nothing, in turns, with the same loader.
import { connectRedis, cpuMicroseconds, startBareServer, startService } from "./processes.ts";
import { type Load, runLoad } from "./load.ts";
import { PLENTY } from "./stock.ts";
import { median, type Row, short, withSpread } from "./report.ts";

const CONNECTIONS = 64;

interface Round {
  ratio: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  bareP50Ms: number;
  bareP99Ms: number;
  denoMicroseconds: number;
  redisMicroseconds: number;
}

export async function againstBare(
  dataDir: string,
  rounds: number,
  seconds: number,
): Promise<Row[]> {
  await using service = await startService(dataDir);
  await using bare = await startBareServer();
  await using redis = await connectRedis(`${dataDir}/redis.sock`);
  await redis.send("HSET", "stock:SKU000001", "online", PLENTY);

  const measure = async (
    load: Omit<Load, "url" | "connections" | "seconds"> & { path: string },
  ): Promise<Round> => {
    const common = { body: load.body, connections: CONNECTIONS, seconds };
    const reference = await runLoad({ ...common, url: bare.url + load.path });
    const [deno, redisBefore] = [cpuMicroseconds(service.pid), await redis.cpuMicroseconds()];
    const ours = await runLoad({ ...common, url: service.url + load.path });
    return {
      ratio: ours.perSecond / reference.perSecond,
      perSecond: ours.perSecond,
      p50Ms: ours.p50Ms,
      p99Ms: ours.p99Ms,
      bareP50Ms: reference.p50Ms,
      bareP99Ms: reference.p99Ms,
      denoMicroseconds: (cpuMicroseconds(service.pid) - deno) / ours.requests,
      redisMicroseconds: (await redis.cpuMicroseconds() - redisBefore) / ours.requests,
    };
  };

  const hold = {
    path: "/hold",
    body: '{"sku":"SKU000001","quantity":1,"location":"online","ttl":300}',
  };
  const look = { path: "/inventory/SKU000001" };
  await measure({ ...hold }); // warm-up
  const [holds, looks]: [Round[], Round[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    holds.push(await measure(hold));
    looks.push(await measure(look));
  }
  return [
    row("POST /hold", "0.20, aim 0.28", holds),
    row("GET /inventory/{sku}", "0.20, aim 0.30", looks),
  ];
}

function row(name: string, bar: string, rounds: Round[]): Row {
  const middle = (pick: (round: Round) => number) => median(rounds.map(pick));
  return {
    section:
      `Against a bare Deno.serve, ${CONNECTIONS} connections: share of its requests a second`,
    name,
    value: withSpread(rounds.map(({ ratio }) => ratio)),
    bar,
    figure: middle(({ ratio }) => ratio),
    details:
      `${short(middle((r) => r.perSecond))}/s, p50 ${middle((r) => r.p50Ms).toFixed(1)} ms (bare ` +
      `${middle((r) => r.bareP50Ms).toFixed(1)}), p99 ${
        middle((r) => r.p99Ms).toFixed(1)
      } ms (bare ` +
      `${middle((r) => r.bareP99Ms).toFixed(1)}), CPU a request: Deno ${
        middle((r) => r.denoMicroseconds).toFixed(0)
      } us, ` +
      `Redis ${middle((r) => r.redisMicroseconds).toFixed(0)} us`,
  };
}

// deno task chaos:cluster: break a Redis Cluster under load, and show that nothing is lost and nothing done twice.
import { parseArgs } from "node:util";
import { type Figures, noFigures } from "./campaign.ts";
import {
  interruptMove,
  killBoth,
  killMaster,
  killService,
  moveSlot,
  stopMaster,
  switchOver,
} from "./cluster_episodes.ts";
import { type ClusterWorld, openClusterCampaign } from "./cluster_world.ts";
import { percentile } from "./due.ts";
import type { Episode } from "./episodes.ts";
import { chance } from "./random.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(crypto.getRandomValues(new Uint32Array(1))[0]) },
    moves: { type: "string", default: "50" },
    kills: { type: "string", default: "20" },
    others: { type: "string", default: "5" },
    clients: { type: "string", default: "12" },
    durability: { type: "string", default: "" },
    root: { type: "string", default: "" },
  },
});
const seed = Number(values.seed);
const repeat = (episode: Episode<ClusterWorld>, times: number) =>
  Array<Episode<ClusterWorld>>(Math.round(times)).fill(episode);
const [moves, kills, others] = [values.moves, values.kills, values.others].map(Number);
/** An episode of moving is two moves. What a failover loses is Redis' to say, so those come last. */
const plan = [
  ...repeat(moveSlot, moves / 2),
  ...[interruptMove, killService, switchOver].flatMap((episode) => repeat(episode, others)),
  ...repeat(stopMaster, others),
  ...repeat(killMaster, kills * 0.8),
  ...repeat(killBoth, kills * 0.2),
];
/** At these Redis itself may lose what it had acknowledged but not yet sent to the replica. */
const FAILOVERS = new Set([stopMaster, killMaster, killBoth]);
const EPISODES_PER_WORLD = 25;

console.log(`seed ${seed}`);
const startedAt = performance.now();
const table = new Map<string, Figures>();
const source = chance(seed);
let failed = false;
let lostInFailovers = 0;
let lateParts = 0;
let done = 0;
while (done < plan.length) {
  await using campaign = await openClusterCampaign(
    {
      durability: values.durability || undefined,
      root: values.root ? new URL(`file://${values.root}/`) : undefined,
    },
    source,
    Number(values.clients),
  );
  const enough = done + EPISODES_PER_WORLD;
  while (done < plan.length && done < enough && !campaign.isSpoilt) {
    const episode = plan[done++];
    const figures = table.getOrInsertComputed(episode.name, noFigures);
    const faults = await campaign.run(episode, figures);
    if (faults.length === 0) continue;
    const isAllowed = FAILOVERS.has(episode) && values.durability !== "replicated" &&
      faults.every((fault) => fault.startsWith("LOST"));
    if (isAllowed) lostInFailovers++;
    else failed = true;
    console.error(`seed ${seed}, ${episode.name}:`, faults.slice(0, 20));
    if (!isAllowed) console.error(campaign.world.logged.slice(-5).join("\n"));
  }
  lateParts += campaign.world.lateParts;
  console.log(`${done} of ${plan.length} episodes`);
}

console.table(Object.fromEntries(
  [...table].map(([name, figures]) => [name, {
    episodes: figures.episodes,
    "kills (service/Redis)": `${figures.serviceKills}/${figures.redisKills}`,
    acknowledged: figures.acknowledged,
    "episodes that lost": figures.lost,
    unknown: figures.unknown,
    resolved: figures.resolved,
    "first success max ms": Math.round(Math.max(0, ...figures.firstSuccessMs)),
    "refused p50 ms": percentile(figures.refusedMs, 0.5),
    "refused p99 ms": percentile(figures.refusedMs, 0.99),
    faults: figures.faults.length,
  }]),
));
console.log(`parts of carts that followed their hold late: ${lateParts}`);
console.log(`failovers that lost something acknowledged: ${lostInFailovers}`);
console.log(`seed ${seed}, ${Math.round((performance.now() - startedAt) / 1000)} s`);
Deno.exit(failed ? 1 : 0);

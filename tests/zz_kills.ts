import { noFigures, openCampaign } from "./chaos/campaign.ts";
import { killRedis } from "./chaos/episodes.ts";
import { chance } from "./chaos/random.ts";
import { percentile } from "./chaos/due.ts";
const [kills, root] = [Number(Deno.args[0]), Deno.args[1]];
const source = chance(7);
const figures = noFigures();
let done = 0;
while (done < kills) {
  await using c = await openCampaign(
    { durability: "everysec", embedded: true, root: root ? new URL(root) : undefined },
    source,
    24,
  );
  for (let i = 0; i < 30 && done < kills && !c.isSpoilt; i++, done++) {
    const f = await c.run(killRedis, figures);
    if (f.length) console.log(f, c.world.logged.slice(-3));
  }
}
console.log({
  kills: figures.redisKills,
  acked: figures.acknowledged,
  lost: figures.lost,
  unknown: figures.unknown,
  resolved: figures.resolved,
  duringFsync: figures.killsDuringFsync,
  lossesDuringFsync: figures.lossesDuringFsync,
  faults: figures.faults.length,
  first: Math.max(...figures.firstSuccessMs),
  p99first: percentile(figures.firstSuccessMs, .99),
});
Deno.exit();

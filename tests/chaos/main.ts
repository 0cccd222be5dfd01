// deno task chaos: break the service in every way there is, and show that nothing is lost and nothing done twice.
import { parseArgs } from "node:util";
import { type Figures, noFigures, openCampaign } from "./campaign.ts";
import { type Bar, barsOfDue, barsOfKills } from "./bars.ts";
import {
  denyWrites,
  type Episode,
  fillMemory,
  flushScripts,
  killBoth,
  killRedis,
  killService,
  pauseWrites,
  PROXY_FAULTS,
  proxyFault,
  replica,
  stopRedis,
  wrongPassword,
} from "./episodes.ts";
import { measureDue, percentile } from "./due.ts";
import { chance } from "./random.ts";
import type { WorldOptions } from "./world.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(crypto.getRandomValues(new Uint32Array(1))[0]) },
    "service-kills": { type: "string", default: "200" },
    "redis-kills": { type: "string", default: "150" },
    clients: { type: "string", default: "24" },
    due: { type: "string", default: "100000" },
    outages: { type: "string", default: "1" },
    rounds: { type: "string", default: "2" },
  },
});
const seed = Number(values.seed);
const serviceKills = Number(values["service-kills"]);
const redisKills = Number(values["redis-kills"]);
const rounds = Number(values.rounds);

/** Which world, and what is done to it, in order. */
const repeat = (episode: Episode, times: number) => Array<Episode>(Math.round(times)).fill(episode);
const both = Math.floor(Math.min(serviceKills, redisKills) / 10);
const others = repeat(flushScripts, 1).concat(
  PROXY_FAULTS,
  stopRedis(1000),
  stopRedis(5000),
  pauseWrites,
  fillMemory,
  wrongPassword,
  replica,
  denyWrites,
);
const plan: [name: string, WorldOptions, Episode[]][] = [
  ["everysec", { durability: "everysec" }, [
    ...repeat(killService, serviceKills / 2 - both),
    ...repeat(killRedis, redisKills * 0.4),
    ...repeat(killBoth, both),
    ...Array.from({ length: rounds }, () => others).flat(),
    ...repeat(stopRedis(30_000), Number(values.outages)),
    ...repeat(proxyFault("back", "refuse", 60_000), Number(values.outages)),
  ]],
  ["always", { durability: "always" }, [
    ...repeat(killService, serviceKills / 4),
    ...repeat(killRedis, redisKills * 0.3),
  ]],
  ["embedded", { durability: "everysec", embedded: true }, [
    ...repeat(killService, serviceKills / 4),
    ...repeat(killRedis, redisKills * 0.3 - both),
    flushScripts,
    fillMemory,
  ]],
];

const EPISODES_PER_WORLD = 30;
console.log(`seed ${seed}`);
const startedAt = performance.now();
const table = new Map<string, Figures>();
let failed = false;
const bars: Bar[] = [];
// A script too long by its own work is so every time; one that the machine's other work held up is not.
for (let tries = 0; Number(values.due) > 0 && tries < 3; tries++) {
  const figures = await measureDue(Number(values.due), 5000, true);
  console.log("holds that fall due in one instant:", figures);
  const found = barsOfDue(figures);
  failed ||= figures.faults.length > 0 || figures.failed > 0;
  bars.splice(0, bars.length, ...found);
  if (found.every(({ isMet }) => isMet)) break;
}

let mostMemory = 0;
for (const [name, options, episodes] of plan) {
  const source = chance(seed);
  const shuffled = shuffle(episodes, source);
  // A fresh world now and then, so that an audit does not read the history of hours.
  let done = 0;
  while (done < shuffled.length) {
    await using campaign = await openCampaign(options, source, Number(values.clients));
    const enough = done + EPISODES_PER_WORLD;
    while (done < shuffled.length && done < enough && !campaign.isSpoilt) {
      const episode = shuffled[done++];
      const figures = table.getOrInsertComputed(`${name}: ${episode.name}`, noFigures);
      const faults = await campaign.run(episode, figures);
      mostMemory = Math.max(mostMemory, campaign.world.serviceMemory());
      if (faults.length > 0) {
        failed = true;
        console.error(`seed ${seed}, ${name}, ${episode.name}:`, faults);
        console.error(campaign.world.logged.slice(-5).join("\n"));
      }
    }
    console.log(`${name}: ${done} of ${shuffled.length} episodes`);
  }
}

const all = sum([...table.values()]);
console.table(
  Object.fromEntries([...table, ["all together", all] as const].map(
    ([name, figures]) => [name, {
      episodes: figures.episodes,
      "kills (service/Redis)": `${figures.serviceKills}/${figures.redisKills}`,
      acknowledged: figures.acknowledged,
      lost: figures.lost,
      "kills during fsync (lost)": `${figures.killsDuringFsync} (${figures.lossesDuringFsync})`,
      unknown: figures.unknown,
      resolved: figures.resolved,
      "first success max ms": Math.round(Math.max(0, ...figures.firstSuccessMs)),
      "refused p99 ms": percentile(figures.refusedMs, 0.99),
      faults: figures.faults.length,
    }],
  )),
);
console.log(`most resident memory of the service: ${Math.round(mostMemory / 2 ** 20)} MB`);
// Clients whose own connection was broken wait for as long as they are patient.
const mended = [...table].filter(([name]) => !name.includes("client-service"));
const firstSuccessMs = mended.flatMap(([, figures]) => figures.firstSuccessMs);
bars.push(...barsOfKills({ ...all, firstSuccessMs }, { service: serviceKills, redis: redisKills }));
console.table(Object.fromEntries(bars.map(({ name, ...bar }) => [name, bar])));
failed ||= bars.some(({ isMet }) => !isMet);
console.log(`seed ${seed}, ${Math.round((performance.now() - startedAt) / 1000)} s`);
Deno.exit(failed ? 1 : 0);

function shuffle<Item>(items: Item[], source: ReturnType<typeof chance>): Item[] {
  const shuffled = [...items];
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = source.below(i + 1);
    [shuffled[i], shuffled[j]] = [shuffled[j], shuffled[i]];
  }
  return shuffled;
}

function sum(all: Figures[]): Figures {
  const total = noFigures();
  for (const each of all) {
    for (const name of ["episodes", "serviceKills", "redisKills", "acknowledged"] as const) {
      total[name] += each[name];
    }
    for (const name of ["unknown", "resolved", "lost"] as const) total[name] += each[name];
    for (const name of ["killsDuringFsync", "lossesDuringFsync"] as const) {
      total[name] += each[name];
    }
    total.faults.push(...each.faults);
    total.firstSuccessMs.push(...each.firstSuccessMs);
    for (const ms of each.refusedMs) total.refusedMs.push(ms);
  }
  return total;
}

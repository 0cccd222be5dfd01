// A short run of the harness in tests/chaos: each kind of fault once, audited. `deno task chaos` is the long one.
import assert from "node:assert/strict";
import { measureDue } from "../chaos/due.ts";
import { noFigures, openCampaign, stock } from "../chaos/campaign.ts";
import {
  type Episode,
  fillMemory,
  flushScripts,
  killBoth,
  killRedis,
  killService,
  PROXY_FAULTS,
} from "../chaos/episodes.ts";
import { recordHistories, UNITS_PER_HISTORY } from "../chaos/histories.ts";
import { isLinearizable } from "../chaos/linearizable.ts";
import { chance } from "../chaos/random.ts";
import { openWorld, type WorldOptions } from "../chaos/world.ts";

async function shortRun(options: WorldOptions, episodes: Episode[]): Promise<void> {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0];
  await using campaign = await openCampaign(options, chance(seed), 12, 15_000);
  for (const episode of episodes) {
    const figures = noFigures();
    const faults = await campaign.run(episode, figures);
    assert.deepEqual(faults, [], `seed ${seed}, ${episode.name}`);
    assert(figures.acknowledged > 20, `${episode.name}: hardly any load`);
    assert.equal(figures.resolved, figures.unknown);
  }
}

const proxyFault = (name: string) => PROXY_FAULTS.find((episode) => episode.name === name)!;

// Kills of Redis with appendfsync always: with everysec it may lose what it had not written while an fsync hung.

Deno.test("nothing lost, nothing twice: kills, lost replies, forgotten scripts, full memory", () =>
  shortRun({ durability: "everysec" }, [
    killService,
    proxyFault("service-Redis: reset after send"),
    proxyFault("client-service: reset after send"),
    flushScripts,
    fillMemory,
  ]));

Deno.test("nothing lost, nothing twice: kills of Redis", () =>
  shortRun({ durability: "always" }, [killRedis, killBoth, killRedis]));

Deno.test("nothing lost, nothing twice: the service brings its own Redis back", () =>
  shortRun({ durability: "always", embedded: true }, [killRedis, killService]));

Deno.test("300 concurrent histories, connections breaking meanwhile, are linearizable", async () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0];
  await using world = await openWorld({ durability: "everysec" });
  const skus = Array.from({ length: 300 }, (_, i) => `LINE${i}`);
  await stock(world, skus, UNITS_PER_HISTORY);
  const histories = await recordHistories(world, skus, chance(seed));
  const unanswered = histories.flat().filter(({ answer }) => !answer).length;
  assert(unanswered > 0, "the meddling left no outcome unknown");
  for (const history of histories) {
    assert(
      isLinearizable(history, UNITS_PER_HISTORY),
      `seed ${seed}: ${JSON.stringify(history, null, 1)}`,
    );
  }
});

Deno.test("5,000 holds due in one instant: none early, all back soon", async () => {
  const figures = await measureDue(5000, 500);
  assert.deepEqual(figures.faults, []);
  assert.equal(figures.failed, 0);
  assert(figures.lastBackMs < 5000, `${figures.lastBackMs} ms`);
});

// A short run of the harness in tests/chaos: each kind of fault once, audited. `deno task chaos` is the long one.
import assert from "node:assert/strict";
import { noFigures, openCampaign } from "../chaos/campaign.ts";
import {
  type Episode,
  fillMemory,
  flushScripts,
  killBoth,
  killRedis,
  killService,
  PROXY_FAULTS,
} from "../chaos/episodes.ts";
import { chance } from "../chaos/random.ts";
import type { WorldOptions } from "../chaos/world.ts";

async function shortRun(options: WorldOptions, episodes: Episode[]): Promise<void> {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0];
  await using campaign = await openCampaign(options, chance(seed), 12);
  for (const episode of episodes) {
    const figures = noFigures();
    const faults = await campaign.run(episode, figures);
    assert.deepEqual(faults, [], `seed ${seed}, ${episode.name}`);
    assert(figures.acknowledged > 20, `${episode.name}: hardly any load`);
    assert.equal(figures.resolved, figures.unknown);
  }
}

const proxyFault = (name: string) => PROXY_FAULTS.find((episode) => episode.name === name)!;

Deno.test("nothing lost, nothing twice: kills, lost replies, forgotten scripts, full memory", () =>
  shortRun({ durability: "everysec" }, [
    killService,
    killRedis,
    proxyFault("service-Redis: reset after send"),
    proxyFault("client-service: reset after send"),
    killBoth,
    flushScripts,
    fillMemory,
  ]));

Deno.test("nothing lost, nothing twice: appendfsync always", () =>
  shortRun({ durability: "always" }, [killRedis, killBoth]));

Deno.test("nothing lost, nothing twice: the service brings its own Redis back", () =>
  shortRun({ durability: "everysec", embedded: true }, [killRedis, killService]));

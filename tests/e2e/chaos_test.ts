// A short run of the harness in tests/chaos: each kind of fault once, audited. `deno task chaos` is the long one.
import assert from "node:assert/strict";
import { measureDue } from "../chaos/due.ts";
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
  await using campaign = await openCampaign(options, chance(seed), 12, 60_000);
  for (const episode of episodes) {
    const figures = noFigures();
    const faults = await campaign.run(episode, figures);
    assert.deepEqual(faults, [], `seed ${seed}, ${episode.name}`);
    assert.equal(figures.resolved, figures.unknown);
  }
}

const proxyFault = (name: string) => PROXY_FAULTS.find((episode) => episode.name === name)!;

// Kills of a Redis of its own with appendfsync always: with everysec it may lose what it had not written while an
// fsync hung. The embedded one may not.

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
  shortRun({ durability: "everysec", embedded: true }, [killRedis, killService, killRedis]));

Deno.test("5,000 holds due in one instant: none early, all back soon", async () => {
  const figures = await measureDue(5000, 500);
  assert.deepEqual(figures.faults, []);
  assert.equal(figures.failed, 0);
  const waitedMs = figures.redisWaitedMs + figures.serviceWaitedMs; // for the machine's other work
  assert(figures.lastBackMs - waitedMs < 5000, `${figures.lastBackMs} ms, waited ${waitedMs} ms`);
});

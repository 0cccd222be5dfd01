// What happens to a cluster, each under load: break, wait, mend.
import type { ClusterWorld } from "./cluster_world.ts";
import { type Episode, sleep } from "./episodes.ts";
import type { Chance } from "./random.ts";

type ClusterEpisode = Episode<ClusterWorld>;

const KEYS_AT_ONCE = 10; // as many as redis-cli moves at once

/** The slot of some partition goes to another master, key by key, and back. */
export const moveSlot: ClusterEpisode = {
  name: "a slot moved and back",
  async run(world, chance) {
    const partition = chance.below(world.partitions);
    const slot = await world.slotOf(partition);
    const home = await world.masterOf(partition);
    const away = chance.pick((await world.cluster.masters()).filter((node) => node !== home));
    for (const [from, to] of [[home, away], [away, home]]) {
      await world.cluster.moveSlot(slot, from, to, () => sleep(chance.between(0, 4)), KEYS_AT_ONCE);
      await sleep(chance.between(0, 150));
    }
  },
};

/** A move that breaks off, as when the machine of `redis-cli` dies, and is ended later. */
export const interruptMove: ClusterEpisode = {
  name: "a move that stops half way for 2 s",
  async run(world, chance) {
    const partition = chance.below(world.partitions);
    const slot = await world.slotOf(partition);
    const from = await world.masterOf(partition);
    const to = chance.pick((await world.cluster.masters()).filter((node) => node !== from));
    let isHalf = false;
    await world.cluster.moveSlot(slot, from, to, async (moved) => {
      if (moved === 0 || isHalf) return;
      isHalf = true;
      await sleep(2000);
    });
  },
};

async function someMaster(world: ClusterWorld, chance: Chance) {
  const partition = chance.below(world.partitions);
  return { slot: await world.slotOf(partition), master: await world.masterOf(partition) };
}

export const killMaster: ClusterEpisode = {
  name: "kill -9 master, replica promoted",
  kills: { redis: 1 },
  async run(world, chance) {
    const { slot, master } = await someMaster(world, chance);
    await world.cluster.kill(master);
    await world.cluster.untilServedBy(slot, master);
    await world.cluster.start(master);
    await world.cluster.untilWhole();
  },
};

export const stopMaster: ClusterEpisode = {
  name: "SIGSTOP master, replica promoted",
  async run(world, chance) {
    const { slot, master } = await someMaster(world, chance);
    world.cluster.signal(master, "SIGSTOP");
    try {
      await world.cluster.untilServedBy(slot, master);
      await sleep(chance.between(0, 500));
    } finally {
      world.cluster.signal(master, "SIGCONT");
    }
    await world.cluster.untilWhole();
  },
};

/** A failover that was asked for, so that nothing may be lost at all. */
export const switchOver: ClusterEpisode = {
  name: "CLUSTER FAILOVER",
  async run(world, chance) {
    const { slot, master } = await someMaster(world, chance);
    const replica = await world.cluster.replicaOf(master);
    // The masters vote for one failover of a master in a while, and pass over the others.
    while ((await world.cluster.masterOf(slot)) === master) {
      await replica.send("CLUSTER", "FAILOVER").catch(() => {}); // it may have been promoted just now
      await sleep(1000);
    }
    await world.cluster.untilWhole();
  },
};

export const killService: ClusterEpisode = {
  name: "kill -9 service",
  kills: { service: 1 },
  run: (world) => world.killService(),
};

export const killBoth: ClusterEpisode = {
  name: "kill -9 master and service",
  kills: { service: 1, redis: 1 },
  async run(world, chance) {
    const { slot, master } = await someMaster(world, chance);
    await world.cluster.kill(master);
    await world.killService();
    await world.cluster.untilServedBy(slot, master);
    await world.cluster.start(master);
    await world.cluster.untilWhole();
  },
};

// What a failover may lose, that it is noticed, and that commits which wait for their copy lose nothing.
import assert from "node:assert/strict";
import { StoreFault } from "../../src/redis/faults.ts";
import { partitionPrefix } from "../../src/commits/keys.ts";
import type { StoreOptions } from "../../src/commits/options.ts";
import type { Store } from "../../src/commits/store.ts";
import { type ClusterNode, startTestCluster, type TestCluster } from "../support/cluster.ts";
import { connectStore, holdUnits, lineOf, makeHold, stockUp } from "../support/store.ts";

const PARTITIONS = 4;

async function connect(
  cluster: TestCluster,
  options: Partial<StoreOptions> = {},
): Promise<Store> {
  await cluster.untilWhole(); // or a step that failed would leave the next one waiting for a lost master
  const clusterUrls = [cluster.nodes[0].url];
  return await connectStore("", {
    address: undefined,
    clusterUrls,
    partitions: PARTITIONS,
    timeoutMs: 5000,
    ...options,
  });
}

interface Home {
  partition: number;
  slot: number;
  master: ClusterNode;
  replica: ClusterNode;
}

async function homeOf(cluster: TestCluster, store: Store, sku: string): Promise<Home> {
  const partition = store.partitionOf(sku);
  const slot = await cluster.slotOf(partitionPrefix(partition, PARTITIONS));
  const master = (await cluster.masterOf(slot))!;
  return { partition, slot, master, replica: await cluster.replicaOf(master) };
}

/** Nothing reaches the replica from here on, not even by what its socket has taken in already. */
async function cutOff({ master, replica }: Home, cluster: TestCluster): Promise<void> {
  cluster.signal(replica, "SIGSTOP");
  await master.send("CLIENT", "KILL", "TYPE", "replica");
}

/** A failover to a replica that has heard nothing since it was cut off. */
async function failOver(cluster: TestCluster, { slot, master, replica }: Home): Promise<void> {
  await cluster.kill(master);
  cluster.signal(replica, "SIGCONT");
  await cluster.untilServedBy(slot, master);
}

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!await isSo()) {
    assert(performance.now() < deadline, what);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function codeOf(asked: Promise<unknown>): Promise<string> {
  try {
    return JSON.stringify(await asked);
  } catch (fault) {
    if (!(fault instanceof StoreFault)) throw fault;
    return fault.code;
  }
}

Deno.test("a failover", async (t) => {
  await using cluster = await startTestCluster();

  await t.step("to a replica that is behind loses commits, and that is noticed, once", async () => {
    const told: string[] = [];
    const onWentBack = (partition: number, commits: number) => told.push(`${partition} ${commits}`);
    const [store, idle] = [await connect(cluster, { onWentBack }), await connect(cluster)];
    try {
      await stockUp(store, "A", 10);
      const home = await homeOf(cluster, store, "A");
      await makeHold(store, "A", 1);
      await until("the replica has it", async () => {
        return Number(await home.master.send("WAIT", "1", "100")) === 1;
      });
      await cutOff(home, cluster);
      await makeHold(store, "A", 2);
      await makeHold(store, "A", 2);
      assert.equal(await lineOf(store, "A"), "10/5");
      await failOver(cluster, home);
      await until("it is noticed by a sweep", async () => {
        await store.settle(home.partition).catch(() => {});
        return told.length > 0;
      });
      assert.deepEqual(told, [`${home.partition} 2`]);
      assert.equal(await lineOf(store, "A"), "10/1", "two holds are gone");
      await makeHold(store, "A", 1);
      await store.settle(home.partition);
      assert.equal(told.length, 1);
      await cluster.start(home.master);
      await cluster.untilWhole();
    } finally {
      store.close();
      idle.close();
    }
  });

  await t.step("is noticed by a commit, too, and a slot that moves is no failover", async () => {
    const told: number[] = [];
    const store = await connect(cluster, { onWentBack: (_, commits) => told.push(commits) });
    try {
      await stockUp(store, "B", 10);
      const home = await homeOf(cluster, store, "B");
      const [to] = (await cluster.masters()).filter((node) => node !== home.master);
      for (const [from, target] of [[home.master, to], [to, home.master]]) {
        await cluster.moveSlot(home.slot, from, target);
        await makeHold(store, "B", 1);
      }
      assert.deepEqual(told, []);
      assert.equal(Number(await home.master.send("WAIT", "1", "1000")), 1);
      await cutOff(home, cluster);
      await makeHold(store, "B", 1);
      await failOver(cluster, home);
      await until("a hold is made", async () => {
        return /active/.test(await codeOf(holdUnits(store, "B", 1)));
      });
      assert.deepEqual(told, [1]);
      await cluster.start(home.master);
      await cluster.untilWhole();
    } finally {
      store.close();
    }
  });

  await t.step("loses nothing that was answered where commits wait for their copy", async () => {
    const told: number[] = [];
    const replicated = {
      replicas: 1,
      timeoutMs: 2000,
      onWentBack: (_: number, lost: number) => told.push(lost),
    };
    const [store, other] = [await connect(cluster, replicated), await connect(cluster, replicated)];
    try {
      await stockUp(store, "C", 10);
      const home = await homeOf(cluster, store, "C");
      await makeHold(store, "C", 1);
      cluster.signal(home.replica, "SIGSTOP");
      const uncopied = () => holdUnits(store, "C", 2, { key: "k" });
      assert.equal(await codeOf(uncopied()), "outcome_unknown");
      assert.equal(await codeOf(uncopied()), "outcome_unknown", "a repeat has no copy either");
      const elsewhere = await codeOf(holdUnits(other, "C", 2, { key: "k" }));
      assert.match(elsewhere, /outcome_unknown|store_unavailable/, "nor one by another process");
      assert.equal(await lineOf(store, "C"), "10/3");
      await cutOff(home, cluster);
      await home.master.send("CONFIG", "SET", "min-replicas-to-write", "1");
      assert.equal(await codeOf(holdUnits(store, "C", 1)), "store_unavailable");
      assert.equal(await lineOf(store, "C"), "10/3", "refused before it began");
      await failOver(cluster, home);
      await cluster.start(home.master); // as a replica, without which there is nowhere to copy to
      await until("a repeat is answered", async () => /active/.test(await codeOf(uncopied())));
      assert.equal(await lineOf(store, "C"), "10/3", "it had its effect once");
      assert.deepEqual(told, [], "nothing that was answered is gone");
      await cluster.untilWhole();
    } finally {
      store.close();
      other.close();
    }
  });
});

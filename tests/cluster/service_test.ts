// The service on a Redis Cluster, as callers and load balancers see it while slots move and a master is lost.
import assert from "node:assert/strict";
import { partitionPrefix } from "../../src/commits/keys.ts";
import { type ClusterWorld, openClusterWorld } from "../chaos/cluster_world.ts";
import { beginMove } from "../support/cluster.ts";
import { startStopwatch } from "../support/stopwatch.ts";
import { stockUp } from "../support/store.ts";

interface Answer {
  status: number;
  // deno-lint-ignore no-explicit-any -- what a JSON body holds is for the test to say
  body: any;
  retryAfter: string | null;
  ms: number;
}

async function ask(world: ClusterWorld, path: string, body?: unknown): Promise<Answer> {
  const elapsedMs = startStopwatch(world.servicePid);
  const response = await fetch(
    world.url + path,
    body === undefined ? {} : {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json" },
    },
  );
  return {
    status: response.status,
    body: await response.json(),
    retryAfter: response.headers.get("retry-after"),
    ms: elapsedMs(),
  };
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A SKU of this partition, with stock. */
async function skuIn(world: ClusterWorld, partition: number): Promise<string> {
  let i = 0;
  while (world.store.partitionOf(`SKU${i}`) !== partition) i++;
  await stockUp(world.store, `SKU${i}`, 1_000_000);
  return `SKU${i}`;
}

Deno.test("the service on a cluster", async (t) => {
  await using world = await openClusterWorld({});
  const { cluster, partitions } = world;
  const all = Array.from({ length: partitions }, (_, partition) => partition);
  const masters = await Promise.all(all.map((partition) => world.masterOf(partition)));
  const lostMaster = masters[0];
  const healthy = masters.findIndex((master) => master !== lostMaster);
  const [lostSku, healthySku] = [await skuIn(world, 0), await skuIn(world, healthy)];
  const holdOf = (sku: string) => ask(world, "/hold", { sku, quantity: 1 });
  const lostPartitions = masters.filter((master) => master === lostMaster).length;

  await t.step("it is ready, and names its masters", async () => {
    const { status, body } = await ask(world, "/ready");
    assert.equal(status, 200);
    assert.deepEqual(body.partitions, { total: partitions, served: partitions });
    assert.deepEqual(
      new Set(body.masters.map(({ name }: { name: string }) => name)),
      new Set((await cluster.masters()).map(({ name }) => name)),
    );
  });

  await t.step(
    "while a slot moves its partition alone is 503, and the service is ready",
    async () => {
      const slot = await cluster.slotOf(partitionPrefix(0, partitions));
      await beginMove(slot, lostMaster, masters[healthy]);
      assert.equal((await holdOf(healthySku)).status, 200);
      const refused = await holdOf(lostSku);
      assert.deepEqual([refused.status, refused.body.code, refused.retryAfter], [
        503,
        "store_unavailable",
        "1",
      ]);
      assert(refused.ms < 800, `${refused.ms} ms`);
      assert.equal((await ask(world, "/ready")).status, 200);
      for (const node of [masters[healthy], lostMaster]) {
        await node.send("CLUSTER", "SETSLOT", String(slot), "STABLE");
      }
      assert.equal((await holdOf(lostSku)).status, 200);
    },
  );

  await t.step("a lost master: its partitions are 503 within 50 ms, the others go on", async () => {
    await cluster.kill(lostMaster);
    await holdOf(lostSku); // its outcome may be unknown
    const refusedMs: number[] = [];
    let ready: Answer | undefined;
    while (true) {
      const answer = await holdOf(lostSku);
      if (answer.status === 200) break;
      assert.deepEqual([answer.status, answer.body.code], [503, "store_unavailable"]);
      refusedMs.push(answer.ms);
      ready ??= await ask(world, "/ready");
      if (refusedMs.length % 5 === 0) assert.equal((await holdOf(healthySku)).status, 200);
      await sleep(10);
    }
    refusedMs.sort((a, b) => a - b);
    assert(refusedMs.length > 20, `${refusedMs.length} refused`);
    assert(refusedMs[Math.floor(refusedMs.length * 0.9)] < 50, `${refusedMs}`);
    assert.equal(ready!.status, 200);
    assert.deepEqual(ready!.body.partitions, {
      total: partitions,
      served: partitions - lostPartitions,
    });
    const named = ready!.body.masters.find(({ name }: { name: string }) =>
      name === lostMaster.name
    );
    assert(named.failing, JSON.stringify(named));
  });

  await t.step(
    "and once a replica is promoted all is served again, without a restart",
    async () => {
      const { status, body } = await ask(world, "/ready");
      assert.equal(status, 200);
      assert.deepEqual(body.partitions, { total: partitions, served: partitions });
      assert(!body.masters.some(({ name }: { name: string }) => name === lostMaster.name));
      const lost = world.logged.map((line) => JSON.parse(line))
        .find(({ message }) => message === "Redis lost");
      assert(lost.place.includes(lostMaster.name), JSON.stringify(lost));
    },
  );
});

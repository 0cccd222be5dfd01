// Partitions on a real Redis Cluster: which master serves which, and what happens while that changes.
import assert from "node:assert/strict";
import { MOVE_PATIENCE_MS, runOnMaster } from "../../src/redis/nodes.ts";
import { startTestCluster } from "../support/cluster.ts";
import { freePort } from "../chaos/proxy.ts";
import {
  faultOf,
  homeOf,
  inMs,
  keysOf,
  lookAt,
  openNodes,
  PARTITIONS,
  partitionsOf,
  sleep,
  stockUp,
  TAKE,
  take,
  UNITS,
  until,
  untilServed,
} from "../support/nodes.ts";

Deno.test("a cluster", async (t) => {
  await using cluster = await startTestCluster();
  await stockUp(cluster);
  const [a, b, c] = await cluster.masters();
  const slot = (partition: number) => cluster.slotOf(keysOf(partition)[0]);

  await t.step("is found from any one node, of several of which some are gone", async () => {
    for (
      const urls of [[c.url], [(await cluster.replicaOf(a)).url], [
        `redis://127.0.0.1:${freePort()}`,
        b.url,
      ]]
    ) {
      await using opened = await openNodes(cluster, { urls });
      assert.deepEqual(
        new Set(opened.nodes.all().map(({ name }) => name)),
        new Set([a.name, b.name, c.name]),
      );
      for (let partition = 0; partition < PARTITIONS; partition++) {
        assert.equal(opened.nodes.of(partition)!.name, (await homeOf(cluster, partition)).name);
      }
    }
  });

  await t.step("a slot that has moved is followed, and nothing is done twice", async () => {
    await using opened = await openNodes(cluster);
    const { nodes } = opened;
    const [partition] = await partitionsOf(cluster, a);
    const [, before] = await lookAt(nodes, partition);
    await cluster.moveSlot(await slot(partition), a, b);
    assert.equal(nodes.of(partition)!.name, a.name, "nobody has told us yet");
    const replies = await Promise.all(Array.from({ length: 10 }, () => take(nodes, partition)));
    assert.deepEqual(
      replies.map(Number).sort((x, y) => x - y),
      Array.from({ length: 10 }, (_, i) => before + i + 1),
    );
    assert.equal(nodes.of(partition)!.name, b.name);
    await cluster.moveSlot(await slot(partition), b, a);
    assert.deepEqual(await lookAt(nodes, partition), [UNITS - before - 10, before + 10]);
    assert.equal(nodes.of(partition)!.name, a.name);
  });

  await t.step(
    "while the keys of a slot are in two places nothing runs, then all goes on",
    async () => {
      await using opened = await openNodes(cluster);
      const { nodes } = opened;
      const [partition, elsewhere] = await partitionsOf(cluster, a);
      const before = await lookAt(nodes, partition);
      const waits: Awaited<ReturnType<typeof faultOf>>[] = [];
      await cluster.moveSlot(await slot(partition), a, b, async () => {
        for (
          const fault of [
            await faultOf(take(nodes, partition)),
            await faultOf(lookAt(nodes, partition)),
          ]
        ) {
          assert.equal(fault.code, "store_unavailable");
          waits.push(fault);
        }
        await take(nodes, elsewhere);
      });
      assert.equal(
        waits.length,
        8,
        "before each of three keys, and before the slot was given away",
      );
      const [first, ...later] = waits;
      assert(first.ms > MOVE_PATIENCE_MS / 2, `${first.ms} ms`);
      assert(first.ownMs < MOVE_PATIENCE_MS + 100, `${first.ownMs} ms`);
      const fastestMs = Math.min(...later.map(({ ownMs }) => ownMs));
      assert(fastestMs < 50, `later callers are told at once: ${fastestMs} ms`);
      assert.deepEqual(await lookAt(nodes, partition), before, "nothing was done");
      await take(nodes, partition);
      assert.deepEqual(await lookAt(nodes, partition), [before[0] - 1, before[1] + 1]);
      assert.equal(nodes.moving.size, 0);
      await cluster.moveSlot(await slot(partition), b, a);
    },
  );

  await t.step("a move that ends within the wait is not noticed", async () => {
    await using opened = await openNodes(cluster);
    const { nodes } = opened;
    const [partition] = await partitionsOf(cluster, a);
    const [, before] = await lookAt(nodes, partition);
    const taking: Promise<unknown>[] = [];
    await cluster.moveSlot(await slot(partition), a, b, () => {
      taking.push(take(nodes, partition));
      return Promise.resolve();
    });
    await Promise.all(taking);
    assert.equal((await lookAt(nodes, partition))[1], before + taking.length);
    await cluster.moveSlot(await slot(partition), b, a);
  });

  await t.step("no wait goes beyond the deadline, and nothing is sent after it", async () => {
    await using opened = await openNodes(cluster);
    const { nodes } = opened;
    const [partition] = await partitionsOf(cluster, a);
    const before = await lookAt(nodes, partition);
    const late = await faultOf(take(nodes, partition, 0));
    assert.equal(late.code, "store_unavailable");
    let fault: Awaited<ReturnType<typeof faultOf>> | undefined;
    await cluster.moveSlot(await slot(partition), a, b, async () => {
      fault ??= await faultOf(take(nodes, partition, 300));
    });
    assert.equal(fault!.code, "store_unavailable");
    assert(fault!.ownMs < 300, `${fault!.ownMs} ms`);
    await cluster.moveSlot(await slot(partition), b, a);
    assert.deepEqual(await lookAt(nodes, partition), before);
  });

  await t.step("one declared key would not do: units go and nothing says so", async () => {
    await using opened = await openNodes(cluster);
    const { nodes } = opened;
    const [partition] = await partitionsOf(cluster, a);
    const [units, taken] = await lookAt(nodes, partition);
    // GETKEYSINSLOT promises no order, so the key that is written second goes by hand.
    const takeWithOneKey = () =>
      runOnMaster(nodes, partition, "commits", TAKE, [`{${partition}}:partition`], [
        `{${partition}}:`,
      ], inMs(100));
    await b.send("CLUSTER", "SETSLOT", String(await slot(partition)), "IMPORTING", a.id);
    await a.send("CLUSTER", "SETSLOT", String(await slot(partition)), "MIGRATING", b.id);
    const [host, port] = b.name.split(":");
    await a.send("MIGRATE", host, port, `{${partition}}:taken`, "0", "5000");
    await assert.rejects(takeWithOneKey(), /non local key/);
    assert.equal((await faultOf(take(nodes, partition, 100))).code, "store_unavailable");
    await cluster.moveSlot(await slot(partition), a, b);
    assert.deepEqual(await lookAt(nodes, partition), [units - 1, taken]);
    await cluster.moveSlot(await slot(partition), b, a);
  });

  await t.step("of two that claim a slot, the one of the later epoch is believed", async () => {
    await using opened = await openNodes(cluster);
    const { nodes } = opened;
    // Whichever of them is looked at last: two of the three are not.
    for (const [owner, one, another] of [[a, b, c], [b, c, a], [c, a, b]]) {
      const [partition] = await partitionsOf(cluster, owner);
      const moved = await slot(partition);
      // What takes a slot in takes the latest epoch, too.
      await cluster.moveSlot(moved, owner, one);
      await cluster.moveSlot(moved, one, owner);
      for (const other of [one, another, one, another]) {
        await cluster.untilWhole();
        await other.send("CLUSTER", "SETSLOT", String(moved), "NODE", other.id);
        nodes.refresh();
        await sleep(150);
        assert.equal(nodes.of(partition)!.name, owner.name);
      }
    }
    await cluster.untilWhole();
  });

  await t.step(
    "a commit that has to be copied waits for its replica, and is unknown without it",
    async () => {
      await using opened = await openNodes(cluster);
      const { nodes } = opened;
      const [partition] = await partitionsOf(cluster, a);
      const [, before] = await lookAt(nodes, partition);
      const takeCopied = (ms: number) => {
        const [keys, prefix] = [keysOf(partition), `{${partition}}:`];
        return runOnMaster(nodes, partition, "commits", TAKE, keys, [prefix], inMs(ms), 1);
      };
      const replica = await cluster.replicaOf(a);
      assert.equal(await takeCopied(1000), before + 1);
      await replica.send("READONLY");
      assert.equal(await replica.send("GET", `{${partition}}:taken`), String(before + 1));
      cluster.signal(replica, "SIGSTOP");
      try {
        const fault = await faultOf(takeCopied(300));
        assert.equal(fault.code, "outcome_unknown");
        assert(fault.ownMs < 300, `${fault.ownMs} ms`);
        assert.equal(
          (await lookAt(nodes, partition))[1],
          before + 2,
          "it was done, but has no copy",
        );
        await a.send("SCRIPT", "FLUSH");
        assert.equal(
          (await faultOf(takeCopied(300))).code,
          "outcome_unknown",
          "not by a first WAIT",
        );
      } finally {
        cluster.signal(replica, "SIGCONT");
      }
      assert.equal(await takeCopied(1000), before + 4);
      await cluster.untilWhole();
    },
  );

  await t.step("a master that is killed: its replica serves, the others never stop", async () => {
    await using opened = await openNodes(cluster);
    const { nodes, told } = opened;
    const [lost, elsewhere] = await partitionsOf(cluster, a);
    const lostSlot = await slot(lost);
    const before = await lookAt(nodes, lost);
    await cluster.kill(a);
    await until("the loss is noticed", () => !nodes.of(lost)!.commits.ready, 5000);
    const refusals: number[] = [];
    while (nodes.of(lost)?.name === a.name || !nodes.of(lost)?.commits.ready) {
      const fault = await faultOf(take(nodes, lost));
      assert.equal(fault.code, "store_unavailable");
      refusals.push(fault.ownMs);
      await take(nodes, elsewhere);
      await sleep(10);
    }
    assert(refusals.length > 10, `${refusals.length} refused`);
    assert(
      refusals.toSorted((x, y) => x - y)[Math.floor(refusals.length * 0.9)] < 50,
      `${refusals}`,
    );
    const promoted = await cluster.untilServedBy(lostSlot, a);
    assert.equal(nodes.of(lost)!.name, promoted.name);
    assert.deepEqual(await lookAt(nodes, lost), before);
    await take(nodes, lost);
    assert.deepEqual(await lookAt(nodes, lost), [before[0] - 1, before[1] + 1]);
    assert(told.includes(`lost ${a.name}`) && told.includes(`left ${a.name}`), `${told}`);

    await cluster.start(a);
    await cluster.untilWhole();
    nodes.refresh();
    await until("it is a replica now", () => !nodes.all().some(({ name }) => name === a.name));
    assert.equal(nodes.of(lost)!.name, promoted.name);
  });

  await t.step("a master that hangs is replaced, and is not believed when it is back", async () => {
    await using opened = await openNodes(cluster);
    const { nodes } = opened;
    const [lost, elsewhere] = await partitionsOf(cluster, b);
    const before = await lookAt(nodes, lost);
    cluster.signal(b, "SIGSTOP");
    try {
      const fault = await faultOf(take(nodes, lost));
      assert.equal(fault.code, "outcome_unknown", "it was sent");
      const promoted = await cluster.untilServedBy(await slot(lost), b);
      await until(
        "the promoted one is used",
        () => nodes.of(lost)?.name === promoted.name,
      );
      await take(nodes, elsewhere);
    } finally {
      cluster.signal(b, "SIGCONT");
    }
    for (let i = 0; i < 50; i++) {
      nodes.refresh();
      assert.notEqual(nodes.of(lost)!.name, b.name);
      await take(nodes, lost);
      await sleep(10);
    }
    assert.deepEqual(await lookAt(nodes, lost), [before[0] - 50, before[1] + 50]);
    await cluster.untilWhole();
  });

  await t.step("what has no master left is refused at once, until one is back", async () => {
    await using opened = await openNodes(cluster);
    const { nodes } = opened;
    const [, elsewhere] = await partitionsOf(cluster, c);
    const [lost] = await partitionsOf(cluster, c);
    const replica = await cluster.replicaOf(c);
    await cluster.kill(replica);
    await cluster.kill(c);
    await until("the loss is noticed", () => !nodes.of(lost)!.commits.ready, 5000);
    await sleep(300);
    const faults = [];
    for (let i = 0; i < 5; i++) faults.push(await faultOf(take(nodes, lost)));
    assert(faults.every(({ code }) => code === "store_unavailable"));
    assert(Math.min(...faults.map(({ ownMs }) => ownMs)) < 50);
    await take(nodes, elsewhere);
    await cluster.start(c);
    await cluster.start(replica);
    await cluster.untilWhole();
    await untilServed(nodes);
    await take(nodes, lost);
  });
});

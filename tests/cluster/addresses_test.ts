// How the nodes of a cluster are reached: users, passwords, addresses; and what is no cluster.
import assert from "node:assert/strict";
import { clusterNodes } from "../../src/redis/cluster.ts";
import { isReady, oneNode } from "../../src/redis/nodes.ts";
import { startTestCluster } from "../support/cluster.ts";
import { freePort } from "../chaos/proxy.ts";
import { startTestRedis } from "../support/redis.ts";
import { faultOf, keysOf, openNodes, take, until } from "../support/nodes.ts";

Deno.test("user, password and address of the first URL reach every node", async () => {
  await using cluster = await startTestCluster({
    settings: { requirepass: "p:w", masterauth: "p:w" },
  });
  const urls = [cluster.nodes[1].url.replace("//", "//default:p%3Aw@")];
  await using opened = await openNodes(cluster, { urls });
  assert.equal(opened.nodes.all().length, 3);
  assert(opened.nodes.all().every(({ name }) => /^127\.0\.0\.1:\d+$/.test(name)));
});

Deno.test("a master that does not know its address is where it was asked", async () => {
  const port = String(freePort());
  await using redis = await startTestRedis({
    port,
    "cluster-enabled": "yes",
    "cluster-port": String(freePort()),
  });
  await redis.send("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
  const nodes = clusterNodes({
    urls: [`redis://localhost:${port}`],
    slotKeys: keysOf(0),
    timeoutMs: 1000,
  });
  try {
    await until("it is found", () => nodes.of(0) !== undefined && isReady(nodes.of(0)!));
    assert.deepEqual(nodes.all().map(({ name }) => name), [`localhost:${port}`]);
  } finally {
    nodes.close();
  }
});

Deno.test("a Redis that is no cluster says so", async () => {
  const port = String(freePort());
  await using _redis = await startTestRedis({ port });
  const reasons: string[] = [];
  const nodes = clusterNodes({
    urls: [`redis://127.0.0.1:${port}`],
    slotKeys: keysOf(0),
    timeoutMs: 1000,
    onLost: (_node, reason) => reasons.push(reason),
  });
  try {
    await until(
      "it is told",
      () => reasons.some((reason) => /cluster support disabled/.test(reason)),
    );
    assert.equal(nodes.of(0), undefined);
    assert.equal((await faultOf(take(nodes, 0))).code, "store_unavailable");
  } finally {
    nodes.close();
  }
});

Deno.test("one Redis serves every partition", async () => {
  await using redis = await startTestRedis();
  const nodes = oneNode({ address: redis.address, timeoutMs: 1000 });
  try {
    await until("it answers", () => isReady(nodes.of(0)!));
    assert.equal(nodes.of(0), nodes.of(7));
    assert.deepEqual(nodes.all().map(({ name }) => name), [redis.address]);
    assert.equal(await take(nodes, 3), 1);
  } finally {
    nodes.close();
  }
});

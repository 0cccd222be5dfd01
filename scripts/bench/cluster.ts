// The store on a Redis Cluster of one, two and three masters: what a hold costs Redis must not grow with them. All
// processes share this machine, so how many holds a second they reach together says nothing; the CPU of the masters does.
import { hold } from "../../src/store/holds/holds.ts";
import { count } from "../../src/store/inventory.ts";
import { keepPartitions } from "../../src/commits/partitions.ts";
import { openStore } from "../../src/commits/open_store.ts";
import type { Store } from "../../src/commits/store.ts";
import { setTimeout as sleep } from "node:timers/promises";
import { startTestCluster, type TestCluster } from "../../tests/support/cluster.ts";
import { median, type Row, short, withSpread } from "./report.ts";
import { STORE_SETTINGS } from "./stock.ts";

const MASTERS = [1, 2, 3];
const SHOWN_MASTERS = [1, 2, 3, 6, 12];
const PARTITIONS_A_MASTER = 4;
const SKUS = Array.from({ length: 480 }, (_, i) => `SKU${i}`);
/** Holds that are asked for at once in each partition. */
const WAVE = 64;
const SECTION =
  `On a Redis Cluster: ${PARTITIONS_A_MASTER} partitions a master, append-only files, a replica each`;

interface Place {
  cluster: TestCluster;
  store: Store;
}

export async function onCluster(rounds: number, seconds: number): Promise<Row[]> {
  await using stack = new AsyncDisposableStack();
  const places: Place[] = [];
  for (const masters of MASTERS) {
    // With a long patience: the cores are busy, and no master is to be taken for dead.
    const settings = { "cluster-node-timeout": "60000" };
    const cluster = stack.use(await startTestCluster({ masters, settings }));
    const store = openStore({
      ...STORE_SETTINGS,
      clusterUrls: [cluster.nodes[0].url],
      partitions: PARTITIONS_A_MASTER * masters,
    });
    stack.defer(() => store.close());
    while (!store.ready) await sleep(10);
    places.push({ cluster, store });
  }

  const costs: number[][] = places.map(() => []);
  for (const place of places) await microsecondsAHold(place, 1); // warm-up
  for (let round = 0; round < rounds; round++) {
    for (const [i, place] of places.entries()) {
      costs[i].push(await microsecondsAHold(place, seconds));
    }
  }

  const [alone] = costs;
  const rows: Row[] = costs.slice(1).map((several, i) => {
    const ratios = several.map((cost, round) => cost / alone[round]);
    return {
      section: SECTION,
      name: `Redis CPU a hold, ${MASTERS[i + 1]} masters, of that of 1`,
      value: withSpread(ratios),
      figure: median(ratios),
      bar: "1.10 at most",
      details: `${median(several).toFixed(1)} us against ${median(alone).toFixed(1)} us`,
    };
  });
  const cost = median(costs.flat());
  for (const masters of SHOWN_MASTERS) {
    rows.push({
      section: SECTION,
      name: `holds a second that ${masters} ${
        masters === 1 ? "master has" : "masters have"
      } CPU for`,
      value: `${short(masters * 1e6 / cost)}/s`,
      figure: masters * 1e6 / cost,
      details: `computed: a core for each master, ${cost.toFixed(1)} us a hold`,
    });
  }
  return rows;
}

/**
 * What the masters together spend on one hold. Each partition gets its holds in waves: a lone caller would be sent
 * in smaller commits where Redis is quicker, and what is measured would be the size of the commits.
 */
async function microsecondsAHold({ cluster, store }: Place, seconds: number): Promise<number> {
  await cluster.flush();
  await keepPartitions(store);
  await Promise.all(SKUS.map((sku) => count(store, { sku, onHand: [["online", 100_000_000]] })));
  const before = await cpuMicroseconds(cluster);
  const endsAt = performance.now() + seconds * 1000;
  let holds = 0;
  await Promise.all(
    Map.groupBy(SKUS, (sku) => store.partitionOf(sku)).values().map(async (skus) => {
      while (performance.now() < endsAt) {
        await Promise.all(
          Array.from({ length: WAVE }, (_, i) => {
            const lines = [{ sku: skus[i % skus.length], quantity: 1, location: "online" }];
            return hold(store, { lines, ttl: 3600 }, { target: "POST /hold", requestId: "bench" });
          }),
        );
        holds += WAVE;
      }
    }),
  );
  return (await cpuMicroseconds(cluster) - before) / holds;
}

/** The masters' own count of their CPU time. */
async function cpuMicroseconds(cluster: TestCluster): Promise<number> {
  let sum = 0;
  for (const master of await cluster.masters()) {
    const info = String(await master.send("INFO", "cpu"));
    for (const name of ["used_cpu_user", "used_cpu_sys"]) {
      sum += 1e6 * Number(info.match(new RegExp(`^${name}:(.*)$`, "m"))![1]);
    }
  }
  return sum;
}

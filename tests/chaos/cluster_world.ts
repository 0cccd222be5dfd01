// A real Redis Cluster with the real service on it, as processes that may be killed, and the books of every partition.
import { count } from "../../src/store/inventory.ts";
import { partitionPrefix } from "../../src/commits/keys.ts";
import type { Store } from "../../src/commits/store.ts";
import { type ClusterNode, startTestCluster, type TestCluster } from "../support/cluster.ts";
import { connectStore } from "../support/store.ts";
import { Books, compareWithTold } from "./books.ts";
import { type Arena, type Campaign, campaignIn, SKUS, UNITS } from "./campaign.ts";
import { compareParts, lateParts, letPartsAsk } from "./cart_books.ts";
import { type Ledger, LOCATIONS } from "./clients.ts";
import { memoryOf, ROOT, startServiceProcess } from "./process.ts";
import { freePort } from "./proxy.ts";
import type { Chance } from "./random.ts";

const PARTITIONS = 8;
/** A store that has just lost a master may need a while to find the next. */
const PARTS_FOLLOW_WITHIN_MS = 10_000;

export interface ClusterWorld extends Arena {
  cluster: TestCluster;
  /** A store of our own on the cluster. */
  store: Store;
  partitions: number;
  /** The slot of a partition. */
  slotOf(partition: number): Promise<number>;
  /** The master of a partition. */
  masterOf(partition: number): Promise<ClusterNode>;
  /** kill -9, and a new one; resolves when it listens. */
  killService(): Promise<void>;
  readonly servicePid: number;
  serviceMemory(): number;
  logged: string[];
  /** Parts of carts that had not followed their homes yet when the books were read. */
  lateParts: number;
}

export interface ClusterWorldOptions {
  durability?: string;
  /** The source tree to run; ours if not said. */
  root?: URL;
}

export async function openClusterWorld(
  { durability, root = ROOT }: ClusterWorldOptions,
): Promise<ClusterWorld> {
  const cluster = await startTestCluster();
  const port = freePort();
  const logged: string[] = [];
  const env: Record<string, string> = {
    REDIS_CLUSTER_URLS: cluster.nodes.slice(0, 2).map(({ url }) => url).join(" "),
    PARTITIONS: String(PARTITIONS),
  };
  if (durability) env.DURABILITY = durability;
  let service: Deno.ChildProcess;
  let store: Store;
  try {
    service = await startServiceProcess(root, port, env, logged);
    store = await connectStore("", {
      address: undefined,
      clusterUrls: [cluster.nodes[0].url],
      partitions: PARTITIONS,
    });
  } catch (error) {
    await cluster[Symbol.asyncDispose]();
    throw error;
  }
  const slotOf = (partition: number) => cluster.slotOf(partitionPrefix(partition, PARTITIONS));
  return {
    url: `http://127.0.0.1:${port}`,
    killsDuringFsync: 0,
    cartShare: 0.5,
    lateParts: 0,
    cluster,
    store,
    partitions: PARTITIONS,
    logged,
    slotOf,
    async masterOf(partition) {
      const master = await cluster.masterOf(await slotOf(partition));
      if (!master) throw new Error(`partition ${partition} has no master`);
      return master;
    },
    async killService() {
      service.kill("SIGKILL");
      await service.status;
      service = await startServiceProcess(root, port, env, logged);
    },
    get servicePid() {
      return service.pid;
    },
    serviceMemory: () => memoryOf(service),
    async [Symbol.asyncDispose]() {
      store.close();
      service.kill("SIGKILL");
      await service.status;
      await cluster[Symbol.asyncDispose]();
    },
  };
}

/** A campaign on a cluster of its own, with stock in every partition. */
export async function openClusterCampaign(
  options: ClusterWorldOptions,
  chance: Chance,
  clients = 12,
  resolveWithinMs = 60_000,
): Promise<Campaign<ClusterWorld>> {
  const world = await openClusterWorld(options);
  try {
    await stock(world);
  } catch (error) {
    await world[Symbol.asyncDispose]();
    throw error;
  }
  const { store } = world;
  const books = Array.from({ length: PARTITIONS }, (_, partition) => {
    const owns = (sku: string) => store.partitionOf(sku) === partition;
    return new Books(partitionPrefix(partition, PARTITIONS), owns);
  });
  const read = async () => {
    const faults: string[] = [];
    for (const [partition, each] of books.entries()) {
      const master = await world.masterOf(partition);
      const found = await each.check((...command) => master.send(...command));
      faults.push(...found.map((fault) => `partition ${partition}: ${fault}`));
    }
    return faults;
  };
  const audit = async (ledger: Ledger) => {
    const faults = await read();
    const deadline = performance.now() + PARTS_FOLLOW_WITHIN_MS;
    world.lateParts += lateParts(store, books).length;
    while (lateParts(store, books).length > 0 && performance.now() < deadline) {
      await letPartsAsk(store, books);
      faults.push(...await read());
    }
    return [...faults, ...compareParts(store, books), ...compareWithTold(books, ledger)];
  };
  return campaignIn(world, audit, chance, clients, resolveWithinMs);
}

async function stock({ store }: ClusterWorld): Promise<void> {
  await Promise.all(
    SKUS.map((sku) =>
      count(store, { sku, onHand: LOCATIONS.map((location) => [location, UNITS]) })
    ),
  );
}

// What a node of a Redis Cluster says of the cluster, and of itself.
import type { RedisNode } from "./nodes.ts";
import type { RedisLink } from "./link.ts";

type SlotRange = [first: number, last: number];

/** What one node says of the cluster, and of itself. */
export interface View {
  id: string;
  /** Of its own configuration: of two masters that claim one slot, the higher is right. */
  epoch: number;
  /** The slots it says it serves itself; empty for a replica. */
  slots: SlotRange[];
  /** Id and address of every master that serves slots. */
  masters: Map<string, string>;
  /** Of masters and replicas. */
  addresses: string[];
}

type Place = [host: string | null, port: number, id: string];

export async function askView({ name, reads }: RedisNode): Promise<View> {
  const [id, ranges, info] = await Promise.all([
    reads.call("CLUSTER", "MYID"),
    reads.call("CLUSTER", "SLOTS"),
    reads.call("CLUSTER", "INFO"),
  ]) as [string, [first: number, last: number, ...Place[]][], string];
  const view: View = {
    id,
    epoch: Number(String(info).match(/^cluster_my_epoch:(\d+)/m)?.[1] ?? 0),
    slots: [],
    masters: new Map(),
    addresses: [],
  };
  // A host that is not said is the one that was asked.
  const ownHost = name.slice(0, name.lastIndexOf(":"));
  const addressOf = ([host, port]: Place) =>
    `${!host || host === "?" ? ownHost : host.includes(":") ? `[${host}]` : host}:${port}`;
  for (const [first, last, master, ...replicas] of ranges) {
    view.masters.set(master[2], addressOf(master));
    view.addresses.push(addressOf(master), ...replicas.map(addressOf));
    if (master[2] === id) view.slots.push([first, last]);
  }
  return view;
}

/** Redis is asked for the slots, so that no second way to compute them can differ. */
export async function askSlots(link: RedisLink, keys: string[]): Promise<number[]> {
  return await Promise.all(keys.map((key) => link.call("CLUSTER", "KEYSLOT", key))) as number[];
}

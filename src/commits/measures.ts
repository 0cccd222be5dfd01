// What the store tells those who watch it: what it counts itself, and what they are told as it works.
import type { Reply } from "./batch_queue.ts";
import type { Store } from "./store.ts";

/** Told of the work of a store as it is done. Must be quick, and never throw. */
export interface StoreObserver {
  /** An operation has its outcome: the status of its reply, or the code of a fault. */
  operation(verb: string, outcome: string, isReplay: boolean): void;
  /** A batch of commits was answered. */
  committed(operations: number, seconds: number): void;
  /** Due holds were settled, the first of them this long after it fell due. */
  settled(holds: number, lagSeconds: number): void;
  /** An operation was refused since it would have promised units that are not there: a bug of ours. */
  oversellRefused(): void;
  /** The Redis of a partition does not have this many commits that it had acknowledged. */
  wentBack(partition: number, commits: number): void;
}

/** Runs the work of one commit, which tells the size of its batch when it is sent. */
export type TraceCommit = (
  verb: string,
  work: (onSent?: (batchSize: number) => void) => Promise<Reply>,
) => Promise<Reply>;

export interface Measures {
  activeHolds: number;
  overdueHolds: number;
  heldUnits: number;
  skus: number;
  /** Parts of carts that are to ask their homes. */
  overdueParts: number;
}

/** What all services on one Redis have set aside together. */
export async function measure(store: Store): Promise<Measures> {
  const replies = await store.askAll({ verb: "measure", args: [] });
  const sum = (field: number) => replies.reduce((total, reply) => total + Number(reply[field]), 0);
  return {
    activeHolds: sum(1),
    overdueHolds: sum(2),
    heldUnits: sum(3),
    skus: sum(4),
    overdueParts: sum(5),
  };
}

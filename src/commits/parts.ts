// Parts: the units of a cart that are in other partitions than the hold. Home decides, and the parts follow: told at
// once by whoever changed the hold, or else when they fall due and ask.
import { setTimeout as sleep } from "node:timers/promises";
import { homeOf } from "./hold_ids.ts";
import type { Store } from "./store.ts";

/** How long a caller waits for the parts to follow; what takes longer comes by itself. */
const PATIENCE_MS = 250;
const PARTS_PER_STEP = 100;

/** Brings a part to where its home says that it stands. Throws a StoreFault where one of both is out of reach. */
async function followHome(store: Store, holdId: string, partition: number): Promise<void> {
  const home = homeOf(store, holdId);
  const [, verdict] = await store.commit({
    verb: "judge_part",
    args: [holdId, partition],
    partition: home,
  });
  await store.commit({ verb: "settle_part", args: [holdId, verdict as string], partition });
}

/** Lets the parts of a hold in these partitions follow it. */
export async function settleParts(
  store: Store,
  holdId: string,
  partitions: Iterable<number>,
): Promise<void> {
  const following = [...partitions].map((partition) => followHome(store, holdId, partition));
  await Promise.race([Promise.allSettled(following), sleep(PATIENCE_MS)]);
}

/** The same for all parts that the record of the hold knows. */
export async function settlePartsOf(store: Store, holdId: string): Promise<void> {
  const partition = homeOf(store, holdId);
  const asked = store.ask({ verb: "get_hold", args: [holdId, ""], partition });
  const [, json] = await asked.catch(() => []) as [string?, string?];
  const { away = {} }: { away?: Record<string, number> } = json ? JSON.parse(json) : {};
  await settleParts(store, holdId, new Set(Object.values(away)));
}

/** The same for all parts of this partition that are due. */
export async function settlePartsSoon(store: Store, partition: number): Promise<void> {
  await Promise.race([Promise.allSettled([settleDueParts(store, partition)]), sleep(PATIENCE_MS)]);
}

/** Lets every part of this partition that is due ask its home, as far as homes can be reached. */
export async function settleDueParts(store: Store, partition: number): Promise<void> {
  while (true) {
    const args = [PARTS_PER_STEP];
    const [, ...holdIds] = await store.ask({ verb: "due_parts", args, partition }) as string[];
    const reachable = holdIds.filter((holdId) => store.isReady(homeOf(store, holdId)));
    const followed = await Promise.allSettled(
      reachable.map((holdId) => followHome(store, holdId, partition)),
    );
    const isStuck = followed.some(({ status }) => status === "rejected");
    if (isStuck || reachable.length < PARTS_PER_STEP) return;
  }
}

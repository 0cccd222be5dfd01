// Claims: with several partitions an idempotency key is tied to its request where the key belongs, before the
// request takes effect, and its outcome is recorded, where the stock is.
import { randomUUID } from "node:crypto";
import { nothingWasDone, StoreFault } from "../redis/faults.ts";
import { type Call, fingerprint, idempotencyKeyOf, type Operation } from "./operation.ts";
import type { Store } from "./store.ts";

/** Longer than the outcome is kept, so that no other request gets the key while there is one. */
const EXTRA_SECONDS = 60;

export interface Claim {
  /** `known`: the same request has been here before. `pending`: another attempt of it is at work. */
  status: "claimed" | "known" | "pending" | "idempotency_key_reused";
  /** Frees the key again, where this attempt has decided nothing and there was none before. */
  release(): Promise<void>;
}

/** Ties the call's key to the request. While the lease runs, every other attempt of it is told to wait. */
export async function takeClaim(
  store: Store,
  call: Call,
  { request, keepSeconds, leaseMs = 0 }: {
    request: unknown;
    keepSeconds: number;
    leaseMs?: number;
  },
): Promise<Claim> {
  const key = idempotencyKeyOf(call);
  const partition = store.partitionOf(key);
  const attempt = randomUUID();
  const seconds = keepSeconds + EXTRA_SECONDS;
  const args = [key, fingerprint(call.target, request), seconds, attempt, leaseMs];
  // Where its answer is lost, the claim alone may stand, under which the same request may come again.
  const claiming = store.commit({ verb: "claim", args, partition });
  const [status] = await nothingWasDone(claiming);
  const release = async () => {
    // An earlier attempt may have had its effect, and its answer was lost: the key stays with this request.
    if (status !== "claimed") return;
    // What cannot be forgotten now goes with its time; a repeat of the same request is welcome before.
    await store.commit({ verb: "unclaim", args: [key, attempt], partition }).catch(() => {});
  };
  return { status: status as Claim["status"], release };
}

/** Runs an operation whose key belongs to another partition than its effect. */
export async function commitUnderClaim<Answer extends [string, ...unknown[]]>(
  claim: Claim,
  run: () => Promise<Answer>,
): Promise<Answer | ["idempotency_key_reused"]> {
  if (claim.status === "idempotency_key_reused") return [claim.status];
  try {
    return await run();
  } catch (fault) {
    if (!(fault instanceof StoreFault && fault.code === "outcome_unknown")) await claim.release();
    throw fault;
  }
}

/** Whether the effect of an operation lies in another partition than its key. */
export function needsClaim(store: Store, { partition = 0 }: Operation, call?: Call): boolean {
  const key = idempotencyKeyOf(call);
  return store.partitions > 1 && key !== "" && store.partitionOf(key) !== partition;
}

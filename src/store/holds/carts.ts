// Carts over partitions. A hold is its own prepare phase: the other partitions take their lines first, as parts that
// fall due later than the hold can be decided, and home makes the hold last. Until then there is none, so that a
// crash between any two steps ends in one outcome: the parts ask home, and follow it. Everybody goes through the
// partitions in the same order, home being the last of them: of carts that want the same units, one gets them. A
// hold to replace has the same home as the new one, so that the end of one and the birth of the other are one commit.
import { setTimeout as sleep } from "node:timers/promises";
import type { CartRequest } from "../../contract/hold_requests.ts";
import type { Reply } from "../../commits/batch_queue.ts";
import { commitUnderClaim, takeClaim } from "../../commits/claims.ts";
import { StoreFault, withDeadline } from "../../redis/faults.ts";
import { homeOf, isCart, makeHoldId } from "../../commits/hold_ids.ts";
import { encodeOptions, encodeWishes, type LineFields, type Wish } from "./lines.ts";
import { idempotencyKeyOf } from "../../commits/operation.ts";
import { settleParts, settlePartsOf } from "../../commits/parts.ts";
import type { Call, Store } from "../../commits/store.ts";

type Request = CartRequest;

const ASK_AGAIN_MS = 20;

/** Whether the request needs more than one partition to be decided. */
export function isOverPartitions(store: Store, { lines, replaces }: Request): boolean {
  const home = store.partitionOf(lines[0].sku);
  return lines.some(({ sku }) => store.partitionOf(sku) !== home) ||
    replaces !== undefined && (homeOf(store, replaces) !== home || isCart(store, replaces));
}

/** Makes a hold over partitions; the reply is that of lua/commands/hold.lua. Throws a StoreFault. */
export async function holdCart(store: Store, request: Request, call: Call): Promise<Reply> {
  const cart = new Cart(store, request, call);
  if (!idempotencyKeyOf(call)) return await cart.attempt();
  const startedAt = performance.now();
  while (true) {
    const claim = await takeClaim(store, call, {
      request,
      keepSeconds: store.holdKeepSeconds,
      leaseMs: store.timeoutMs,
    });
    if (claim.status === "idempotency_key_reused") return [claim.status];
    const before = claim.status === "claimed" ? undefined : await cart.lookBack();
    if (before) return before;
    if (claim.status !== "pending") {
      return await commitUnderClaim(claim, () => cart.attempt());
    }
    if (performance.now() - startedAt > store.timeoutMs) {
      throw new StoreFault("store_unavailable", "the same request is still being worked on");
    }
    await sleep(ASK_AGAIN_MS);
  }
}

/** Puts what is said of SKUs in the order in which the request names them, whatever partitions they are in. */
export function inOrderOf<Item extends { sku: string }>({ lines }: Request, items: Item[]): Item[] {
  const place = new Map(lines.map(({ sku }, i) => [sku, i] as const).toReversed());
  return items.toSorted((a, b) => place.get(a.sku)! - place.get(b.sku)!);
}

/** What the other partitions have to say. */
interface Elsewhere {
  taken: [...Required<LineFields>, partition: number][];
  refusal?: Reply;
}

class Cart {
  readonly #home: number;
  readonly #others: number[];
  readonly #wishes: Map<number, Wish[]>;

  constructor(
    private readonly store: Store,
    private readonly request: Request,
    private readonly call: Call,
  ) {
    const { lines, replaces } = request;
    this.#wishes = Map.groupBy(lines, ({ sku }) => store.partitionOf(sku));
    this.#home = replaces ? homeOf(store, replaces) : Math.max(...this.#wishes.keys());
    this.#others = [...this.#wishes.keys()].filter((each) => each !== this.#home)
      .toSorted((a, b) => a - b);
  }

  /** The reply that this request had before, if home has one under its key. */
  async lookBack(): Promise<Reply | undefined> {
    const { request, call } = this;
    const operation = { verb: "look_back" as const, args: [], request, isClaimed: true };
    const reply = await this.store.commit({ ...operation, partition: this.#home }, call);
    if (reply[0] === "nothing_yet") return undefined;
    await this.#settleReplaced(reply);
    return reply;
  }

  /** Tries once, under a hold id of its own. */
  async attempt(): Promise<Reply> {
    const holdId = makeHoldId(this.store, this.#home, this.#others.length > 0);
    let reply: Reply | undefined;
    try {
      reply = await this.#decide(holdId, await this.#takeParts(holdId));
      if (reply[0] === "given_up") {
        throw new StoreFault(
          "store_unavailable",
          "the parts of the cart were given back meanwhile",
        );
      }
    } finally {
      // Without a hold of this id the parts go back; where nobody knows, they ask when they fall due.
      const isMade = reply?.[0] === "active" && String(reply[1]).startsWith(`${holdId} `);
      if (!isMade) await settleParts(this.store, holdId, this.#others);
    }
    await this.#settleReplaced(reply);
    return reply;
  }

  /** Half of the time is for the parts. One of which nothing is known is given back as well. */
  async #takeParts(holdId: string): Promise<Elsewhere> {
    try {
      return await withDeadline(this.#askInTurn(holdId), this.store.timeoutMs / 2, () => {});
    } catch (fault) {
      // Home was not asked, so there is no hold, whatever has become of the parts.
      if (!(fault instanceof StoreFault && fault.code === "outcome_unknown")) throw fault;
      throw new StoreFault("store_unavailable", fault.message, { cause: fault });
    }
  }

  /** Behind a refusal the others only say what is short, and take nothing that somebody else could have. */
  async #askInTurn(holdId: string): Promise<Elsewhere> {
    const found: PartReply[] = [];
    let takes = true;
    for (const partition of this.#others) {
      const wishes = this.#wishes.get(partition)!;
      const args = [holdId, this.request.ttl, takes ? 1 : 0, ...encodeWishes(wishes)];
      const weight = wishes.length;
      const reply = await this.store.commit({ verb: "take_part", args, partition, weight });
      takes &&= reply[0] === "taken";
      found.push({ partition, reply });
    }
    return joinReplies(found);
  }

  /** Home, where all is decided. */
  async #decide(holdId: string, elsewhere: Elsewhere): Promise<Reply> {
    const { store, request, call } = this;
    const { ttl } = request;
    const wishes = this.#wishes.get(this.#home) ?? [];
    const options = encodeOptions(request);
    const args = [holdId, ttl, options, JSON.stringify(elsewhere), ...encodeWishes(wishes)];
    const deciding = store.commit({
      verb: "hold_cart",
      args,
      partition: this.#home,
      request,
      isClaimed: true,
      weight: 1 + wishes.length,
    }, call);
    return await withDeadline(deciding, store.timeoutMs / 2, () => {});
  }

  /** Lets the parts of a hold that was replaced follow it: now, or at a repeat where they could not. */
  async #settleReplaced([status]: Reply): Promise<void> {
    const { replaces } = this.request;
    const hasEnded = status === "active" && replaces && isCart(this.store, replaces);
    if (hasEnded) await settlePartsOf(this.store, replaces);
  }
}

interface PartReply {
  partition: number;
  reply: Reply;
}

/** What was taken, or the first SKU that nobody knows, or all that is short. */
function joinReplies(replies: PartReply[]): Elsewhere {
  const taken: Elsewhere["taken"] = [];
  const shortages: unknown[] = [];
  let refusal: Reply | undefined;
  for (const { partition, reply: [status, ...fields] } of replies) {
    if (status === "taken") {
      for (const line of fields as Required<LineFields>[]) taken.push([...line, partition]);
    } else if (status === "insufficient_stock") shortages.push(...fields);
    else if (status !== "not_taken") refusal ??= [status, ...fields];
  }
  if (shortages.length > 0) refusal ??= ["insufficient_stock", ...shortages];
  return { taken, refusal };
}

// The masters of a Redis Cluster: which of them serves which partition now. Slots, replicas, failover and moving are
// Redis' business; this only keeps up with them.
import { ErrorReply } from "@redis/client";
import { askSlots, askView, type View } from "./cluster_view.ts";
import { closeNode, connectNode, hostOf, isReady } from "./nodes.ts";
import type { NodeOptions, Nodes, RedisNode } from "./nodes.ts";

export interface ClusterOptions extends Omit<NodeOptions, "address" | "probes"> {
  /** Any nodes of the cluster. User, password and TLS of the first apply to all nodes. */
  urls: string[];
  /** A key of each partition. */
  slotKeys: string[];
  /** Told when a node is no master any more. */
  onLeft?(node: string): void;
}

type Timer = ReturnType<typeof setTimeout>;
const REFRESH_EVERY_MS = 3000;
/** While a partition has no master that answers. */
const REFRESH_BROKEN_EVERY_MS = 200;
const REFRESH_AT_MOST_EVERY_MS = 100;
/** A node that says nothing for this long is left out, and the others are believed. */
const VIEW_TIMEOUT_MS = 500;

export function clusterNodes(options: ClusterOptions): Nodes {
  return new ClusterNodes(options);
}

class ClusterNodes implements Nodes {
  readonly moving = new Map<number, number>();
  /** By their ids: a node may be known by several addresses. */
  #masters = new Map<string, RedisNode>();
  /** What each master last said of itself. */
  #claims = new Map<string, View>();
  #owners: (RedisNode | undefined)[] = [];
  #slots?: number[];
  /** Asked for masters while none is connected, by address. */
  #scouts = new Map<string, RedisNode>();
  #lostScouts = new Set<string>();
  #addresses: string[];
  /** Masters no more, which may still answer what they were sent. */
  #leaving = new Map<RedisNode, Timer>();
  #timer?: Timer;
  #nextAt = Infinity;
  #startedAt = -Infinity;
  #isLooking = false;
  #closed = false;

  constructor(private readonly options: ClusterOptions) {
    this.#addresses = options.urls.map(hostOf);
    this.#sendScouts();
  }

  of(partition: number): RedisNode | undefined {
    return this.#owners[partition];
  }

  all(): RedisNode[] {
    return [...this.#masters.values()];
  }

  refresh(): void {
    this.#lookIn(Math.max(0, this.#startedAt + REFRESH_AT_MOST_EVERY_MS - performance.now()));
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const [node, timer] of this.#leaving) {
      clearTimeout(timer);
      closeNode(node);
    }
    [...this.#masters.values(), ...this.#scouts.values()].forEach(closeNode);
  }

  #lookIn(delayMs: number): void {
    const at = performance.now() + delayMs;
    if (this.#closed || this.#nextAt <= at) return;
    clearTimeout(this.#timer);
    this.#nextAt = at;
    this.#timer = setTimeout(() => this.#look(), delayMs);
  }

  async #look(): Promise<void> {
    this.#nextAt = Infinity;
    if (this.#isLooking) return this.#lookIn(REFRESH_AT_MOST_EVERY_MS);
    this.#isLooking = true;
    this.#startedAt = performance.now();
    try {
      await this.#askAll();
    } catch { // lost while it was asked: the next look is soon
    } finally {
      this.#isLooking = false;
      this.#lookIn(this.#isComplete() ? REFRESH_EVERY_MS : REFRESH_BROKEN_EVERY_MS);
    }
  }

  async #askAll(): Promise<void> {
    const asked = [...this.#masters.values(), ...this.#scouts.values()].filter(isReady);
    const answers = await Promise.all(asked.map((node) => this.#askNode(node)));
    const views = answers.filter((view) => view !== undefined)
      .filter(({ masters }) => masters.size > 0);
    if (this.#closed) return;
    if (views.length > 0) {
      this.#slots ??= await askSlots(asked[0].reads, this.options.slotKeys);
      this.#takeIn(views);
    }
    this.#sendScouts();
  }

  #isComplete(): boolean {
    return this.#slots !== undefined &&
      this.#slots.every((_, partition) => {
        const owner = this.#owners[partition];
        return owner !== undefined && isReady(owner);
      });
  }

  async #askNode(node: RedisNode): Promise<View | undefined> {
    const { promise: late, resolve } = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => resolve(undefined), VIEW_TIMEOUT_MS);
    try {
      return await Promise.race([askView(node), late]);
    } catch (error) {
      // As from a Redis that is no cluster; a broken connection has told of itself.
      if (error instanceof ErrorReply) this.options.onLost?.(node.name, error.message);
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Who is a master is what any of them says; which slots it serves is what it says itself. A node that was cut off
   * or stopped still claims its slots when it is back, but in an older epoch than the replica that was promoted.
   */
  #takeIn(views: View[]): void {
    const listed = new Map<string, Set<string>>();
    for (const { masters } of views) {
      for (const [id, address] of masters) {
        listed.set(id, (listed.get(id) ?? new Set()).add(address));
      }
    }
    for (const [id, { name }] of this.#masters) if (!listed.get(id)?.has(name)) this.#leave(id);
    for (const [id, [address]] of listed) if (!this.#masters.has(id)) this.#join(id, address);
    for (const view of views) if (this.#masters.has(view.id)) this.#claims.set(view.id, view);
    this.#addresses = [...new Set(views.flatMap(({ addresses }) => addresses))];
    this.#owners = this.#slots!.map((slot) => this.#ownerOf(slot));
  }

  #ownerOf(slot: number): RedisNode | undefined {
    let best: View | undefined;
    for (const claim of this.#claims.values()) {
      const isClaimed = claim.slots.some(([first, last]) => first <= slot && slot <= last);
      if (isClaimed && claim.epoch >= (best?.epoch ?? 0)) best = claim;
    }
    return best && this.#masters.get(best.id);
  }

  #join(id: string, address: string): void {
    const isCurrent = () => !this.#closed && this.#masters.get(id) === node;
    const node = connectNode(address, {
      ...this.#optionsFor(address),
      onLost: (name, reason) => {
        if (!isCurrent()) return;
        this.options.onLost?.(name, reason);
        this.refresh();
      },
      onBack: (name) => {
        if (!isCurrent()) return;
        this.options.onBack?.(name);
        this.refresh();
      },
    });
    this.#masters.set(id, node);
  }

  #leave(id: string): void {
    const node = this.#masters.get(id)!;
    this.#masters.delete(id);
    this.#claims.delete(id);
    this.options.onLeft?.(node.name);
    const timer = setTimeout(() => {
      this.#leaving.delete(node);
      closeNode(node);
    }, this.options.timeoutMs);
    this.#leaving.set(node, timer);
  }

  /** While no master answers, every node known and every one configured is asked; else none but the masters. */
  #sendScouts(): void {
    if (this.all().some(isReady)) {
      this.#scouts.forEach(closeNode);
      for (const name of this.#scouts.keys()) {
        // Of one that was told lost, and is no master whose return will be told.
        const isTold = this.#lostScouts.delete(name);
        if (isTold && !this.all().some((each) => each.name === name)) this.options.onLeft?.(name);
      }
      this.#scouts.clear();
      return;
    }
    for (const address of new Set([...this.options.urls.map(hostOf), ...this.#addresses])) {
      if (this.#scouts.has(address)) continue;
      const scout = connectNode(address, {
        ...this.#optionsFor(address),
        onLost: (name, reason) => {
          this.#lostScouts.add(name);
          this.options.onLost?.(name, reason);
        },
        onBack: () => this.refresh(),
      });
      this.#scouts.set(address, scout);
    }
  }

  #optionsFor(address: string): NodeOptions {
    const url = new URL(this.options.urls[0]);
    url.host = address;
    const { tlsCa, timeoutMs } = this.options;
    return { address: url.href, tlsCa, timeoutMs };
  }
}

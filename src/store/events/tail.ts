// Waiting for events: one loop asks Redis for all who wait, and only while somebody does.
import { setTimeout as sleep } from "node:timers/promises";
import { lastEntry } from "./events.ts";
import { isLater, type Position } from "./positions.ts";
import type { Store } from "../../commits/store.ts";

const ASK_EVERY_MS = 100;

interface Waiting {
  position: Position;
  wake(): void;
  fail(fault: unknown): void;
}

export class EventsTail {
  #waiting = new Set<Waiting>();
  #asking = false;

  constructor(private readonly store: Store) {}

  /**
   * Resolves when something has come behind `position`, when `timeoutMs` are over, or when `signal` aborts.
   * Rejects with a StoreFault when Redis cannot be asked.
   */
  async wait(position: Position, timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting = { position, wake: resolve, fail: reject };
    const timer = setTimeout(resolve, timeoutMs);
    const onAbort = () => resolve();
    signal.addEventListener("abort", onAbort);
    this.#waiting.add(waiting);
    if (!this.#asking) this.#ask();
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      this.#waiting.delete(waiting);
    }
  }

  /** Never ahead of those who wait: whoever begins to wait is woken by an answer asked for afterwards. */
  async #ask(): Promise<void> {
    this.#asking = true;
    try {
      while (this.#waiting.size > 0) {
        await sleep(ASK_EVERY_MS);
        if (this.#waiting.size === 0) break;
        const last = await this.#lastEntries();
        for (const { position, wake } of this.#waiting) {
          if (position.some(({ entry }, partition) => isLater(last[partition], entry))) wake();
        }
      }
    } catch (fault) {
      for (const { fail } of this.#waiting) fail(fault);
      this.#waiting.clear();
    } finally {
      this.#asking = false;
    }
  }

  /** Of each partition, where one that cannot be reached has nothing new. Rejects where none can be. */
  async #lastEntries(): Promise<string[]> {
    const partitions = Array.from({ length: this.store.partitions }, (_, partition) => partition);
    const asked = await Promise.allSettled(
      partitions.map((partition) => lastEntry(this.store, partition)),
    );
    const lost = asked.filter((each) => each.status === "rejected");
    if (lost.length === asked.length) throw lost[0].reason;
    return asked.map((each) => each.status === "fulfilled" ? each.value : "0-0");
  }
}

// Group commit: requests that arrive together, or while a batch is on its way, travel together as the next.
import { setImmediate } from "node:timers";
import { StoreFault } from "../redis/faults.ts";

/** What a verb of a script answers: its status, then the fields that its Lua file names. */
export type Reply = [status: string, ...fields: unknown[]];

export interface BatchLimits {
  /** From the moment a request is queued to its answer, in milliseconds. */
  timeoutMs: number;
  /** Requests that may wait; further ones are refused at once. */
  maxWaiting: number;
  /**
   * The most requests in one batch: with all of them in one, this process would have nothing to do while Redis
   * decides, and Redis nothing while their answers are written.
   */
  maxRequests: number;
  /** The most weight (lines to decide) in one batch, so that no script runs long. */
  maxWeight: number;
}

export interface BatchCarrier {
  /** Whether a batch sent now would reach Redis. */
  isReady(): boolean;
  /** Sends one batch, by `deadlineMs` of `performance.now()`; a reply per request, in order. Throws a StoreFault. */
  send(requests: string[][], deadlineMs: number): Promise<Reply[]>;
  /** Told when a batch got no reply within its time: the connection is not to be trusted any more. */
  onStall(): void;
}

interface Waiting {
  request: string[];
  weight: number;
  onSent?(batchSize: number): void;
  deadlineMs: number;
  resolve(reply: Reply): void;
  reject(fault: unknown): void;
}

export class BatchQueue {
  #waiting: Waiting[] = [];
  /** The batch on its way: one at a time, so that they are decided in their order. */
  #sent?: Waiting[];
  #isSendingSoon = false;
  #isWatched = false;

  constructor(private readonly carrier: BatchCarrier, private readonly limits: BatchLimits) {}

  /** Requests waiting to be sent. */
  get length(): number {
    return this.#waiting.length;
  }

  /** Queues one request. Rejects with a StoreFault when Redis is away, the queue full, or time over. */
  ask(request: string[], weight = 1, onSent?: (batchSize: number) => void): Promise<Reply> {
    if (!this.carrier.isReady()) {
      return Promise.reject(new StoreFault("store_unavailable", "Redis is not connected"));
    }
    if (this.#waiting.length >= this.limits.maxWaiting) {
      return Promise.reject(new StoreFault("store_unavailable", "too many requests are waiting"));
    }
    return new Promise((resolve, reject) => {
      const deadlineMs = performance.now() + this.limits.timeoutMs;
      this.#waiting.push({ request, weight, onSent, deadlineMs, resolve, reject });
      this.#sendSoon();
    });
  }

  /** When this turn of the event loop is over: who else comes with it travels along. */
  #sendSoon(): void {
    if (this.#isSendingSoon || this.#sent || this.#waiting.length === 0) return;
    this.#isSendingSoon = true;
    setImmediate(() => {
      this.#isSendingSoon = false;
      this.#sendNext();
    });
  }

  #sendNext(): void {
    if (this.carrier.isReady()) {
      this.#send(this.#takeBatch());
    } else {
      const fault = new StoreFault("store_unavailable", "Redis went away");
      rejectAll(this.#waiting.splice(0), fault);
    }
  }

  #takeBatch(): Waiting[] {
    const { maxRequests, maxWeight } = this.limits;
    let count = 0;
    let weight = 0;
    for (const waiting of this.#waiting) {
      weight += waiting.weight;
      if (count === maxRequests || (count > 0 && weight > maxWeight)) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  async #send(batch: Waiting[]): Promise<void> {
    this.#sent = batch;
    for (const waiting of batch) waiting.onSent?.(batch.length);
    const { deadlineMs } = batch[0];
    if (!this.#isWatched) this.#watchUntil(deadlineMs);
    try {
      const requests = batch.map((waiting) => waiting.request);
      const replies = await this.carrier.send(requests, deadlineMs);
      this.#settle(batch, replies);
    } catch (fault) {
      rejectAll(batch, fault);
    } finally {
      this.#sent = undefined;
      this.#sendSoon();
    }
  }

  /** One timer does for all batches: none is to be over before the one that was sent before it. */
  #watchUntil(deadlineMs: number): void {
    this.#isWatched = true;
    const timer = setTimeout(() => {
      this.#isWatched = false;
      const batch = this.#sent;
      if (!batch) return;
      if (batch[0].deadlineMs > performance.now()) return this.#watchUntil(batch[0].deadlineMs);
      rejectAll(batch, new StoreFault("outcome_unknown", "Redis did not answer in time"));
      this.carrier.onStall(); // which ends the sending above
    }, Math.max(0, deadlineMs - performance.now()));
    Deno.unrefTimer(timer);
  }

  /** Hands out the replies. What waits for due holds to be settled goes again, ahead of the others. */
  #settle(batch: Waiting[], replies: Reply[]): void {
    const again: Waiting[] = [];
    for (const [index, waiting] of batch.entries()) {
      const reply = replies[index];
      if (reply[0] !== "unsettled") {
        waiting.resolve(reply);
      } else if (performance.now() < waiting.deadlineMs) {
        again.push(waiting);
      } else {
        waiting.reject(
          new StoreFault("store_unavailable", "expired holds are still being settled"),
        );
      }
    }
    this.#waiting.unshift(...again);
  }
}

function rejectAll(batch: Waiting[], fault: unknown): void {
  for (const waiting of batch) waiting.reject(fault);
}

// Group commit: requests that arrive while a batch is on its way wait, and travel together as the next.
import { StoreFault } from "./faults.ts";

/** What a verb of a script answers: its status, then the fields that its Lua file names. */
export type Reply = [status: string, ...fields: unknown[]];

export interface BatchLimits {
  /** From the moment a request is queued to its answer, in milliseconds. */
  timeoutMs: number;
  /** Requests that may wait; further ones are refused at once. */
  maxWaiting: number;
  /** The most weight (lines to decide) in one batch, so that no script runs long. */
  maxWeight: number;
  /** Batches on their way at once. */
  maxInFlight: number;
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
  #inFlight = 0;

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
      this.#sendNext();
    });
  }

  #sendNext(): void {
    while (this.#waiting.length > 0 && this.#inFlight < this.limits.maxInFlight) {
      if (!this.carrier.isReady()) {
        rejectAll(this.#waiting.splice(0), new StoreFault("store_unavailable", "Redis went away"));
        return;
      }
      this.#sendBatch(this.#takeBatch());
    }
  }

  #takeBatch(): Waiting[] {
    let count = 0;
    let weight = 0;
    for (const waiting of this.#waiting) {
      weight += waiting.weight;
      if (count > 0 && weight > this.limits.maxWeight) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  async #sendBatch(batch: Waiting[]): Promise<void> {
    this.#inFlight++;
    for (const waiting of batch) waiting.onSent?.(batch.length);
    const timer = setTimeout(() => {
      rejectAll(batch, new StoreFault("outcome_unknown", "Redis did not answer in time"));
      this.carrier.onStall(); // which ends the sending below
    }, Math.max(0, batch[0].deadlineMs - performance.now()));
    try {
      const requests = batch.map((waiting) => waiting.request);
      const replies = await this.carrier.send(requests, batch[0].deadlineMs);
      this.#settle(batch, replies);
    } catch (fault) {
      rejectAll(batch, fault);
    } finally {
      clearTimeout(timer);
      this.#inFlight--;
      this.#sendNext();
    }
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

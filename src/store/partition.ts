// One partition of the store: its SKUs and holds share a key prefix, a queue of commits and one of questions.
import { type BatchLimits, BatchQueue, type Reply } from "./batch_queue.ts";
import { StoreFault } from "./faults.ts";
import { declaredKeys } from "./keys.ts";
import type { StoreObserver } from "./measures.ts";
import type { RedisLink } from "./redis_link.ts";
import type { Script } from "./scripts.ts";

/** The Redis that serves the partition: two connections, since a commit that it makes wait holds up all behind it. */
export interface Links {
  commits: RedisLink;
  reads: RedisLink;
}

export interface PartitionOptions {
  /** What its keys begin with. */
  prefix: string;
  scripts: { usual: Script; whenFull: Script; reading: Script };
  links: Links;
  limits: BatchLimits;
  observer?: StoreObserver;
}

export class Partition {
  readonly #options: PartitionOptions;
  readonly #commits: BatchQueue;
  readonly #reads: BatchQueue;

  constructor(options: PartitionOptions) {
    this.#options = options;
    const { links, limits, scripts } = options;
    this.#commits = new BatchQueue({
      isReady: () => links.commits.ready,
      onStall: () => links.commits.reset("no answer in time"),
      send: async (requests) => (await this.#commit(requests)).replies,
    }, limits);
    this.#reads = new BatchQueue({
      isReady: () => links.reads.ready,
      onStall: () => links.reads.reset("no answer in time"),
      send: async (requests) => await this.#run(links.reads, scripts.reading, requests) as Reply[],
    }, limits);
  }

  /** Whether commits and reads would reach a Redis that answers. */
  get ready(): boolean {
    const { commits, reads } = this.#options.links;
    return commits.ready && reads.ready;
  }

  /** Operations that wait to be sent. */
  get queueLength(): number {
    return this.#commits.length;
  }

  /** Applies one encoded operation. Throws a StoreFault. */
  commit(
    request: string[],
    weight?: number,
    onSent?: (batchSize: number) => void,
  ): Promise<Reply> {
    return this.#commits.ask(request, weight, onSent);
  }

  /** Answers one encoded question. Throws a StoreFault; a question whose answer is lost has changed nothing. */
  async ask(request: string[], weight?: number): Promise<Reply> {
    try {
      return await this.#reads.ask(request, weight);
    } catch (fault) {
      if (!(fault instanceof StoreFault)) throw fault;
      throw new StoreFault("store_unavailable", fault.message, { cause: fault });
    }
  }

  /** Gives back the units of holds that are due, as many as one script may; answers how many. */
  async settle(): Promise<number> {
    const { links, limits } = this.#options;
    return (await withDeadline(links.commits, limits.timeoutMs, this.#commit([]))).settled;
  }

  async #commit(requests: string[][]): Promise<{ settled: number; replies: Reply[] }> {
    const { observer } = this.#options;
    const startedAt = performance.now();
    const [first, ...replies] = await this.#commitInAnyMemory(requests);
    const [settled, lagMs] = first as [settled: number, lagMs: number];
    if (requests.length > 0) {
      observer?.committed(requests.length, (performance.now() - startedAt) / 1000);
    }
    if (settled > 0) observer?.settled(settled, lagMs / 1000);
    return { settled, replies: replies as Reply[] };
  }

  /** Memory is judged before a script starts, so what was refused for it may be sent again. */
  async #commitInAnyMemory(requests: string[][]): Promise<unknown[]> {
    const { links, scripts } = this.#options;
    try {
      return await this.#run(links.commits, scripts.usual, requests);
    } catch (fault) {
      if (!(fault instanceof StoreFault && fault.code === "store_full")) throw fault;
      return await this.#run(links.commits, scripts.whenFull, requests);
    }
  }

  async #run(link: RedisLink, script: Script, requests: string[][]): Promise<unknown[]> {
    const { prefix } = this.#options;
    return await link.run(script, declaredKeys(prefix), [prefix, ...requests.flat()]) as unknown[];
  }
}

/** The answer, or a StoreFault when it takes too long; then the connection is not to be trusted any more. */
export async function withDeadline<Answer>(
  link: RedisLink,
  timeoutMs: number,
  answer: Promise<Answer>,
): Promise<Answer> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new StoreFault("outcome_unknown", "Redis did not answer in time"));
    link.reset("no answer in time");
  }, timeoutMs);
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

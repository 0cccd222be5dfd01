// One partition of the store: its SKUs and holds share a key prefix, a queue of commits and one of questions.
import { type BatchLimits, BatchQueue, type Reply } from "./batch_queue.ts";
import { nothingWasDone, StoreFault, withDeadline } from "../redis/faults.ts";
import { declaredKeys } from "./keys.ts";
import type { StoreObserver } from "./measures.ts";
import { isReady, type LinkKind, type Nodes, runOnMaster } from "../redis/nodes.ts";
import { isOversell } from "../redis/answers.ts";
import type { Script } from "../redis/script.ts";

export interface PartitionOptions {
  index: number;
  /** What its keys begin with. */
  prefix: string;
  scripts: { usual: Script; whenFull: Script; reading: Script };
  nodes: Nodes;
  limits: BatchLimits;
  /** How many replicas must have a commit before it is answered. */
  replicas: number;
  observer?: StoreObserver;
  /** Told when the Redis that serves the partition does not have commits that were answered. */
  onWentBack(commits: number): void;
}

export class Partition {
  readonly #options: PartitionOptions;
  readonly #commits: BatchQueue;
  readonly #reads: BatchQueue;
  /** The highest number of a commit that was answered. */
  #lastNumber = 0;

  constructor(options: PartitionOptions) {
    this.#options = options;
    this.#commits = new BatchQueue({
      isReady: () => this.#link("commits")?.ready ?? false,
      onStall: () => this.#giveUp("commits"),
      send: async (requests, deadlineMs) => (await this.#commit(requests, deadlineMs)).replies,
    }, options.limits);
    this.#reads = new BatchQueue({
      isReady: () => this.#link("reads")?.ready ?? false,
      onStall: () => this.#giveUp("reads"),
      send: (requests, deadlineMs) =>
        this.#run("reads", options.scripts.reading, requests, deadlineMs) as Promise<Reply[]>,
    }, options.limits);
  }

  #link(kind: LinkKind) {
    return this.#options.nodes.of(this.#options.index)?.[kind];
  }

  /** A connection that did not answer is not to be trusted any more. */
  #giveUp(kind: LinkKind): void {
    this.#link(kind)?.reset("no answer in time");
  }

  /** Whether commits and reads would reach a Redis that answers. */
  get ready(): boolean {
    const node = this.#options.nodes.of(this.#options.index);
    return node !== undefined && isReady(node);
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
  ask(request: string[], weight?: number): Promise<Reply> {
    return nothingWasDone(this.#reads.ask(request, weight));
  }

  /** Gives back the units of holds that are due, as many as one script may; answers how many. */
  async settle(): Promise<number> {
    const { timeoutMs } = this.#options.limits;
    const settling = this.#commit([], performance.now() + timeoutMs);
    return (await withDeadline(settling, timeoutMs, () => this.#giveUp("commits"))).settled;
  }

  /** A batch that would oversell is refused whole: its requests go again one by one, so that one alone fails. */
  async #commit(requests: string[][], deadlineMs: number): Promise<Committed> {
    try {
      return await this.#commitTogether(requests, deadlineMs);
    } catch (error) {
      if (!isOversell(error)) throw error;
      if (requests.length > 1) return await this.#commitOneByOne(requests, deadlineMs);
      this.#options.observer?.oversellRefused();
      return { settled: 0, replies: [["failed", error.message]] };
    }
  }

  async #commitOneByOne(requests: string[][], deadlineMs: number): Promise<Committed> {
    const replies: Reply[] = [];
    for (const request of requests) {
      try {
        replies.push(...(await this.#commit([request], deadlineMs)).replies);
      } catch (cause) {
        throw new StoreFault("outcome_unknown", "a part of the batch was not done", { cause });
      }
    }
    return { settled: 0, replies };
  }

  async #commitTogether(requests: string[][], deadlineMs: number): Promise<Committed> {
    const { observer } = this.#options;
    const startedAt = performance.now();
    const lastNumber = this.#lastNumber;
    const [first, ...replies] = await this.#commitInAnyMemory(requests, deadlineMs);
    const [settled, lagMs, number] = first as [settled: number, lagMs: number, number?: number];
    if (number !== undefined) {
      this.#judgeNumber(lastNumber, number, requests.length > 0 || settled > 0);
    }
    if (requests.length > 0) {
      observer?.committed(requests.length, (performance.now() - startedAt) / 1000);
    }
    if (settled > 0) observer?.settled(settled, lagMs / 1000);
    return { settled, replies: replies as Reply[] };
  }

  /** What was sent after a commit was answered has a higher number, or this Redis has not got that commit. */
  #judgeNumber(lastNumber: number, number: number, isNew: boolean): void {
    const missing = lastNumber - number + (isNew ? 1 : 0);
    if (missing <= 0) {
      this.#lastNumber = Math.max(this.#lastNumber, number);
    } else if (this.#lastNumber === lastNumber) {
      this.#lastNumber = number; // told once
      this.#options.onWentBack(missing);
    }
  }

  /** Memory is judged before a script starts, so what was refused for it may be sent again. */
  async #commitInAnyMemory(requests: string[][], deadlineMs: number): Promise<unknown[]> {
    const { usual, whenFull } = this.#options.scripts;
    try {
      return await this.#run("commits", usual, requests, deadlineMs);
    } catch (fault) {
      if (!(fault instanceof StoreFault && fault.code === "store_full")) throw fault;
      return await this.#run("commits", whenFull, requests, deadlineMs);
    }
  }

  #run(
    kind: LinkKind,
    script: Script,
    requests: string[][],
    deadlineMs: number,
  ): Promise<unknown[]> {
    const { index, nodes, prefix } = this.#options;
    const args = [prefix, ...requests.flat()];
    const keys = declaredKeys(prefix);
    // Nobody is told of what a sweep has done.
    const replicas = kind === "commits" && requests.length > 0 ? this.#options.replicas : 0;
    const reply = runOnMaster(nodes, index, kind, script, keys, args, deadlineMs, replicas);
    return reply as Promise<unknown[]>;
  }
}

interface Committed {
  settled: number;
  replies: Reply[];
}

// What the service counts of itself. Counting is an addition to a number in memory; the form that Prometheus reads is
// in exposition.ts.
import type { Store } from "../commits/store.ts";
import { measure, type Measures, type StoreObserver } from "../commits/measures.ts";

const REQUEST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const COMMIT_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2];
const COMMIT_OPERATIONS = [1, 2, 4, 8, 16, 32, 64, 128];
const LAG_SECONDS = [0.01, 0.1, 0.5, 1, 2, 5, 10, 60, 600];

/** How many observations fell into each range, and their sum. */
export class Spread {
  readonly counts: number[];
  sum = 0;

  constructor(readonly bounds: number[]) {
    this.counts = Array(bounds.length + 1).fill(0);
  }

  add(value: number): void {
    let i = 0;
    while (i < this.bounds.length && value > this.bounds[i]) i++;
    this.counts[i]++;
    this.sum += value;
  }
}

/** What has been counted so far. Labels are one string, their values apart by spaces. */
export class Metrics implements StoreObserver {
  readonly requests = new Map<string, Spread>();
  readonly operations = new Map<string, number>();
  readonly incidents = new Map<string, number>();
  readonly commitSeconds = new Spread(COMMIT_SECONDS);
  readonly commitOperations = new Spread(COMMIT_OPERATIONS);
  readonly expiryLagSeconds = new Spread(LAG_SECONDS);
  readonly backups = new Map([["made", 0], ["failed", 0]]);
  liveFeeds = 0;
  replays = 0;
  sweepFailures = 0;
  settledHolds = 0;
  lostCommits = 0;
  oversellsRefused = 0;
  #lastSweepsMs = new Map<number, number>();

  request(method: string, route: string, status: number, seconds: number): void {
    const labels = `${method} ${route} ${status}`;
    let spread = this.requests.get(labels);
    if (!spread) this.requests.set(labels, spread = new Spread(REQUEST_SECONDS));
    spread.add(seconds);
  }

  operation(verb: string, outcome: string, isReplay: boolean): void {
    const labels = `${verb} ${outcome}`;
    this.operations.set(labels, (this.operations.get(labels) ?? 0) + 1);
    if (isReplay) this.replays++;
  }

  committed(operations: number, seconds: number): void {
    this.commitOperations.add(operations);
    this.commitSeconds.add(seconds);
  }

  settled(holds: number, lagSeconds: number): void {
    this.settledHolds += holds;
    this.expiryLagSeconds.add(lagSeconds);
  }

  wentBack(_partition: number, commits: number): void {
    this.lostCommits += commits;
  }

  oversellRefused(): void {
    this.oversellsRefused++;
  }

  swept(hasFailed: boolean, partition = 0, atMs = Date.now()): void {
    if (hasFailed) this.sweepFailures++;
    else this.#lastSweepsMs.set(partition, atMs);
  }

  /** Since when every partition has been swept; undefined until all have been. */
  get lastSweepMs(): number | undefined {
    const { size } = this.#lastSweepsMs;
    return size < this.partitions ? undefined : Math.min(...this.#lastSweepsMs.values());
  }

  constructor(private readonly partitions = 1) {}

  backedUp(hasFailed: boolean): void {
    const outcome = hasFailed ? "failed" : "made";
    this.backups.set(outcome, this.backups.get(outcome)! + 1);
  }
}

/** The measures of the store, or undefined while it does not answer. */
export function measureIfReady(store: Store): Promise<Measures | undefined> {
  return measure(store).catch(() => undefined);
}

/*
 * Verification: what is recorded as held against what the active holds add up to, while traffic goes on.
 *
 * Every step is one bounded read script, and its reply names the last event entry that it has seen. Every
 * change of what is held is told by an event of the same commit. So a hold that was read at one entry and a
 * stock line that was read at another can be brought to the same moment by replaying the events between
 * them: the sum is exact at the very commit up to which the line was read, and neither waits for quiet.
 * The walk over the holds meets each that is active throughout (ZSCAN promises that); the others begin or
 * end in the events that are replayed.
 */
import type { z } from "@hono/zod-openapi";
import { MAX_FINDINGS, type Verification } from "../../contract/verify.ts";
import { lastEntry, readEntries } from "../events/events.ts";
import { StoreFault } from "../../redis/faults.ts";
import { HoldLedger } from "./hold_ledger.ts";
import type { Store } from "../../commits/store.ts";

type Findings = z.infer<typeof Verification>;
type Drift = Findings["drifts"][number];

const SKUS_PER_STEP = 100;
const ENTRIES_PER_STEP = 100;
const STEP_WEIGHT = 64;
const REPAIR_ATTEMPTS = 10;

/** Compares every line; with `repair` sets those that are listed right. */
export async function verify(store: Store, { repair }: { repair: boolean }): Promise<Findings> {
  const findings: Findings = {
    checked_skus: 0,
    checked_holds: 0,
    drift_count: 0,
    drifts: [],
    orphan_count: 0,
    orphans: [],
  };
  for (let partition = 0; partition < store.partitions; partition++) {
    await verifyPartition(store, partition, repair, findings);
  }
  return findings;
}

/** Every step looks at one partition, whose events tell all that changes there. */
async function verifyPartition(
  store: Store,
  partition: number,
  repair: boolean,
  findings: Findings,
): Promise<void> {
  const books = new Books(store, partition);
  await books.open(findings);
  const checked = new Set<string>();
  const check = async (skus: string[]) => {
    const drifts = await books.compare(skus);
    findings.drift_count += drifts.length;
    const listed = drifts.slice(0, MAX_FINDINGS - findings.drifts.length);
    findings.drifts.push(...listed);
    skus.forEach((sku) => checked.add(sku));
    for (const drift of repair ? listed : []) drift.repaired = await books.repair(drift);
  };
  for await (const skus of allSkus(store, partition)) await check(skus);
  // Held, but never counted, or counted for the first time behind the walk.
  const others = books.ledger.skus().filter((sku) => !checked.has(sku));
  for (let i = 0; i < others.length; i += SKUS_PER_STEP) {
    await check(others.slice(i, i + SKUS_PER_STEP));
  }
  findings.checked_skus += checked.size;
}

async function* allSkus(store: Store, partition: number): AsyncGenerator<string[]> {
  let after = "";
  while (true) {
    const args = [after, SKUS_PER_STEP];
    const [, ...skus] = await store.ask({ verb: "verify_skus", args, partition }) as string[];
    if (skus.length === 0) return;
    yield skus;
    after = skus.at(-1)!;
  }
}

/** The ledger, and the entry of the stream up to which it is right. */
class Books {
  readonly ledger: HoldLedger;
  #entry = "0-0";

  constructor(private readonly store: Store, private readonly partition: number) {
    this.ledger = new HoldLedger((sku) => store.partitionOf(sku) === partition);
  }

  /**
   * Walks over all holds, and the parts of carts. The ledger is right once it has been brought to the end of the
   * walk, or later.
   */
  async open(findings: Findings): Promise<void> {
    this.#entry = await lastEntry(this.store, this.partition);
    await this.#walk("verify_holds", findings);
    if (this.store.partitions > 1) await this.#walk("verify_parts", findings);
  }

  async #walk(verb: "verify_holds" | "verify_parts", findings: Findings): Promise<void> {
    const met = new Set<string>();
    let cursor = "0";
    do {
      const reply = await this.store.ask({
        verb,
        args: [cursor],
        partition: this.partition,
        weight: STEP_WEIGHT,
      });
      const [next, entry, ...holds] = reply.slice(1) as string[];
      for (let i = 0; i < holds.length; i += 2) {
        if (met.has(holds[i])) continue;
        met.add(holds[i]);
        this.#meet(holds[i], holds[i + 1], entry, findings);
      }
      cursor = next;
    } while (cursor !== "0");
  }

  #meet(hold_id: string, json: string, entry: string, findings: Findings): void {
    const record = json === "" ? undefined : JSON.parse(json);
    if (record?.status === "active") {
      this.ledger.meet(hold_id, record.lines, entry);
      findings.checked_holds++;
      return;
    }
    const problem = record ? "record_ended" : "record_missing";
    if (++findings.orphan_count <= MAX_FINDINGS) findings.orphans.push({ hold_id, problem });
  }

  /** Brings the ledger to `entry`. */
  async #replayTo(entry: string): Promise<void> {
    while (this.#entry !== entry) {
      const step = await readEntries(this.store, this.partition, this.#entry, ENTRIES_PER_STEP);
      if (step.gapUpTo !== undefined) {
        throw new StoreFault("store_unavailable", "events were trimmed faster than they were read");
      }
      const behind = step.entries.filter(({ id }) => id !== this.#entry);
      if (behind.length === 0) throw new StoreFault("store_unavailable", "events were lost");
      for (const { id, events } of behind) {
        for (const event of events) {
          if (!event) throw new Error(`entry ${id} has an event that this version cannot read`);
          this.ledger.replay(id, event);
        }
        this.#entry = id;
        if (id === entry) return;
      }
    }
  }

  /** The lines of these SKUs whose held units are not what the active holds add up to. */
  async compare(skus: string[]): Promise<Drift[]> {
    const { partition } = this;
    const question = { verb: "verify_stock" as const, args: skus, partition, weight: STEP_WEIGHT };
    const reply = await this.store.ask(question);
    const [entry, ...counters] = reply.slice(1) as [string, ...string[][]];
    await this.#replayTo(entry);
    return skus.flatMap((sku, i) => {
      const expected = this.ledger.expectedOf(sku);
      const held = heldByLocation(counters[i]);
      const locations = new Set([...held.keys(), ...expected.keys()]);
      return [...locations].map((location) => ({
        sku,
        location,
        held: held.get(location) ?? 0,
        expected: expected.get(location) ?? 0,
        repaired: false,
      })).filter((line) => line.held !== line.expected);
    });
  }

  /** Sets one line right. False when too much happened each time between a look and the commit. */
  async repair({ sku, location }: Drift): Promise<boolean> {
    for (let attempt = 0; attempt < REPAIR_ATTEMPTS; attempt++) {
      const drift = (await this.compare([sku])).find((line) => line.location === location);
      if (!drift) return true; // somebody else has repaired it
      const args = [sku, location, drift.held - drift.expected, this.#entry];
      const { partition } = this;
      const [status] = await this.store.commit({ verb: "repair", args, partition });
      if (status === "repaired") return true;
    }
    return false;
  }
}

function heldByLocation(counters: string[]): Map<string, number> {
  const held = new Map<string, number>();
  for (let i = 0; i < counters.length; i += 2) {
    const [kind, location] = [counters[i].slice(0, 5), counters[i].slice(5)];
    if (kind === "held:") held.set(location, Number(counters[i + 1]));
  }
  return held;
}

// Incidents: what an operator must know. Told once when one begins and once when it is over.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "../log.ts";
import { INCIDENTS } from "../commits/keys.ts";
import type { Store } from "../commits/store.ts";
import type { Metrics } from "./metrics.ts";

/** What a process sees for itself: each process loses Redis by itself, and then there is no place to agree in. */
const OWN_KINDS = ["redis_lost", "sweep_late"] as const;
/** What is true of the store, whichever process found it: kept in Redis, told by one process, ended by any. */
const SHARED_KINDS = ["drift_found", "backup_failed", "commits_lost"] as const;
export const INCIDENT_KINDS = [...OWN_KINDS, ...SHARED_KINDS] as const;
type OwnKind = (typeof OWN_KINDS)[number];
type SharedKind = (typeof SHARED_KINDS)[number];
export type IncidentKind = OwnKind | SharedKind;

/** What is posted. */
export interface Notice {
  incident_id: string;
  kind: IncidentKind;
  status: "opened" | "closed";
  detail: string;
  since: string;
  at: string;
}

interface Open {
  id: string;
  since: string;
}

export class Incidents {
  #open = new Map<OwnKind, Open>();

  constructor(
    private readonly log: Log,
    private readonly metrics: Metrics,
    private readonly tell: (notice: Notice) => void = () => {},
  ) {
    for (const kind of INCIDENT_KINDS) metrics.incidents.set(kind, 0);
  }

  /** States whether this process has an incident of this kind now. Repeating it tells nobody anything. */
  set(kind: OwnKind, isOn: boolean, detail: string): void {
    const open = this.#open.get(kind);
    if (isOn === (open !== undefined)) return;
    const incident = open ?? newIncident();
    if (isOn) this.#open.set(kind, incident);
    else this.#open.delete(kind);
    this.metrics.incidents.set(kind, isOn ? 1 : 0);
    this.#tell(kind, incident, isOn, detail);
  }

  /** The same for all processes on a store together. Never throws: Redis lost is an incident of its own. */
  async setShared(store: Store, kind: SharedKind, isOn: boolean, detail: string): Promise<void> {
    try {
      const incident = isOn ? await openShared(store, kind) : await closeShared(store, kind);
      this.metrics.incidents.set(kind, isOn ? 1 : 0);
      if (incident) this.#tell(kind, incident, isOn, detail);
    } catch (error) {
      this.log.error("incident not noted", { kind, detail, error });
    }
  }

  /** Learns of the incidents that other processes have opened and closed. */
  async readShared(store: Store): Promise<void> {
    const kept = await store.commandAt(0, "HMGET", INCIDENTS, ...SHARED_KINDS);
    SHARED_KINDS.forEach((kind, i) => {
      this.metrics.incidents.set(kind, (kept as unknown[])[i] === null ? 0 : 1);
    });
  }

  #tell(kind: IncidentKind, { id, since }: Open, isOn: boolean, detail: string): void {
    const status = isOn ? "opened" : "closed";
    this.log[isOn ? "error" : "info"](`incident ${status}`, {
      incident_id: id,
      kind,
      detail,
      since,
    });
    this.tell({ incident_id: id, kind, status, detail, since, at: new Date().toISOString() });
  }
}

function newIncident(): Open {
  return { id: randomUUID(), since: new Date().toISOString() };
}

/** The incident that begins now, or undefined where one of its kind is open. */
async function openShared(store: Store, kind: SharedKind): Promise<Open | undefined> {
  const incident = newIncident();
  const isNew = await store.commandAt(0, "HSETNX", INCIDENTS, kind, JSON.stringify(incident));
  return isNew === 1 ? incident : undefined;
}

/** The incident that ends now, or undefined where there is none, or another process has just ended it. */
async function closeShared(store: Store, kind: SharedKind): Promise<Open | undefined> {
  const kept = await store.commandAt(0, "HGET", INCIDENTS, kind);
  if (kept === null) return undefined;
  return await store.commandAt(0, "HDEL", INCIDENTS, kind) === 1
    ? JSON.parse(String(kept))
    : undefined;
}

/** Looks every second at what can go wrong by itself, until `signal` aborts. */
export async function watch(
  incidents: Incidents,
  store: Store,
  metrics: Metrics,
  alertAfterSeconds: number,
  signal: AbortSignal,
): Promise<void> {
  const startedAtMs = Date.now();
  let toldLost = 0;
  while (!signal.aborted) {
    const isReady = store.ready;
    incidents.set(
      "redis_lost",
      !isReady,
      isReady ? "Redis answers again" : "Redis does not answer",
    );
    const silentMs = Date.now() - (metrics.lastSweepMs ?? startedAtMs);
    const isLate = silentMs > alertAfterSeconds * 1000;
    const detail = isLate
      ? `no sweep has gone well for ${
        Math.round(silentMs / 1000)
      } s: units of expired holds may not be back`
      : "sweeps go well again";
    incidents.set("sweep_late", isLate, detail);
    if (metrics.lostCommits > toldLost) {
      const lost = metrics.lostCommits - toldLost;
      toldLost = metrics.lostCommits;
      const detail = `${lost} acknowledged commits are gone, as after a failover; verify the store`;
      await incidents.setShared(store, "commits_lost", true, detail);
    }
    if (isReady) await incidents.readShared(store).catch(() => {}); // lost just now: the next look tells
    await sleep(1000, undefined, { signal, ref: false }).catch(() => {}); // aborted: the loop ends
  }
}

/** Tells of a verification that found lines wrong, or none any more; then what a failover lost is done with, too. */
export async function judgeVerification(
  incidents: Incidents,
  store: Store,
  driftCount: number,
): Promise<void> {
  const detail = driftCount > 0
    ? `${driftCount} lines hold other than their holds say`
    : "the last verification found nothing wrong";
  await incidents.setShared(store, "drift_found", driftCount > 0, detail);
  if (driftCount === 0) {
    await incidents.setShared(store, "commits_lost", false, "the store has been verified since");
  }
}

/** Tells of a scheduled backup that failed, or that one has been made again. */
export function judgeBackup(incidents: Incidents, store: Store, error?: Error): Promise<void> {
  const detail = error ? `the backup failed: ${error.message}` : "a backup has been made";
  return incidents.setShared(store, "backup_failed", error !== undefined, detail);
}

// Incidents: what an operator must know. Told once when one begins and once when it is over.
import { createHmac, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "../log.ts";
import type { Store } from "../store/store.ts";
import type { Metrics } from "./metrics.ts";

export const INCIDENT_KINDS = ["redis_lost", "sweep_late", "drift_found"] as const;
export type IncidentKind = (typeof INCIDENT_KINDS)[number];

/** What is posted. */
export interface Notice {
  incident_id: string;
  kind: IncidentKind;
  status: "opened" | "closed";
  detail: string;
  since: string;
  at: string;
}

export interface Webhook {
  url: string;
  secret: string;
}

const POST_TIMEOUT_MS = 5000;
const PAUSES_MS = [1000, 5000, 30_000];

export class Incidents {
  #open = new Map<IncidentKind, { id: string; since: string }>();

  constructor(
    private readonly log: Log,
    private readonly metrics: Metrics,
    private readonly tell: (notice: Notice) => void = () => {},
  ) {
    for (const kind of INCIDENT_KINDS) metrics.incidents.set(kind, 0);
  }

  /** States whether there is an incident of this kind now. Repeating it tells nobody anything. */
  set(kind: IncidentKind, isOn: boolean, detail: string): void {
    const open = this.#open.get(kind);
    if (isOn === (open !== undefined)) return;
    const at = new Date().toISOString();
    const { id, since } = open ?? { id: randomUUID(), since: at };
    if (isOn) this.#open.set(kind, { id, since });
    else this.#open.delete(kind);
    this.metrics.incidents.set(kind, isOn ? 1 : 0);
    const status = isOn ? "opened" : "closed";
    this.log[isOn ? "error" : "info"](`incident ${status}`, {
      incident_id: id,
      kind,
      detail,
      since,
    });
    this.tell({ incident_id: id, kind, status, detail, since, at });
  }
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
    await sleep(1000, undefined, { signal, ref: false }).catch(() => {}); // aborted: the loop ends
  }
}

/** Tells of a verification that found lines wrong, or none any more. */
export function judgeVerification(incidents: Incidents, driftCount: number): void {
  const detail = driftCount > 0
    ? `${driftCount} lines hold other than their holds say`
    : "the last verification found nothing wrong";
  incidents.set("drift_found", driftCount > 0, detail);
}

/** Posts notices one after the other, each until it is taken or has failed four times. */
export function postTo(webhook: Webhook, log: Log, pausesMs = PAUSES_MS): (notice: Notice) => void {
  let last = Promise.resolve();
  return (notice) => {
    last = last.then(async () => {
      for (const pauseMs of [...pausesMs, undefined]) {
        const fault = await post(webhook, notice);
        if (fault === undefined) return;
        if (pauseMs !== undefined) await sleep(pauseMs, undefined, { ref: false });
        else log.error("alert not delivered", { incident_id: notice.incident_id, reason: fault });
      }
    });
  };
}

/** One attempt, signed as Standard Webhooks has it. Answers why it failed, if it did. */
async function post({ url, secret }: Webhook, notice: Notice): Promise<string | undefined> {
  const id = `${notice.incident_id}-${notice.status}`;
  const timestamp = Math.floor(Date.now() / 1000);
  const body = JSON.stringify(notice);
  const signature = createHmac("sha256", secret).update(`${id}.${timestamp}.${body}`)
    .digest("base64");
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": String(timestamp),
        "webhook-signature": `v1,${signature}`,
      },
      body,
      redirect: "error",
      signal: AbortSignal.timeout(POST_TIMEOUT_MS),
    });
    await response.body?.cancel();
    return response.ok ? undefined : `answered ${response.status}`;
  } catch (error) {
    return (error as Error).message;
  }
}

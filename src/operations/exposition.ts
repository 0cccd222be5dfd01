// The form that Prometheus reads. The library is told the numbers when somebody asks, not as they grow.
import client from "prom-client";
import type { Store } from "../commits/store.ts";
import { measureIfReady, type Metrics, type Spread } from "./metrics.ts";

type Labels = Record<string, string>;

/** Everything in the text form of Prometheus. What Redis cannot tell now is left out. */
export type Exposition = (store: Store) => Promise<string>;

/** Makes what writes all metrics. The names are in the dashboard and the alert rules of scripts/operations. */
export function makeExposition(metrics: Metrics): Exposition {
  const registry = new client.Registry();
  client.collectDefaultMetrics({ register: registry });
  for (const name of READ_FROM_PROC) registry.removeSingleMetric(name);

  const counter = (name: string, help: string, read: () => [Labels, number][]) => {
    const labelNames = NAMES[name] ?? [];
    registry.registerMetric(
      new client.Counter({
        name,
        help,
        labelNames,
        registers: [],
        collect() {
          this.reset();
          for (const [labels, value] of read()) this.inc(labels, value);
        },
      }),
    );
  };
  const plain = (value: number): [Labels, number][] => [[{}, value]];
  counter("inventory_operations_total", "Operations by verb and outcome.", () => {
    return [...metrics.operations].map(([key, n]) => [labelsOf(key, "verb", "outcome"), n]);
  });
  counter(
    "inventory_idempotent_replays_total",
    "Commands answered with their first answer again.",
    () => plain(metrics.replays),
  );
  counter(
    "inventory_expired_holds_total",
    "Holds whose units were given back because they fell due.",
    () => plain(metrics.settledHolds),
  );
  counter(
    "inventory_sweep_failures_total",
    "Sweeps that failed.",
    () => plain(metrics.sweepFailures),
  );

  counter(
    "inventory_oversells_refused_total",
    "Operations that the last guard refused, since they would have promised units that are not there: a bug.",
    () => plain(metrics.oversellsRefused),
  );
  counter(
    "inventory_lost_commits_total",
    "Acknowledged commits that a Redis did not have any more, as after a failover.",
    () => plain(metrics.lostCommits),
  );
  counter(
    "inventory_backups_total",
    "Scheduled backups that this process has made, and those that failed.",
    () => [...metrics.backups].map(([outcome, n]) => [{ outcome }, n]),
  );

  const spread = (name: string, help: string, read: () => [Labels, Spread][]) => {
    const get = () =>
      Promise.resolve({ name, help, type: "histogram", values: valuesOf(name, read()) });
    // The library has no histogram that is told its counts; this is the part of one that a registry uses.
    registry.registerMetric({ name, get } as unknown as client.Metric);
  };
  spread(
    "inventory_http_request_duration_seconds",
    "Requests by method, route and status: how many, and how long they took.",
    () =>
      [...metrics.requests].map(([key, each]) => [
        labelsOf(key, "method", "route", "status"),
        each,
      ]),
  );
  spread("inventory_commit_duration_seconds", "From sending a batch to its answer.", () => [
    [{}, metrics.commitSeconds],
  ]);
  spread("inventory_commit_operations", "Operations in one batch.", () => [
    [{}, metrics.commitOperations],
  ]);
  spread(
    "inventory_expiry_lag_seconds",
    "Settled minus due, for the longest due hold that a commit or sweep settled.",
    () => [[{}, metrics.expiryLagSeconds]],
  );

  const gauge = (name: string, help: string) => {
    const made = new client.Gauge({ name, help, labelNames: NAMES[name] ?? [], registers: [] });
    registry.registerMetric(made);
    return made;
  };
  const memory = gauge("process_resident_memory_bytes", "Memory that the process occupies.");
  const redisUp = gauge("inventory_redis_up", "1 while Redis answers.");
  const queued = gauge("inventory_queue_length", "Operations that wait to be sent to Redis.");
  const feeds = gauge("inventory_live_feeds", "Live feeds of events that are open.");
  const lastSweep = gauge("inventory_last_sweep_timestamp_seconds", "When a sweep last went well.");
  const active = gauge("inventory_active_holds", "Holds that are neither ended nor due.");
  const overdue = gauge("inventory_overdue_holds", "Holds that are due and not settled.");
  const overdueParts = gauge(
    "inventory_overdue_parts",
    "Parts of carts over partitions that are to ask their homes.",
  );
  const held = gauge("inventory_held_units", "Units in holds that have not ended.");
  const incident = gauge("inventory_incident", "1 while there is an incident of this kind.");

  return async (store) => {
    const measures = await measureIfReady(store);
    memory.set(Deno.memoryUsage().rss);
    redisUp.set(measures ? 1 : 0);
    queued.set(store.queueLength);
    feeds.set(metrics.liveFeeds);
    lastSweep.set((metrics.lastSweepMs ?? 0) / 1000);
    for (const each of [active, overdue, overdueParts, held]) each.remove();
    if (measures) {
      active.set(measures.activeHolds - measures.overdueHolds);
      overdue.set(measures.overdueHolds);
      overdueParts.set(measures.overdueParts);
      held.set(measures.heldUnits);
    }
    for (const [kind, value] of metrics.incidents) incident.set({ kind }, value);
    return await registry.metrics();
  };
}

/** What the library reads from /proc, where the service may not look: it would show zeros. */
const READ_FROM_PROC = [
  "process_resident_memory_bytes",
  "process_virtual_memory_bytes",
  "process_heap_bytes",
  "process_open_fds",
  "process_max_fds",
];

const NAMES: Record<string, string[]> = {
  inventory_operations_total: ["verb", "outcome"],
  inventory_incident: ["kind"],
  inventory_backups_total: ["outcome"],
};

function labelsOf(key: string, ...names: string[]): Labels {
  const values = key.split(" ");
  return Object.fromEntries(names.map((name, i) => [name, values[i]]));
}

/** The lines of a histogram: each bucket counts what is in it and in those before. */
function valuesOf(name: string, spreads: [Labels, Spread][]) {
  return spreads.flatMap(([labels, { bounds, counts, sum }]) => {
    let total = 0;
    const buckets = counts.map((count, i) => ({
      metricName: `${name}_bucket`,
      labels: { ...labels, le: i < bounds.length ? bounds[i] : "+Inf" },
      value: total += count,
    }));
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: sum },
      { metricName: `${name}_count`, labels, value: total },
    ];
  });
}

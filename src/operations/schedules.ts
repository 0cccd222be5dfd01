// What the service does by the clock: sweeps every second, and backups where they are scheduled.
import type { Store } from "../commits/store.ts";
import { sweepThisMinute } from "../commits/sweep.ts";
import type { Log } from "../log.ts";
import { backUpOnce, type BackupOptions } from "./backups.ts";
import { type Incidents, judgeBackup } from "./incidents.ts";
import type { Metrics } from "./metrics.ts";

export interface Scheduled {
  store: Store;
  log: Log;
  metrics: Metrics;
  incidents: Incidents;
  /** Aborts when the service begins to stop. */
  stopping: AbortSignal;
}

/** Sweeps all partitions from now on; what is answered ends once the last sweep has. */
export async function sweepAlways({ store, log, metrics, stopping }: Scheduled): Promise<void> {
  const sweepPartition = (partition: number) =>
    sweepThisMinute(store, partition, (error) => {
      metrics.swept(error !== undefined, partition);
      if (error !== undefined) log.error("sweep failed", { partition, error });
    }, stopping);
  // Each on its own, so that one that is stuck does not delay the others.
  const sweep = async () => {
    await Promise.all(Array.from({ length: store.partitions }, (_, each) => sweepPartition(each)));
  };
  // The cron first fires when the next minute begins.
  await Promise.all([sweep(), Deno.cron("sweep", "* * * * *", { signal: stopping }, sweep)]);
}

/** Makes backups by this schedule. Throws what `Deno.cron` says of a schedule that is none. */
export function backUpOn(
  schedule: string,
  { store, log, metrics, incidents, stopping }: Scheduled,
  options: BackupOptions,
): Promise<void> {
  return Deno.cron(
    "backup",
    schedule,
    { signal: stopping },
    () =>
      backUpOnce(store, options, log, (error) => {
        metrics.backedUp(error !== undefined);
        return judgeBackup(incidents, store, error);
      }),
  );
}

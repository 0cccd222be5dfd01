// Time as a program had it. Where a bound of time is a promise of ours, what the scheduler of a busy machine took does
// not count: else a test says more of the machine than of the program.

/** For how long a process' main thread has been ready to run and was not let, in milliseconds; 0 but on Linux. */
export function waitedMs(pid: number | "thread-self"): number {
  try {
    return Number(Deno.readTextFileSync(`/proc/${pid}/schedstat`).split(" ")[1]) / 1e6;
  } catch {
    return 0;
  }
}

/**
 * Answers the milliseconds since it was started, without those in which this thread, or one of these processes, had to
 * wait for a processor.
 */
export function startStopwatch(...pids: number[]): () => number {
  const waited = () =>
    ["thread-self" as const, ...pids].reduce<number>((sum, pid) => sum + waitedMs(pid), 0);
  const [startedAt, waitedBefore] = [performance.now(), waited()];
  return () => performance.now() - startedAt - (waited() - waitedBefore);
}

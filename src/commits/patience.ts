// Waiting for a store that is slow or away, for what has more time than a request: a start, an import.
import { setTimeout as sleep } from "node:timers/promises";
import { StoreFault } from "../redis/faults.ts";

export const PATIENCE_MS = 60_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1000;

export interface Patience {
  /** How long nothing may go well before it is given up; a minute if not said. */
  patienceMs?: number;
  /** Told before each repeat why there is one. */
  onRepeat?(reason: string): void;
}

/** Whether it may be over by itself: waiting makes no room in a store that is full, and lets nobody in. */
export function isPassing(fault: unknown): boolean {
  return fault instanceof StoreFault && fault.code !== "store_full" &&
    !/^(NOAUTH|NOPERM|WRONGPASS) /.test(fault.message);
}

/**
 * Does again what the store could not answer, until it does. Only for what may be done twice. Throws the last
 * StoreFault when patience is over, and at once one that does not pass.
 */
export async function patiently<Answer>(
  run: () => Promise<Answer>,
  { patienceMs = PATIENCE_MS, onRepeat }: Patience = {},
): Promise<Answer> {
  const givesUpAtMs = performance.now() + patienceMs;
  for (let pauseMs = FIRST_PAUSE_MS;; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      return await run();
    } catch (fault) {
      if (!isPassing(fault) || performance.now() + pauseMs > givesUpAtMs) throw fault;
      onRepeat?.((fault as StoreFault).message);
      await sleep(pauseMs);
    }
  }
}

/** Of many that wait for the same, one has to say so. */
export function tellOnce(tell: (reason: string) => void): (reason: string) => void {
  let isTold = false;
  return (reason) => {
    if (!isTold) tell(reason);
    isTold = true;
  };
}

// Forces the append-only file of the embedded Redis to disk once a second, in Redis' stead.
//
// Redis' own `everysec` holds writes back for up to 2 s while its fsync is on its way, so that what it has
// answered is in its memory alone, and goes with it when it is killed. With `appendfsync no` it writes to the
// file before it answers, always; a kill loses nothing then, and forcing the file to disk can be done from here.
import { incrementalFiles } from "./append_only_file.ts";

export interface DiskSync {
  /** Why the file is not forced to disk as it should be; undefined while all is well. */
  readonly trouble: string | undefined;
  /** How many bytes of each file the disk has confirmed. */
  readonly confirmed: ReadonlyMap<string, number>;
  /** Forces what was written so far to disk, a last time. */
  stop(): Promise<void>;
}

const EVERY_MS = 1000;
/** A disk that takes longer is in trouble itself. */
const LATE_MS = 5000;

/** Syncs until it is stopped or cannot; then `onFailure` is told, once, and has to see to it otherwise. */
export function syncEverySecond(dataDir: string, onFailure: (reason: string) => void): DiskSync {
  const confirmed = new Map<string, number>();
  const stopping = Promise.withResolvers<void>();
  let isStopping = false;
  let failure: string | undefined;
  let busySinceMs: number | undefined;

  async function sync(): Promise<void> {
    busySinceMs = performance.now();
    // While Redis writes the file anew there are two of them.
    const paths = await incrementalFiles(dataDir);
    if (paths.length === 0) throw new Error(`no append-only file is named in ${dataDir}`);
    for (const path of paths) {
      using file = await openUnlessGone(path);
      if (!file) continue;
      const { size } = await file.stat();
      if (confirmed.get(path) === size) continue;
      await file.syncData();
      confirmed.set(path, size);
    }
    busySinceMs = undefined;
  }

  async function run(): Promise<void> {
    try {
      while (!isStopping) {
        const startedAt = performance.now();
        await sync();
        await pause(Math.max(0, startedAt + EVERY_MS - performance.now()));
      }
      await sync();
    } catch (error) {
      failure = (error as Error).message;
      onFailure(failure);
    }
  }

  async function pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    await Promise.race([promise, stopping.promise]);
    clearTimeout(timer);
  }

  const running = run();
  return {
    confirmed,
    get trouble() {
      const lateMs = busySinceMs === undefined ? 0 : performance.now() - busySinceMs;
      return failure ??
        (lateMs > LATE_MS ? `the disk has not answered for ${lateMs} ms` : undefined);
    },
    async stop() {
      isStopping = true;
      stopping.resolve();
      await running;
    },
  };
}

/** Redis removes a file once another has all that was in it. */
async function openUnlessGone(path: string): Promise<Deno.FsFile | undefined> {
  try {
    return await Deno.open(path, { read: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

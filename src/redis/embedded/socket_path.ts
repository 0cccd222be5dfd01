// A path for the embedded server's socket that fits into the 107 bytes a unix socket's address has.
import { relative } from "node:path";

const MAX_BYTES = 107;
const NAME = "redis.sock";

/**
 * A path to `redis.sock` in `dataDir` that can be connected to. Where neither the absolute path nor the one
 * from here is short enough, the process moves into the folder: from there it is.
 */
export function reachableSocketPath(dataDir: string): string {
  for (const folder of [dataDir, relative(Deno.cwd(), dataDir)]) {
    const path = `${folder}/${NAME}`;
    if (new TextEncoder().encode(path).length <= MAX_BYTES) return path;
  }
  Deno.chdir(dataDir);
  return NAME;
}

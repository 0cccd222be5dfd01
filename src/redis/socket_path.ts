// A path for the embedded server's socket that fits into the 107 bytes a unix socket's address has.
import { relative } from "node:path";

const MAX_BYTES = 107;
const NAME = "redis.sock";

/** A usable path to `redis.sock` in `dataDir`; `remove` takes away what had to be made for it. */
export async function socketPathFor(
  dataDir: string,
): Promise<{ path: string; remove(): Promise<void> }> {
  for (const folder of [dataDir, relative(Deno.cwd(), dataDir) || "."]) {
    const path = `${folder}/${NAME}`;
    if (new TextEncoder().encode(path).length <= MAX_BYTES) return { path, remove: async () => {} };
  }
  // A symbolic link is short, and what it points at may be as deep as it likes.
  const shortcut = await Deno.makeTempDir({ dir: "/tmp", prefix: "inventory-agent-" });
  await Deno.symlink(dataDir, `${shortcut}/data`);
  return {
    path: `${shortcut}/data/${NAME}`,
    remove: () => Deno.remove(shortcut, { recursive: true }),
  };
}

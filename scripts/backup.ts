// Has a snapshot of the store made now; of an embedded store the copy's path is printed.
import { isEmbedded, readConfig } from "../src/config.ts";
import { makeTaskLog } from "../src/log.ts";
import { openConfiguredStore } from "../src/configured_store.ts";
import { backUp } from "../src/operations/backups.ts";

try {
  const config = readConfig(Deno.env.get);
  const { store, place, close } = await openConfiguredStore(config, makeTaskLog("backup"), {
    loadDemo: false,
  });
  try {
    const dataDir = isEmbedded(config) ? config.DATA_DIR : undefined;
    const path = await backUp(store, { dataDir, keep: config.BACKUP_KEEP });
    console.log(path ?? `${place} has made a snapshot where it keeps its own`);
  } finally {
    await close();
  }
} catch (error) {
  console.error(`backup: ${(error as Error).message}`);
  Deno.exit(1);
}

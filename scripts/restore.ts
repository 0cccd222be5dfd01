// Brings a snapshot back into the embedded store, after checking it. The service must not run.
import { isEmbedded, readConfig } from "../src/config.ts";
import { restore } from "../src/operations/restore.ts";

try {
  const [file, ...rest] = Deno.args;
  if (!file || rest.length > 0) throw new Error("usage: deno task restore FILE");
  const config = readConfig(Deno.env.get);
  if (!isEmbedded(config)) {
    throw new Error("REDIS_URL or REDIS_CLUSTER_URLS is set: restore that Redis by its own means");
  }
  const { skus, activeHolds, replaced } = await restore(file, config.DATA_DIR, config.PARTITIONS);
  console.log(`restored ${skus} SKUs and ${activeHolds} holds; what was there is in ${replaced}`);
} catch (error) {
  console.error(`restore: ${(error as Error).message}`);
  Deno.exit(1);
}

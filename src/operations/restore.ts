// Brings a snapshot back into the embedded store: loads it beside the store, checks it, and only then puts it
// in the place of what is there, which is kept.
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isRunning, startEmbeddedRedis, withStartLock } from "../redis/embedded/server.ts";
import { isEmpty } from "../store/inventory.ts";
import { openStore } from "../commits/open_store.ts";
import type { Store } from "../commits/store.ts";
import { verify } from "../store/verification/verify.ts";
import { readPersistence, stampOf } from "./backups.ts";

export interface Restored {
  skus: number;
  activeHolds: number;
  /** Where what was there before is now. */
  replaced: string;
}

/** The snapshot was not restored, and nothing has changed; `message` says why. */
export class RestoreError extends Error {}

const FILES = ["appendonlydir", "dump.rdb"];
const TIMEOUT_MS = 60_000;

export async function restore(
  file: string,
  dataDirOption: string,
  partitions = 1,
): Promise<Restored> {
  const [path, dataDir] = [resolve(file), resolve(dataDirOption)];
  await Deno.mkdir(dataDir, { recursive: true, mode: 0o700 });
  return await withStartLock(dataDir, async () => {
    if (await isRunning(dataDir)) {
      throw new RestoreError(`a service or its Redis still runs on ${dataDir}: stop it first`);
    }
    const workDir = `${dataDir}/restoring`;
    await removeAll(workDir);
    await Deno.mkdir(workDir, { mode: 0o700 });
    try {
      await copySnapshot(path, `${workDir}/dump.rdb`);
      const found = await loadAndCheck(workDir, path, partitions);
      return { ...found, replaced: await putInPlace(workDir, dataDir) };
    } finally {
      await removeAll(workDir);
    }
  });
}

async function copySnapshot(from: string, to: string): Promise<void> {
  try {
    await Deno.copyFile(from, to);
  } catch (error) {
    throw new RestoreError(`cannot read ${from}: ${(error as Error).message}`);
  }
  using file = await Deno.open(to);
  const magic = new Uint8Array(6);
  await file.read(magic);
  if (!/^(REDIS|VALKEY)/.test(new TextDecoder().decode(magic))) {
    throw new RestoreError(`${from} is not a snapshot of Redis`);
  }
}

/** Has a Redis of its own load the snapshot, verifies the books, and has it written in the append-only form. */
async function loadAndCheck(workDir: string, path: string, partitions: number) {
  const redis = await startEmbeddedRedis({
    dataDir: workDir,
    durability: "everysec",
    clientName: "restore",
    // With an append-only file asked for and none there, Redis would begin empty and not look at the snapshot.
    appendOnly: false,
  }).catch(() => {
    throw new RestoreError(`Redis cannot load ${path}: it is damaged, or of a newer version`);
  });
  const store = openStore({
    address: redis.address,
    partitions,
    timeoutMs: TIMEOUT_MS,
    idempotencyTtlSeconds: 3600,
    holdLifetimeMaxSeconds: 7200,
    lowStockThreshold: 0,
  });
  try {
    await until(() => store.ready);
    if (await isEmpty(store)) throw new RestoreError(`${path} has no SKU in it`);
    const found = await verify(store, { repair: false });
    if (found.drift_count > 0) {
      throw new RestoreError(`${path}: ${found.drift_count} lines hold other than their holds say`);
    }
    await writeAppendOnlyFile(store);
    return { skus: found.checked_skus, activeHolds: found.checked_holds };
  } finally {
    store.close();
    await redis.stop();
    await until(async () => !await isRunning(workDir));
  }
}

async function writeAppendOnlyFile(store: Store): Promise<void> {
  const [node] = store.nodes();
  await node.command("CONFIG", "SET", "appendonly", "yes");
  await until(async () => {
    const info = await readPersistence(node);
    return info("aof_rewrite_in_progress") === "0" && info("aof_rewrite_scheduled") === "0" &&
      info("aof_last_bgrewrite_status") === "ok";
  });
}

/** Moves what is there aside and the restored files in; both are on one file system, so each is one step. */
async function putInPlace(workDir: string, dataDir: string): Promise<string> {
  const replaced = `${dataDir}/backups/replaced-${stampOf(new Date())}`;
  await Deno.mkdir(replaced, { recursive: true, mode: 0o700 });
  for (const [from, to] of [[dataDir, replaced], [workDir, dataDir]]) {
    for (const name of FILES) await renameIfThere(`${from}/${name}`, `${to}/${name}`);
  }
  return replaced;
}

async function renameIfThere(from: string, to: string): Promise<void> {
  try {
    await Deno.rename(from, to);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function removeAll(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + TIMEOUT_MS;
  while (!await condition()) {
    if (Date.now() > deadline) throw new RestoreError("Redis took too long over the snapshot");
    await sleep(20);
  }
}

// Backups: Redis makes the snapshot; of the embedded Redis, whose files are ours, a copy is put aside.
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "../log.ts";
import { BACKUP_LOCK } from "../commits/keys.ts";
import type { Store, StoreNode } from "../commits/store.ts";

export interface BackupOptions {
  /** Where the embedded Redis keeps its files; undefined where Redis is another's. */
  dataDir?: string;
  /** How many copies to keep. */
  keep: number;
}

const SNAPSHOT_TIMEOUT_MS = 600_000;
const NAME = /^inventory-[0-9TZ-]+\.rdb$/;

/** A name that sorts by time. */
export function stampOf(date: Date): string {
  return date.toISOString().replaceAll(/[:.]/g, "-");
}

/** Has a snapshot made now. Answers the path of the copy, or undefined where Redis keeps it to itself. */
export async function backUp(
  store: Store,
  { dataDir, keep }: BackupOptions,
): Promise<string | undefined> {
  await Promise.all(store.nodes().map(takeSnapshot));
  if (dataDir === undefined) return undefined;
  const folder = resolve(dataDir, "backups");
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  const path = `${folder}/inventory-${stampOf(new Date())}.rdb`;
  await putAside(resolve(dataDir, "dump.rdb"), path);
  const names = [];
  for await (const { name } of Deno.readDir(folder)) if (NAME.test(name)) names.push(name);
  for (const name of names.toSorted().slice(0, -keep)) await Deno.remove(`${folder}/${name}`);
  return path;
}

/** Copies a file, so that at `to` there is the whole of it, on disk, or nothing. */
async function putAside(from: string, to: string): Promise<void> {
  const partial = `${to}.partial`;
  try {
    await Deno.copyFile(from, partial);
    using file = await Deno.open(partial);
    await file.sync();
    await Deno.rename(partial, to);
  } catch (error) {
    await Deno.remove(partial).catch(() => {}); // a full disk gets its space back
    throw error;
  }
}

/**
 * For the cron: one of the processes on one Redis does it, and `onDone` is told how it ended. Never throws: a
 * cron handler that does is run again at once.
 */
export async function backUpOnce(
  store: Store,
  options: BackupOptions,
  log: Log,
  onDone: (error?: Error) => void | Promise<void> = () => {},
): Promise<void> {
  try {
    const isMine = await store.commandAt(0, "SET", BACKUP_LOCK, "1", "NX", "EX", "50");
    if (!isMine) return;
    log.info("backup made", { path: await backUp(store, options) });
    await onDone();
  } catch (error) {
    log.error("backup failed", { error });
    await onDone(error as Error);
  }
}

/** Returns once a snapshot is finished that was begun after the call. */
async function takeSnapshot(node: StoreNode): Promise<void> {
  const deadline = Date.now() + SNAPSHOT_TIMEOUT_MS;
  await untilIdle(node, deadline);
  const before = await readPersistence(node);
  await node.command("BGSAVE", "SCHEDULE");
  await untilIdle(node, deadline);
  while (true) {
    const now = await readPersistence(node);
    if (now("rdb_saves") !== before("rdb_saves")) return;
    const isIdle = now("rdb_bgsave_in_progress") === "0" && now("aof_rewrite_in_progress") === "0";
    if (isIdle && now("rdb_last_bgsave_status") !== "ok") {
      throw new Error("Redis could not write its snapshot; its log says why");
    }
    if (Date.now() > deadline) throw new Error("Redis did not finish its snapshot in time");
    await sleep(50);
  }
}

async function untilIdle(node: StoreNode, deadline: number): Promise<void> {
  while ((await readPersistence(node))("rdb_bgsave_in_progress") !== "0") {
    if (Date.now() > deadline) throw new Error("Redis did not finish its snapshot in time");
    await sleep(50);
  }
}

/** What Redis says of its files, by the names of INFO. */
export async function readPersistence(
  node: StoreNode,
): Promise<(name: string) => string | undefined> {
  const info = String(await node.command("INFO", "persistence"));
  return (name) => info.match(new RegExp(`^${name}:(.*?)\r?$`, "m"))?.[1];
}

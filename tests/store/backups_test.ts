// Scheduled backups: one process makes them, old copies go, and a failure is told.
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { makeLog } from "../../src/log.ts";
import { backUp, backUpOnce } from "../../src/operations/backups.ts";
import { openTestStore, stockUp } from "../support/store.ts";

function copiesIn(dataDir: string): string[] {
  return [...Deno.readDirSync(`${dataDir}/backups`)].map(({ name }) => name).toSorted();
}

Deno.test("of two processes whose schedules fire together one makes the backup", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 10);
  const lines: string[] = [];
  const log = makeLog("info", (line) => lines.push(line));
  const options = { dataDir: dirname(t.redis.address), keep: 3 };
  await Promise.all([backUpOnce(t.store, options, log), backUpOnce(t.store, options, log)]);
  assert.deepEqual(lines.map((line) => JSON.parse(line).message), ["backup made"]);
  assert.equal(copiesIn(options.dataDir).length, 1);
});

Deno.test("the newest copies are kept, and nothing else in the folder is touched", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 10);
  const dataDir = dirname(t.redis.address);
  const first = await backUp(t.store, { dataDir, keep: 2 });
  await Deno.writeTextFile(`${dataDir}/backups/note.txt`, "mine");
  const rest = [];
  for (let i = 0; i < 3; i++) rest.push(await backUp(t.store, { dataDir, keep: 2 }));
  assert.deepEqual(
    copiesIn(dataDir),
    [...rest.slice(1).map((path) => path!.split("/").at(-1)!), "note.txt"].toSorted(),
  );
  assert(!copiesIn(dataDir).includes(first!.split("/").at(-1)!));
});

Deno.test("a Redis of somebody else's makes the snapshot and keeps it", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 10);
  assert.equal(await backUp(t.store, { keep: 1 }), undefined);
  assert.match(String(await t.redis.send("INFO", "persistence")), /^rdb_saves:1\r$/m);
});

Deno.test("a backup that fails is one line in the log", async () => {
  await using t = await openTestStore();
  await stockUp(t.store, "A", 10);
  const lines: string[] = [];
  const log = makeLog("info", (line) => lines.push(line));
  await backUpOnce(t.store, { dataDir: "/nonexistent/folder", keep: 1 }, log);
  assert.deepEqual(lines.map((line) => JSON.parse(line).message), ["backup failed"]);
});

Deno.test("a copy that fails half way leaves nothing behind", async () => {
  await using t = await openTestStore({ redisSettings: { dbfilename: "other.rdb" } });
  await stockUp(t.store, "A", 10);
  const dataDir = dirname(t.redis.address);
  await Deno.mkdir(`${dataDir}/dump.rdb`); // can be opened, and not copied
  await assert.rejects(backUp(t.store, { dataDir, keep: 1 }));
  assert.deepEqual(copiesIn(dataDir), []);
});

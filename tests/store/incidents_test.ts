// Incidents of the store, not of a process: whichever process sees one begin or end, it is told once.
import assert from "node:assert/strict";
import { makeLog } from "../../src/log.ts";
import {
  Incidents,
  judgeBackup,
  judgeVerification,
  type Notice,
  watch,
} from "../../src/operations/incidents.ts";
import { Metrics } from "../../src/operations/metrics.ts";
import { connectStore, openTestStore } from "../support/store.ts";

/** A process as far as incidents go; all tell the same list. */
function makeProcess(notices: Notice[]) {
  const metrics = new Metrics();
  const lines: string[] = [];
  const log = makeLog("info", (line) => lines.push(line));
  const incidents = new Incidents(log, metrics, (notice) => notices.push(notice));
  return { metrics, incidents, lines };
}

Deno.test("drift found by one process is told once, and ended by another, also after a restart", async () => {
  await using t = await openTestStore();
  const notices: Notice[] = [];
  const [one, other] = [makeProcess(notices), makeProcess(notices)];
  await judgeVerification(one.incidents, t.store, 0);
  assert.equal(notices.length, 0);
  await Promise.all(
    [one, other, one].map(({ incidents }) => judgeVerification(incidents, t.store, 2)),
  );
  const later = makeProcess(notices);
  const stop = new AbortController();
  const watching = watch(later.incidents, t.store, later.metrics, 60, stop.signal);
  while (later.metrics.incidents.get("drift_found") !== 1) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await Promise.all(
    [later, later, other].map(({ incidents }) => judgeVerification(incidents, t.store, 0)),
  );
  assert.deepEqual(notices.map(({ kind, status, detail }) => [kind, status, detail]), [
    ["drift_found", "opened", "2 lines hold other than their holds say"],
    ["drift_found", "closed", "the last verification found nothing wrong"],
  ]);
  assert.equal(notices[0].incident_id, notices[1].incident_id);
  assert.equal(notices[0].since, notices[1].since);
  await judgeVerification(one.incidents, t.store, 1);
  assert.notEqual(notices[2].incident_id, notices[0].incident_id);
  stop.abort();
  await watching;
});

Deno.test("a backup that fails is an incident until one is made", async () => {
  await using t = await openTestStore();
  const notices: Notice[] = [];
  const { incidents, metrics } = makeProcess(notices);
  await judgeBackup(incidents, t.store, new Error("no space left"));
  await judgeBackup(incidents, t.store, new Error("no space left"));
  assert.equal(metrics.incidents.get("backup_failed"), 1);
  await judgeBackup(incidents, t.store);
  assert.deepEqual(notices.map(({ status, detail }) => [status, detail]), [
    ["opened", "the backup failed: no space left"],
    ["closed", "a backup has been made"],
  ]);
});

Deno.test("with Redis lost an incident cannot be noted, which the log says, and nobody fails by it", async () => {
  await using t = await openTestStore({ partitions: 1 });
  const store = await connectStore(t.redis.address, { timeoutMs: 300 });
  const { incidents, lines } = makeProcess([]);
  await t.redis.send("SHUTDOWN", "NOSAVE").catch(() => {});
  await judgeVerification(incidents, store, 1);
  assert.deepEqual(lines.map((line) => JSON.parse(line).message), ["incident not noted"]);
  store.close();
});

Deno.test("commits that a failover lost are an incident until the store has been verified", async () => {
  await using t = await openTestStore();
  const notices: Notice[] = [];
  const { incidents, metrics } = makeProcess(notices);
  const stop = new AbortController();
  const watching = watch(incidents, t.store, metrics, 60, stop.signal);
  metrics.wentBack(3, 2);
  while (notices.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await judgeVerification(incidents, t.store, 1);
  assert.equal(metrics.incidents.get("commits_lost"), 1, "something is wrong still");
  await judgeVerification(incidents, t.store, 0);
  stop.abort();
  await watching;
  assert.deepEqual(
    notices.filter(({ kind }) => kind === "commits_lost").map(({ status }) => status),
    ["opened", "closed"],
  );
  assert.match(notices[0].detail, /^2 acknowledged commits are gone/);
});

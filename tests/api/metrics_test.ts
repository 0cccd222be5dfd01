// What Prometheus is told, and that the dashboard and the alert rules ask for nothing else.
import assert from "node:assert/strict";
import { Metrics } from "../../src/operations/metrics.ts";
import { settleAllDue } from "../../src/commits/sweep.ts";
import { openTestApp } from "../support/app.ts";
import { START_MS, stockUp } from "../support/store.ts";

async function openMeteredApp() {
  const metrics = new Metrics();
  const t = await openTestApp({ observer: metrics, ownTime: true }, { metrics });
  await stockUp(t.store, "A", 10);
  const scrape = async () => {
    const response = await t.app.request("/metrics");
    assert.equal(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    return await response.text();
  };
  return { ...t, metrics, scrape };
}

/** The value of one line; its name and labels as Prometheus writes them. */
function valueOf(text: string, series: string): number | undefined {
  const line = text.split("\n").find((each) => each.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

Deno.test("requests, operations, commits, replays, expiry, and what is held", async () => {
  const t = await openMeteredApp();
  await using _ = t;
  const key = { "idempotency-key": "k" };
  for (let i = 0; i < 2; i++) await t.post("/hold", { sku: "A", quantity: 3, ttl: 10 }, key);
  await t.post("/hold", { sku: "A", quantity: 4, ttl: 300 });
  await t.post("/hold", { sku: "A", quantity: 40 });
  await t.get("/inventory/A");
  await t.get("/nowhere");
  const before = await t.scrape();
  const requests = "inventory_http_request_duration_seconds_count";
  assert.equal(valueOf(before, `${requests}{method="POST",route="/hold",status="200"}`), 3);
  assert.equal(valueOf(before, `${requests}{method="POST",route="/hold",status="409"}`), 1);
  assert.equal(
    valueOf(before, `${requests}{method="GET",route="/inventory/:sku",status="200"}`),
    1,
  );
  assert.equal(valueOf(before, `${requests}{method="GET",route="/*",status="404"}`), 1);
  const operations = (outcome: string) =>
    valueOf(before, `inventory_operations_total{verb="hold",outcome="${outcome}"}`);
  assert.deepEqual([operations("active"), operations("insufficient_stock")], [3, 1]);
  assert.equal(valueOf(before, "inventory_idempotent_replays_total"), 1);
  assert.equal(valueOf(before, "inventory_commit_operations_sum"), 5);
  assert.equal(valueOf(before, 'inventory_commit_duration_seconds_bucket{le="+Inf"}'), 5);
  assert.equal(valueOf(before, "inventory_active_holds"), 2);
  assert.equal(valueOf(before, "inventory_held_units"), 7);
  assert.equal(valueOf(before, "inventory_redis_up"), 1);
  assert.equal(valueOf(before, "inventory_queue_length"), 0);
  assert(valueOf(before, "process_resident_memory_bytes")! > 1e6);

  await t.setTime(START_MS + 10_700);
  const overdue = await t.scrape();
  assert.equal(valueOf(overdue, "inventory_overdue_holds"), 1);
  assert.equal(valueOf(overdue, "inventory_active_holds"), 1);
  await settleAllDue(t.store);
  const after = await t.scrape();
  assert.equal(valueOf(after, "inventory_overdue_holds"), 0);
  assert.equal(valueOf(after, "inventory_held_units"), 4);
  assert.equal(valueOf(after, "inventory_expired_holds_total"), 1);
  assert.equal(valueOf(after, "inventory_expiry_lag_seconds_sum"), 0.7);
  assert.equal(valueOf(after, 'inventory_expiry_lag_seconds_bucket{le="0.5"}'), 0);
  assert.equal(valueOf(after, 'inventory_expiry_lag_seconds_bucket{le="1"}'), 1);
});

Deno.test("without Redis: what the process knows, and that Redis is away", async () => {
  const t = await openMeteredApp();
  await using _ = t;
  t.metrics.swept(false);
  t.metrics.swept(true);
  t.metrics.incidents.set("redis_lost", 1);
  await t.redis.send("SHUTDOWN", "NOSAVE").catch(() => {});
  while (t.store.ready) await new Promise((resolve) => setTimeout(resolve, 5));
  await t.get("/inventory/A");
  const text = await t.scrape();
  assert.equal(valueOf(text, "inventory_redis_up"), 0);
  assert.equal(valueOf(text, "inventory_active_holds"), undefined);
  assert.equal(valueOf(text, "inventory_sweep_failures_total"), 1);
  assert.equal(valueOf(text, 'inventory_incident{kind="redis_lost"}'), 1);
  assert(
    Math.abs(valueOf(text, "inventory_last_sweep_timestamp_seconds")! - Date.now() / 1000) < 60,
  );
  const series =
    'inventory_http_request_duration_seconds_count{method="GET",route="/inventory/:sku",status="503"}';
  assert.equal(valueOf(text, series), 1);
});

Deno.test("every metric that the dashboard and the alert rules name exists, with the labels they use", async () => {
  const t = await openMeteredApp();
  await using _ = t;
  await t.get("/inventory/A");
  t.metrics.incidents.set("redis_lost", 0);
  const text = await t.scrape();
  const told = new Set(
    [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name, type]) =>
      type === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name]
    ),
  );
  const labels = new Set([...text.matchAll(/[{,](\w+)="/g)].map(([, label]) => label));
  for (const file of ["alerts.yml", "grafana.json"]) {
    const path = new URL(`../../scripts/operations/${file}`, import.meta.url);
    const source = await Deno.readTextFile(path);
    const named = [...source.matchAll(/\b(?:inventory|process|nodejs)_[a-z0-9_]+/g)].map(String);
    assert(named.length > 10);
    for (const name of named) assert(told.has(name), `${file} names ${name}`);
    for (const [, list] of source.matchAll(/by \(([^)]+)\)/g)) {
      for (const label of list.split(", ")) assert(labels.has(label), `${file} uses ${label}`);
    }
  }
  const dashboard = new URL("../../scripts/operations/grafana.json", import.meta.url);
  assert(JSON.parse(await Deno.readTextFile(dashboard)).panels.length > 10);
});

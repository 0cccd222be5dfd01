// The console's arithmetic; what it shows is in tests/e2e/console_test.ts.
import assert from "node:assert/strict";
import { quantile, readBuckets } from "../../src/console/metrics.ts";
import { timeLeft } from "../../src/console/parts.ts";
import { SECONDS, Seconds } from "../../src/console/tally.ts";

const NAME = "inventory_http_request_duration_seconds_bucket";

Deno.test("latency: routes are added up, feeds and the console's own files left out", () => {
  const text = [
    `${NAME}{method="GET",route="/inventory/{sku}",status="200",le="0.01"} 8`,
    `${NAME}{method="GET",route="/inventory/{sku}",status="200",le="+Inf"} 10`,
    `${NAME}{method="POST",route="/hold",status="200",le="0.01"} 2`,
    `${NAME}{method="POST",route="/hold",status="200",le="+Inf"} 2`,
    `${NAME}{method="GET",route="/events",status="200",le="+Inf"} 99`,
    `${NAME}{method="GET",route="/console/{file}",status="200",le="0.01"} 99`,
    `inventory_commit_duration_seconds_bucket{le="0.01"} 99`,
  ].join("\n");
  assert.deepEqual([...readBuckets(text)], [[0.01, 10], [Infinity, 12]]);
});

Deno.test("latency: quantiles lie within the bucket that has them", () => {
  const before = new Map([[0.01, 100], [0.02, 100], [Infinity, 100]]);
  const after = new Map([[0.01, 150], [0.02, 200], [Infinity, 200]]);
  assert.equal(quantile(before, after, 0.25), 5);
  assert.equal(quantile(before, after, 0.75), 15);
  assert.equal(quantile(before, before, 0.5), null, "nothing came");
  const slow = new Map([[0.01, 100], [0.02, 100], [Infinity, 101]]);
  assert.equal(quantile(before, slow, 0.5), 20, "no more is known than that it was slower");
});

Deno.test("counts by second: the window moves, and forgets what has left it", () => {
  const seconds = new Seconds(["hold", "sale"]);
  const start = 1_767_225_600;
  seconds.add("hold", start * 1000);
  seconds.add("hold", start * 1000 + 999);
  seconds.add("sale", (start + 1) * 1000);
  seconds.advance(start + 2);
  assert.deepEqual(seconds.window("hold", start + 2).slice(-2), [2, 0]);
  assert.deepEqual(seconds.window("sale", start + 2).slice(-2), [0, 1]);
  assert.equal(seconds.rate(start + 2, 2), 1.5);
  seconds.add("hold", (start + SECONDS) * 1000);
  assert.equal(
    seconds.window("hold", start + SECONDS).reduce((a, b) => a + b),
    0,
    "that was long ago",
  );
  seconds.add("hold", start * 1000);
  assert.equal(
    seconds.window("hold", start + SECONDS).reduce((a, b) => a + b),
    0,
    "late is too late",
  );
});

Deno.test("time left is said as a person reads it", () => {
  const said = [-5, 40, 9_949, 10_001, 60_000, 61_000, 3_600_000, 5_400_000].map(timeLeft);
  assert.deepEqual(said, [
    "due",
    "0.1 s",
    "10.0 s",
    "11 s",
    "1:00 min",
    "1:01 min",
    "1 h 00 min",
    "1 h 30 min",
  ]);
});

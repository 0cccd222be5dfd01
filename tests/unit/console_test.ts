// The console's arithmetic; what it shows is in tests/e2e/console_test.ts.
import assert from "node:assert/strict";
import type { Event } from "../../src/contract/event_kinds.ts";
import {
  addEvent,
  type Lines,
  linesOf,
  pointsBefore,
} from "../../src/console/charts/level_points.ts";
import { PROBLEMS } from "../../src/contract/problem_kinds.ts";
import { quantile, readBuckets, readRefusals, REFUSALS } from "../../src/console/charts/metrics.ts";
import { timeLeft } from "../../src/console/parts.ts";
import { SECONDS, Seconds } from "../../src/console/charts/tally.ts";

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

Deno.test("refusals: by the code that callers see, over all verbs; what was done is none", () => {
  const text = [
    ["hold", "active", 9],
    ["hold", "insufficient_stock", 2],
    ["sell", "insufficient_stock", 3],
    ["confirm", "partly_confirmed", 4],
    ["spend", "limited", 5],
    ["hold", "unsettled", 6],
    ["confirm", "outcome_unknown", 1],
  ].map(([verb, outcome, count]) =>
    `inventory_operations_total{verb="${verb}",outcome="${outcome}"} ${count}`
  ).join("\n");
  assert.deepEqual(Object.fromEntries(readRefusals(text)), {
    insufficient_stock: 5,
    rate_limited: 5,
    outcome_unknown: 1,
  });
});

Deno.test("refusals: every code is one of the store's, or known to be met before it", () => {
  const beforeTheStore = [
    ..."malformed_json invalid_idempotency_key unauthorized forbidden not_found request_timeout"
      .split(" "),
    "origin_not_allowed",
    ..."method_not_allowed body_too_large unsupported_media_type validation_failed".split(" "),
  ];
  const shown = [...Object.values(REFUSALS), ...beforeTheStore];
  assert.deepEqual(shown.toSorted(), Object.keys(PROBLEMS).toSorted());
});

/** Events a second apart, the last of them at 100. */
function eventsOf(...bare: Record<string, unknown>[]): Event[] {
  return bare.map((event, i) => ({
    id: String(i),
    at: new Date((101 - bare.length + i) * 1000).toISOString(),
    ...event,
  })) as Event[];
}

Deno.test("a SKU's levels: events undone lead back to where they came from", () => {
  const line = (quantity: number, location = "online", sku = "A") => ({ sku, location, quantity });
  const events = eventsOf(
    {
      kind: "stock.adjusted",
      ...line(0),
      on_hand_before: 0,
      on_hand_after: 100,
      reason: "received",
    },
    { kind: "hold.created", hold_id: "h", lines: [line(9), line(50, "online", "B")] },
    { kind: "hold.confirmed", hold_id: "h", lines: [line(4)] },
    { kind: "hold.confirmed", hold_id: "h", lines: [line(2)], returned: [line(3)] },
    { kind: "stock.low", ...line(0), available: 10 },
    { kind: "stock.sold", ...line(10) },
    { kind: "stock.sold", ...line(10, "online", "B") },
    { kind: "stock.transferred", sku: "A", from: "online", to: "store:X", quantity: 5 },
    { kind: "hold.created", hold_id: "i", lines: [line(5, "store:X")] },
    {
      kind: "stock.repaired",
      sku: "A",
      location: "store:X",
      held_before: 5,
      held_after: 6,
    },
    { kind: "hold.expired", hold_id: "i", lines: [line(5, "store:X")] },
  );
  const lines: Lines = new Map();
  const moved = events.map((event) => addEvent(lines, event, "A", 1));
  assert.deepEqual(moved, [true, true, true, true, false, true, false, true, true, true, true]);
  assert.deepEqual(Object.fromEntries(lines), {
    "online": { onHand: 79, held: 0 },
    "store:X": { onHand: 5, held: 1 },
  });
  const { atSeconds, available, held } = pointsBefore(lines, events, "A", 120);
  assert.deepEqual(atSeconds, [90, 91, 92, 93, 95, 97, 98, 99, 100, 120]);
  assert.deepEqual(available, [100, 91, 91, 94, 84, 84, 79, 79, 83, 83]);
  assert.deepEqual(held, [0, 9, 5, 0, 0, 0, 5, 6, 1, 1]);
  const { atSeconds: late } = pointsBefore(lines, events, "A", 3_600 + 97.5);
  assert.deepEqual(late, [98, 99, 100, 3_697.5], "an hour back, and no further");
});

Deno.test("what is on hand follows from what is available, held and missing", () => {
  const row = {
    sku: "A",
    online_stock: 7,
    store_stock: { X: 0, Y: 0 },
    total_stock: 7,
    held: { "online": 3, "store:X": 9 },
    oversold: { "store:X": 4, "store:Y": 2 },
  };
  assert.deepEqual(Object.fromEntries(linesOf(row)), {
    "online": { onHand: 10, held: 3 },
    "store:X": { onHand: 5, held: 9 },
    "store:Y": { onHand: -2, held: 0 },
  });
});

// The arithmetic of a verification: one record and the events around its reading, in every order.
import assert from "node:assert/strict";
import type { BareEvent } from "../../src/store/events/words.ts";
import { HoldLedger } from "../../src/store/verification/hold_ledger.ts";

const line = (quantity: number, sku = "A") => ({ sku, quantity, location: "online" });
const created = (quantity: number): BareEvent => ({
  kind: "hold.created",
  hold_id: "hold-1",
  expires_at: "2026-01-01T00:00:00.000Z",
  lines: [line(quantity)],
});
const released = (quantity: number): BareEvent => ({
  kind: "hold.released",
  hold_id: "hold-1",
  lines: [line(quantity)],
});
const confirmed = (sold: number, returned?: number): BareEvent => ({
  kind: "hold.confirmed",
  hold_id: "hold-1",
  lines: [line(sold)],
  ...(returned ? { returned: [line(returned)] } : {}),
});

/** What is expected after a record of `met` units was read at entry 5-0, or none, and these events came. */
function expectedAfter(met: number, ...events: [entry: string, event: BareEvent][]): number {
  const ledger = new HoldLedger();
  if (met > 0) ledger.meet("hold-1", [["A", "online", met]], "5-0");
  for (const [entry, event] of events) ledger.replay(entry, event);
  const units = ledger.expectedOf("A").get("online") ?? 0;
  assert.deepEqual(ledger.skus(), units === 0 ? [] : ["A"]);
  return units;
}

Deno.test("a hold that was met counts once, whether or not its making is replayed", () => {
  assert.equal(expectedAfter(3), 3);
  assert.equal(expectedAfter(3, ["4-0", created(3)]), 3);
  assert.equal(expectedAfter(3, ["5-0", created(3)]), 3);
  assert.equal(expectedAfter(3, ["4-0", created(3)], ["5-1", released(3)]), 0);
});

Deno.test("a hold that was never met counts from its making to its end", () => {
  assert.equal(expectedAfter(0, ["4-0", created(3)]), 3);
  assert.equal(expectedAfter(0, ["4-0", created(3)], ["4-0", released(3)]), 0);
  assert.equal(expectedAfter(0, ["4-0", created(3)], ["6-0", confirmed(1, 2)]), 0);
  assert.equal(expectedAfter(0, ["4-0", released(3)]), 0);
});

Deno.test("a part that was confirmed before the record was read is in the record", () => {
  assert.equal(expectedAfter(2, ["4-0", created(3)], ["5-0", confirmed(1)]), 2);
  assert.equal(expectedAfter(2, ["5-0", confirmed(1)], ["6-0", confirmed(1)]), 1);
  assert.equal(expectedAfter(2, ["6-0", confirmed(1)], ["7-0", released(1)]), 0);
});

Deno.test("what is sold of a hold that has ended was not held", () => {
  assert.equal(expectedAfter(3, ["6-0", released(3)], ["7-0", confirmed(3)]), 0);
});

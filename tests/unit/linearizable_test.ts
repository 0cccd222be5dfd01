// The checker itself: what it must accept, and the bugs it must not.
import assert from "node:assert/strict";
import { isLinearizable, type Seen, type What } from "../chaos/linearizable.ts";

/** One operation from `calledAt` to `answeredAt`; no status means that no answer came. */
function seen(
  calledAt: number,
  answeredAt: number,
  what: What,
  status?: string,
  available?: number,
  held?: number,
): Seen {
  const answer = status === undefined ? undefined : {
    status,
    ...(available === undefined ? {} : { available }),
    ...(held === undefined ? {} : { held }),
  };
  return { calledAt, answeredAt: answer ? answeredAt : Infinity, what, answer };
}

const sell = (quantity: number): What => ({ verb: "sell", quantity });
const read: What = { verb: "read" };
const hold = (hold: number, quantity: number): What => ({ verb: "hold", hold, quantity });

Deno.test("one after the other, and at the same time in either order", () => {
  assert(isLinearizable([
    seen(0, 1, sell(2), "done", 3),
    seen(2, 3, sell(4), "insufficient_stock", 3),
    seen(4, 5, read, "done", 3, 0),
  ], 5));
  assert(isLinearizable([seen(0, 9, sell(2), "done", 0), seen(0, 9, sell(3), "done", 2)], 5));
});

Deno.test("what nobody was answered may have happened, late, or not at all", () => {
  const lost = seen(0, 0, sell(5));
  assert(isLinearizable([lost, seen(1, 2, read, "done", 5, 0)], 5));
  assert(isLinearizable([lost, seen(1, 2, read, "done", 0, 0)], 5));
  assert(isLinearizable([lost, seen(1, 2, read, "done", 5, 0), seen(3, 4, read, "done", 0, 0)], 5));
  assert(
    !isLinearizable([lost, seen(1, 2, read, "done", 0, 0), seen(3, 4, read, "done", 5, 0)], 5),
  );
});

Deno.test("bugs: oversold, a stale read, a lost sale, a hold ended twice, an effect twice", () => {
  const bugs: Seen[][] = [
    [seen(0, 9, sell(3), "done", 2), seen(0, 9, sell(3), "done", 2)],
    [seen(0, 1, sell(2), "done", 3), seen(2, 3, read, "done", 5, 0)],
    [seen(0, 1, sell(2), "done", 3), seen(2, 3, sell(1), "done", 4)],
    [
      seen(0, 1, hold(0, 2), "done", 3),
      seen(2, 9, { verb: "confirm", hold: 0 }, "done"),
      seen(2, 9, { verb: "release", hold: 0 }, "done", 5),
    ],
    [seen(0, 1, hold(0, 2), "done", 3), seen(2, 3, read, "done", 1, 4)],
  ];
  for (const [index, bug] of bugs.entries()) assert(!isLinearizable(bug, 5), `bug ${index}`);
});

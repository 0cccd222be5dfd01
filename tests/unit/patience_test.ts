// A store that is slow or away is waited for, where there is time.
import assert from "node:assert/strict";
import { patiently } from "../../src/commits/patience.ts";
import { StoreFault } from "../../src/redis/faults.ts";

function failing(times: number, fault: () => Error) {
  const told: string[] = [];
  let runs = 0;
  const run = () => ++runs > times ? Promise.resolve("done") : Promise.reject(fault());
  return { run, told, runs: () => runs, onRepeat: (reason: string) => told.push(reason) };
}

Deno.test("what the store could not answer is done again, and told", async () => {
  for (const code of ["outcome_unknown", "store_unavailable"] as const) {
    const { run, told, onRepeat } = failing(2, () => new StoreFault(code, "slow"));
    assert.equal(await patiently(run, { onRepeat }), "done");
    assert.deepEqual(told, ["slow", "slow"]);
  }
});

Deno.test("patience ends, with the last fault", async () => {
  const { run, runs } = failing(Infinity, () => new StoreFault("outcome_unknown", "silent"));
  await assert.rejects(patiently(run, { patienceMs: 100 }), /silent/);
  assert(runs() > 1);
});

Deno.test("a full store, one that lets nobody in, and a bug are not waited for", async () => {
  const faults = [
    new StoreFault("store_full", "no memory"),
    new StoreFault("store_unavailable", "NOPERM this user has no permissions to run 'set'"),
    new TypeError("a bug"),
  ];
  for (const fault of faults) {
    const { run, runs } = failing(Infinity, () => fault);
    await assert.rejects(patiently(run), fault);
    assert.equal(runs(), 1);
  }
});

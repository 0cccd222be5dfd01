// The store against a plain in-memory model: random commands, alone and several in one commit, time passing, keys used
// again. Every outcome must be the model's, and in the end every counter, every hold, and the sum of all events.
import fc from "fast-check";
import { Model } from "../support/model.ts";
import { openTestStore, START_MS } from "../support/store.ts";
import { History } from "../support/history.ts";
import { command, LIFETIME_MAX_SECONDS, type Operation, operation } from "../support/operations.ts";

/** A step of a history, perhaps under one of a few keys, so that keys are used again rightly and wrongly. */
class Step implements fc.AsyncCommand<Model, History> {
  constructor(private readonly operation: Operation, private readonly key: string | undefined) {}
  check = () => true;
  run = (model: Model, history: History) => history.apply(this.operation, this.key, model);
  toString = () => `${JSON.stringify(this.operation)} ${this.key ?? ""}`;
}

/** Commands that arrive together, and so are decided in one commit. */
class Together implements fc.AsyncCommand<Model, History> {
  constructor(private readonly steps: [Operation, key: string | undefined][]) {}
  check = () => true;
  run = (model: Model, history: History) => history.applyTogether(this.steps, model);
  toString = () => `together ${JSON.stringify(this.steps)}`;
}

for (const [partitions, runs] of [[1, 200], [8, 60]]) {
  Deno.test(`random histories, ${partitions} partitions: every outcome, counter, hold and event is the model's`, async () => {
    await testHistories(partitions, runs);
  });
}

async function testHistories(partitions: number, runs: number): Promise<void> {
  await using t = await openTestStore({
    partitions,
    ownTime: true,
    holdLifetimeMaxSeconds: LIFETIME_MAX_SECONDS,
  });
  const seed = Number(Deno.env.get("MODEL_SEED") ?? Date.now() % 2 ** 31);
  const numRuns = Number(Deno.env.get("MODEL_RUNS") ?? runs);
  let steps = 0;
  const key = fc.option(fc.constantFrom("k1", "k2", "k3", "k4", "k5", "k6"), { nil: undefined });
  const step = fc.tuple(operation, key).map(([each, key]) => new Step(each, key));
  const together = fc.array(fc.tuple(command, key), { minLength: 2, maxLength: 6 })
    .map((steps) => new Together(steps));
  // Several partitions decide in an order of their own.
  const kinds = partitions === 1 ? [step, step, step, together] : [step];
  const histories = fc.commands(kinds, { maxCommands: 400, size: "max" });
  await fc.assert(
    fc.asyncProperty(histories, async (commands) => {
      await t.redis.send("FLUSHALL");
      await t.setTime(START_MS);
      const model = new Model(START_MS, LIFETIME_MAX_SECONDS * 1000);
      const history = new History(t);
      await fc.asyncModelRun(() => ({ model, real: history }), commands);
      await history.check(model);
      steps += history.steps;
    }),
    {
      seed,
      numRuns,
      interruptAfterTimeLimit: 60_000,
      markInterruptAsFailure: false,
      endOnFailure: false,
    },
  );
  console.log(
    `model: ${steps} operations in ${numRuns} histories of ${partitions} partitions, MODEL_SEED=${seed}`,
  );
}

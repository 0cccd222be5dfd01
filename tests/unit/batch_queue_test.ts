// The queue's own rules, with a carrier in the test's hand instead of a connection.
import assert from "node:assert/strict";
import { BatchQueue, type Reply } from "../../src/commits/batch_queue.ts";

interface Sent {
  requests: string[][];
  answer(replies?: Reply[]): void;
}

function setUp(limits: Partial<ConstructorParameters<typeof BatchQueue>[1]> = {}) {
  const sent: Sent[] = [];
  const state = { ready: true, stalls: 0, answer: undefined as Reply[] | undefined };
  const queue = new BatchQueue({
    isReady: () => state.ready,
    send: (requests) => {
      if (state.answer) return Promise.resolve(state.answer);
      const { promise, resolve } = Promise.withResolvers<Reply[]>();
      sent.push({
        requests,
        answer: (replies = requests.map(([name]) => [`done ${name}`])) => resolve(replies),
      });
      return promise;
    },
    onStall: () => state.stalls++,
  }, { timeoutMs: 1000, maxWaiting: 100, maxRequests: 4, maxWeight: 4, ...limits });
  return { queue, sent, state };
}

const turn = () => new Promise((resolve) => setTimeout(resolve));

const namesOf = ({ requests }: Sent) => requests.flat().join("");

Deno.test("what comes in one turn, or while a batch is on its way, travels together", async () => {
  const { queue, sent } = setUp();
  const asked = ["a", "b"].map((name) => queue.ask([name]));
  await turn();
  asked.push(...["c", "d"].map((name) => queue.ask([name])));
  await turn();
  assert.deepEqual(sent.map(namesOf), ["ab"]);
  sent[0].answer();
  await turn();
  assert.deepEqual(sent.map(namesOf), ["ab", "cd"]);
  sent[1].answer();
  assert.deepEqual(await Promise.all(asked), [["done a"], ["done b"], ["done c"], ["done d"]]);
});

Deno.test("a batch is bounded by number and by weight, and one heavy request still goes", async () => {
  const { queue, sent } = setUp();
  const weights = [1, 1, 1, 1, 1, 3, 3, 9, 1];
  weights.forEach((weight, i) => queue.ask([`${i}`], weight));
  for (let i = 0; i < 5; i++) {
    await turn();
    sent[i].answer();
  }
  assert.deepEqual(sent.map(namesOf), ["0123", "45", "6", "7", "8"]);
});

Deno.test("a full queue refuses at once", async () => {
  const { queue } = setUp({ maxWaiting: 1 });
  queue.ask(["on its way"]);
  await turn();
  queue.ask(["waiting"]);
  await assert.rejects(queue.ask(["too many"]), { code: "store_unavailable" });
});

Deno.test("no connection refuses at once, and so does one that is lost while waiting", async () => {
  const { queue, sent, state } = setUp();
  queue.ask(["a"]);
  await turn();
  const waiting = queue.ask(["b"]);
  state.ready = false;
  await assert.rejects(queue.ask(["c"]), { code: "store_unavailable" });
  sent[0].answer();
  await assert.rejects(waiting, { code: "store_unavailable" });
  assert.equal(sent.length, 1);
});

Deno.test("no reply in time: outcome unknown, the carrier is told, and nothing is sent again", async () => {
  const { queue, sent, state } = setUp({ timeoutMs: 20 });
  const connection = setInterval(() => {}, 1000); // keeps the process waiting, as an open one does
  await assert.rejects(queue.ask(["a"]), { code: "outcome_unknown" });
  assert.equal(state.stalls, 1);
  const next = assert.rejects(queue.ask(["b"]), { code: "outcome_unknown" });
  sent[0].answer(); // too late, and ignored
  await next; // of which the same is told in its time
  assert.equal(state.stalls, 2);
  assert.deepEqual(sent.map(namesOf), ["a", "b"]);
  clearInterval(connection);
});

Deno.test("what is unsettled goes again, ahead of the others, until its time is over", async () => {
  const { queue, sent, state } = setUp({ timeoutMs: 500 });
  const asked = queue.ask(["a"]);
  const refused = assert.rejects(asked, { code: "store_unavailable" });
  await turn();
  const other = queue.ask(["b"]);
  sent[0].answer([["unsettled"]]);
  await turn();
  assert.deepEqual(sent[1].requests, [["a"], ["b"]]);
  state.answer = [["unsettled"]]; // from now on
  sent[1].answer([["unsettled"], ["done b"]]);
  assert.deepEqual(await other, ["done b"]);
  await refused;
});

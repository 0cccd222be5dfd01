// When the TypeScript client sends a request again, and when not: against a server that fails as told.
import assert from "node:assert/strict";
import { createInventoryClient } from "../../openapi/client/client.js";
import { type ProblemCode, PROBLEMS } from "../../src/contract/problem_kinds.ts";
import { describeProblem } from "../../src/contract/problems.ts";

interface Attempt {
  atMs: number;
  key: string | null;
  body: string;
}

type Play = (request: Request) => Response | Promise<Response>;

const SOLD = { sku: "A", quantity_sold: 1, location: "online", remaining_stock: 2, status: "sold" };
const sold: Play = () => Response.json(SOLD);
const refused = (code: ProblemCode, headers: Record<string, string> = {}): Play => () =>
  Response.json(describeProblem(code, "r", {}), {
    status: PROBLEMS[code].status,
    headers: { "content-type": "application/problem+json", ...headers },
  });
/** An answer that breaks off in the middle of its body. */
const torn: Play = () =>
  new Response(
    new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode("{"));
        controller.error(new Error("torn"));
      },
    }),
    { headers: { "content-type": "application/json" } },
  );
const silent: Play = (request) =>
  new Promise((resolve) =>
    request.signal.addEventListener("abort", () => resolve(new Response()), { once: true })
  );

/** A server that answers by the plays in turn, then always by the last; and a client of it. */
function stage(...plays: Play[]) {
  const attempts: Attempt[] = [];
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {}, onError: () => new Response() },
    async (request) => {
      const body = await request.text();
      attempts.push({ atMs: performance.now(), key: request.headers.get("idempotency-key"), body });
      return await plays[Math.min(attempts.length, plays.length) - 1](request);
    },
  );
  const baseUrl = `http://127.0.0.1:${server.addr.port}`;
  return {
    attempts,
    baseUrl,
    client: (options = {}) => createInventoryClient({ baseUrl, backoffMs: 5, ...options }),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

Deno.test("a SKU that no path can name is not asked for by path", async () => {
  await using s = stage(sold);
  for (const sku of [".", ".."]) {
    const asking = s.client().GET("/inventory/{sku}", { params: { path: { sku } } });
    await assert.rejects(
      asking,
      /a URL cannot have \.\.? in its path: ask POST \/inventory\/query/,
    );
  }
  assert.equal(s.attempts.length, 0);
  await s.client().GET("/inventory/{sku}", { params: { path: { sku: "..." } } });
  assert.equal(s.attempts.length, 1);
});

const sale = { body: { sku: "A", quantity: 1 } };

Deno.test("a retryable answer is asked again, under the same key, with the same body", async () => {
  await using s = stage(refused("store_unavailable"), refused("internal_error"), sold);
  const { data } = await s.client().POST("/simulate/sale", sale);
  assert.deepEqual(data, SOLD);
  assert.equal(s.attempts.length, 3);
  assert.match(s.attempts[0].key!, /^[0-9a-f-]{36}$/);
  for (const { key, body } of s.attempts) {
    assert.deepEqual([key, JSON.parse(body)], [s.attempts[0].key, sale.body]);
  }
});

Deno.test("each call has a key of its own, and the caller's own key is kept", async () => {
  await using s = stage(sold);
  const client = s.client();
  await client.POST("/simulate/sale", sale);
  await client.POST("/simulate/sale", sale);
  await client.POST("/simulate/sale", {
    ...sale,
    params: { header: { "Idempotency-Key": "mine" } },
  });
  await client.GET("/health");
  const [one, other, mine, query] = s.attempts.map(({ key }) => key);
  assert.notEqual(one, other);
  assert.equal(mine, "mine");
  assert.equal(query, null);
});

Deno.test("an answer that is not retryable is the caller's at once", async () => {
  for (const code of ["insufficient_stock", "validation_failed", "hold_expired"] as const) {
    await using s = stage(refused(code));
    const { error } = await s.client().POST("/hold", sale);
    assert.equal(error?.code, code);
    assert.equal(s.attempts.length, 1);
  }
});

Deno.test("an error that is no problem document is not repeated: it says nothing of retrying", async () => {
  await using s = stage(() => new Response("<h1>Bad gateway</h1>", { status: 502 }));
  const { response } = await s.client().GET("/health", { parseAs: "text" });
  assert.equal(response.status, 502);
  assert.equal(s.attempts.length, 1);
});

Deno.test("Retry-After is waited for", async () => {
  await using s = stage(refused("store_unavailable", { "retry-after": "1" }), sold);
  await s.client().GET("/health");
  const [first, second] = s.attempts;
  assert(second.atMs - first.atMs >= 1000);
});

Deno.test("where the deadline would pass while waiting, the last answer is given at once", async () => {
  await using s = stage(refused("store_unavailable", { "retry-after": "30" }));
  const startedAt = performance.now();
  const { error } = await s.client({ deadlineMs: 5000 }).GET("/health");
  assert.equal(error?.code, "store_unavailable");
  assert.equal(s.attempts.length, 1);
  assert(performance.now() - startedAt < 2500);
});

Deno.test("repeats end with the deadline, and grow apart", async () => {
  await using s = stage(refused("outcome_unknown"));
  const startedAt = performance.now();
  const { error } = await s.client({ deadlineMs: 1000, backoffMs: 20 }).POST("/hold", sale);
  assert.equal(error?.code, "outcome_unknown");
  assert(performance.now() - startedAt < 5000);
  assert(s.attempts.length >= 3 && s.attempts.length < 60, `${s.attempts.length} attempts`);
});

Deno.test("an answer that breaks off, and one that does not come, are asked for again", async () => {
  await using s = stage(torn, silent, sold);
  const { data } = await s.client({ attemptMs: 1000 }).POST("/simulate/sale", sale);
  assert.deepEqual(data, SOLD);
  assert.equal(s.attempts.length, 3);
  assert.equal(new Set(s.attempts.map(({ key }) => key)).size, 1);
});

Deno.test("a service that is not there is thrown when the deadline ends, and found when it comes", async () => {
  const { baseUrl, ...gone } = stage(sold);
  await gone[Symbol.asyncDispose]();
  const client = createInventoryClient({ baseUrl, deadlineMs: 200, backoffMs: 5 });
  await assert.rejects(client.GET("/health"), TypeError);

  const patient = createInventoryClient({ baseUrl, deadlineMs: 5000, backoffMs: 5 });
  const answer = patient.POST("/simulate/sale", sale);
  await using _server = Deno.serve({
    port: Number(new URL(baseUrl).port),
    hostname: "127.0.0.1",
    onListen: () => {},
  }, sold);
  assert.deepEqual((await answer).data, SOLD);
});

Deno.test("a caller who gives up is obeyed, during an attempt and during a wait", async () => {
  for (const play of [silent, refused("store_unavailable", { "retry-after": "3" })]) {
    await using s = stage(play);
    const startedAt = performance.now();
    await assert.rejects(
      s.client().GET("/health", { signal: AbortSignal.timeout(100) }),
      { name: "TimeoutError" },
    );
    assert(performance.now() - startedAt < 2500);
    assert.equal(s.attempts.length, 1);
  }
});

Deno.test("a live feed is handed on while it runs", async () => {
  const feed: Play = () =>
    new Response(
      new ReadableStream({ start: (c) => c.enqueue(new TextEncoder().encode("data: 1\n\n")) }),
      { headers: { "content-type": "text/event-stream" } },
    );
  await using s = stage(feed);
  const { response } = await s.client().GET("/health", { parseAs: "stream" });
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  const reader = response.body!.getReader();
  assert.match(new TextDecoder().decode((await reader.read()).value), /^data: 1/);
  await reader.cancel();
});

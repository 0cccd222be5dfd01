// A valid request goes a short way to its handler; whatever goes the long way is judged the same.
import assert from "node:assert/strict";
import document from "../../openapi/openapi.json" with { type: "json" };
import { openTestApp, type TestApp } from "../support/app.ts";

const SHORT = "application/json";
const LONG = "application/json; charset=utf-8; way=long";

/** The examples of the contract, and what is nearly like them. */
function* bodiesNear(example: Record<string, unknown>): Generator<string> {
  yield* ["", "{", "null", "[]", "1", '"a"', "{}", "\ufeff{}", `[${JSON.stringify(example)}]`];
  yield JSON.stringify(example);
  yield JSON.stringify({ ...example, extra: 1 });
  yield JSON.stringify({ ...example, __proto__: { extra: 1 } });
  const values = [null, "", "x y", "any", "online", -1, 0, 1, 1.5, 1e9, true, [], {}, [{}]];
  for (const name of Object.keys(example)) {
    yield JSON.stringify({ ...example, [name]: undefined });
    for (const value of [...values, "a".repeat(300), "hold-1"]) {
      yield JSON.stringify({ ...example, [name]: value });
    }
  }
}

/** How it was judged: where it was refused before it was done, the problem but for its request id. */
async function judgement(t: TestApp, path: string, body: string, contentType: string) {
  const headers = { "content-type": contentType };
  const answer = await t.send(path, { method: "POST", body, headers });
  const isRefused = ["malformed_json", "validation_failed"].includes(answer.body.code);
  return isRefused ? { ...answer.body, request_id: "" } : "let through";
}

const { paths, components } = document as unknown as {
  paths: Record<string, { post?: { requestBody?: { content: Record<string, Content> } } }>;
  components: { schemas: Record<string, { example: Record<string, unknown> }> };
};
interface Content {
  schema: { $ref: string };
}

for (const [path, { post }] of Object.entries(paths)) {
  if (!post?.requestBody) continue;
  const { $ref } = post.requestBody.content["application/json"].schema;
  const { example } = components.schemas[$ref.split("/").at(-1)!];

  Deno.test(`POST ${path}: the short way and the long way judge alike`, async () => {
    await using t = await openTestApp();
    const judgements = new Set<string>();
    for (const text of bodiesNear(example)) {
      const short = await judgement(t, path, text, SHORT);
      assert.deepEqual(short, await judgement(t, path, text, LONG), text);
      judgements.add(short === "let through" ? short : short.code);
    }
    assert.deepEqual([...judgements].sort(), [
      "let through",
      "malformed_json",
      "validation_failed",
    ]);
  });
}

#!/usr/bin/env bash
# api-smart-diff calls a request that is closed, or limited to a list, non-breaking, and the opposite breaking.
#
# Version: api-smart-diff 1.0.6 (npm) under Node, on OpenAPI 3.1 documents.
# Guess that missed: it knows requests from answers, and is right on bounds, patterns and required fields on both
# sides; so it is on what else narrows a value.
# Behaviour: turned round for two keywords. A request field of any text that becomes one of two words is
# "non-breaking", the freed field "breaking" (the words of the list are judged one by one, as if more were more);
# `additionalProperties: false` put on a request body, which refuses what callers send today, is "non-breaking", and
# put on an answer "breaking"; dependentRequired, if/then and unevaluatedProperties, which narrow too, are "unclassified",
# which a check that counts breaking changes passes.
# Who is hurt: a release check that trusts the verdict: the callers of the day before get 422.
# Output seen:
#   request enum appears: non-breaking       request enum vanishes: breaking      answer enum appears: breaking
#   request closed: non-breaking             request opened: non-breaking         answer closed: breaking
#   request dependentRequired: unclassified  request if/then: unclassified        request minLength appears: breaking
# Needs node with npm.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm install --silent --no-audit --no-fund --prefix "$work" api-smart-diff@1.0.6 > /dev/null

cat > "$work/judge.mjs" << 'PROGRAM'
import { apiDiff } from "api-smart-diff";
const body = (schema) => ({ content: { "application/json": { schema } } });
const document = (side, schema) => ({
  openapi: "3.1.0",
  info: { title: "stock", version: "1" },
  paths: {
    "/hold": {
      post: {
        requestBody: { required: true, ...body(side === "request" ? schema : { type: "object" }) },
        responses: { 200: { description: "held", ...body(side === "answer" ? schema : { type: "object" }) } },
      },
    },
  },
});
const object = (field, more = {}) => ({ type: "object", properties: { sku: field, place: { type: "string" } }, ...more });
const text = { type: "string" };
const listed = { type: "string", enum: ["A", "B"] };
const cases = [
  ["request", "enum appears", object(text), object(listed)],
  ["request", "enum vanishes", object(listed), object(text)],
  ["answer", "enum appears", object(text), object(listed)],
  ["request", "closed", object(text), object(text, { additionalProperties: false })],
  ["request", "opened", object(text, { additionalProperties: false }), object(text)],
  ["answer", "closed", object(text), object(text, { additionalProperties: false })],
  ["request", "dependentRequired", object(text), object(text, { dependentRequired: { sku: ["place"] } })],
  ["request", "if/then", object(text), object(text, { if: { required: ["sku"] }, then: { required: ["place"] } })],
  ["request", "minLength appears", object(text), object({ ...text, minLength: 5 })],
];
for (const [side, what, before, after] of cases) {
  const verdicts = new Set(apiDiff(document(side, before), document(side, after)).map(({ type }) => type));
  console.log(`${side} ${what}: ${[...verdicts].join(" ")}`);
}
PROGRAM
(cd "$work" && timeout 30 node judge.mjs) | tee "$work/seen"
diff "$work/seen" - << 'EXPECTED' || { echo "not as found"; exit 1; }
request enum appears: non-breaking
request enum vanishes: breaking
answer enum appears: breaking
request closed: non-breaking
request opened: non-breaking
answer closed: breaking
request dependentRequired: unclassified
request if/then: unclassified
request minLength appears: breaking
EXPECTED

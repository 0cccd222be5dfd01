// The document: made from the contract alone, current, whole, and unambiguous.
import assert from "node:assert/strict";
import { createApp } from "../../src/app.ts";
import { accessTo } from "../../src/contract/access.ts";
import { SCOPES } from "../../src/contract/scopes.ts";
import { makeDocument } from "../../src/contract/document.ts";
import { ROUTES } from "../../src/contract/routes.ts";
import { PROBLEMS } from "../../src/contract/problem_kinds.ts";
import { makeLog } from "../../src/log.ts";
import type { Store } from "../../src/commits/store.ts";

// deno-lint-ignore no-explicit-any -- walked as plain JSON
const document = JSON.parse(JSON.stringify(makeDocument())) as any;

Deno.test("openapi/openapi.json is what the contract says", async () => {
  const written = await Deno.readTextFile(new URL("../../openapi/openapi.json", import.meta.url));
  assert.deepEqual(JSON.parse(written), document);
});

Deno.test("every schema has a description and, itself or in its fields, an example", () => {
  const hasExample = (schema: unknown): boolean => /"examples?":/.test(JSON.stringify(schema));
  for (
    const [name, schema] of Object.entries<{ description?: string }>(document.components.schemas)
  ) {
    assert(schema.description, `${name} has no description`);
    assert(hasExample(schema), `${name} has no example`);
  }
});

Deno.test("no two schemas share a name: the first would silently win", async () => {
  const names: string[] = [];
  const folder = new URL("../../src/contract/", import.meta.url);
  for await (const { name } of Deno.readDir(folder)) {
    const source = await Deno.readTextFile(new URL(name, folder));
    names.push(...[...source.matchAll(/\.openapi\("(\w+)"\)/g)].map(([, schema]) => schema));
  }
  assert.equal(new Set(names).size, names.length, names.toSorted().join());
  assert.deepEqual(Object.keys(document.components.schemas).toSorted(), names.toSorted());
});

Deno.test("every operation is mounted, and answers faults with a declared problem", async () => {
  const app = createApp({
    store: undefined as unknown as Store, // any use is a fault
    log: makeLog("silent"),
    maxBodyBytes: 1000,
    holdLifetimeMaxSeconds: 7200,
  });
  for (const route of ROUTES) {
    const path = route.path.replaceAll("{sku}", "A").replaceAll("{hold_id}", "hold-a");
    const { status } = await app.request(path, { method: route.method.toUpperCase() });
    assert(status in route.responses, `${route.operationId}: ${status}`);
    assert.notEqual(status, 405);
  }
  const mounted = app.openAPIRegistry.definitions.filter(({ type }) => type === "route").length;
  assert.equal(mounted, ROUTES.length, "a route is mounted that the document does not have");
});

Deno.test("every operation has a unique id, a summary, a description and a tag", () => {
  assert.equal(new Set(ROUTES.map(({ operationId }) => operationId)).size, ROUTES.length);
  for (const { operationId, summary, description, tags } of ROUTES) {
    assert(summary && description && tags.length === 1, operationId);
  }
});

Deno.test("every operation says what scope it needs, which the doors ask and the document says", () => {
  for (const { method, path, access, operationId } of ROUTES) {
    assert.equal(accessTo(method, path), access);
    const { security } = document.paths[path][method];
    if (access === "open") assert.deepEqual(security, []);
    else {
      const scopes = access === "any" ? [] : [access.replace("public ", "")];
      assert.deepEqual(security, [{ ApiKeyBearer: scopes }, { ApiKeyHeader: scopes }, {}]);
      assert(SCOPES.includes(scopes[0] as never), operationId);
    }
    if (method === "post") assert(!["open", "public read"].includes(access), operationId);
  }
  for (const name of ["ApiKeyBearer", "ApiKeyHeader"]) {
    assert(document.components.securitySchemes[name]);
  }
});

Deno.test("what the table does not name is for admin alone", () => {
  assert.equal(accessTo("GET", "/nosuch"), "admin");
  assert.equal(accessTo("HEAD", "/inventory/:sku"), "public read");
  assert.equal(accessTo("GET", "/inventory/:sku{[^/]+}"), "public read");
});

interface Described {
  parameters?: unknown[];
  requestBody?: { content: Record<string, unknown> };
  responses: Record<
    string,
    { content?: Record<string, unknown>; headers: Record<string, unknown> }
  >;
}
const operations = Object.values<Record<string, Described>>(document.paths)
  .flatMap((item) => Object.values(item));

Deno.test("every operation that can be asked wrongly declares a 4XX answer", () => {
  // Stands in for the lint rule that .redocly.yaml switches off.
  for (const { parameters, requestBody, responses } of operations) {
    if (!parameters?.length && !requestBody) continue;
    assert(Object.keys(responses).some((status) => status.startsWith("4")));
  }
});

Deno.test("every request, answer and problem has an example", () => {
  for (const operation of operations) {
    for (
      const { content } of [operation.requestBody, ...Object.values(operation.responses)].filter(
        (part) => part !== undefined,
      )
    ) {
      // deno-lint-ignore no-explicit-any -- walked as plain JSON
      for (const [type, { schema, ...media }] of Object.entries<any>(content ?? {})) {
        const name = schema?.$ref?.split("/").at(-1);
        const example = media.example ?? media.examples ?? schema?.example ??
          document.components.schemas[name]?.example;
        assert(example !== undefined, `${JSON.stringify(schema)} as ${type} has no example`);
      }
    }
  }
});

Deno.test("every answer declares its headers: the request id, and when to come back", () => {
  for (const { responses } of operations) {
    for (const [status, { headers }] of Object.entries(responses)) {
      assert(headers["X-Request-Id"]);
      assert.equal("Retry-After" in headers, status === "503" || status === "429");
    }
  }
  const { 200: held, 503: unavailable } = document.paths["/hold"].post.responses;
  assert("Idempotent-Replayed" in held.headers && !("Idempotent-Replayed" in unavailable.headers));
  assert(!("Idempotent-Replayed" in document.paths["/inventory/{sku}"].get.responses[200].headers));
});

Deno.test("every operation says what to do about the refusals that are its own", () => {
  const { description } = document.paths["/confirm"].post;
  for (const code of ["hold_not_found", "hold_expired", "hold_released"] as const) {
    assert(description.includes(`- \`${code}\`: ${PROBLEMS[code].advice}`));
  }
  assert(!description.includes("malformed_json"), "what any command may meet is told once");
  assert(!document.paths["/health"].get.description.includes("refused"));
});

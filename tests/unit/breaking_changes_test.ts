// Which changes of the document break those who rely on it, and which do not: a small document, changed.
import assert from "node:assert/strict";
import { breakingChanges } from "../../scripts/breaking_changes.ts";
import openapi from "../../openapi/openapi.json" with { type: "json" };
import { runTask } from "../support/service.ts";

// deno-lint-ignore no-explicit-any -- documents are changed as plain JSON
type Json = any;

const BEFORE: Json = {
  openapi: "3.1.0",
  info: { title: "Small", version: "1" },
  paths: {
    "/things": {
      get: {
        operationId: "listThings",
        security: [],
        parameters: [
          { name: "limit", in: "query", schema: { type: "integer", maximum: 100 } },
          { $ref: "#/components/parameters/Key" },
        ],
        responses: {
          200: {
            description: "Them.",
            headers: { "X-Count": { schema: { type: "integer" } } },
            content: { "application/json": { schema: { $ref: "#/components/schemas/Thing" } } },
          },
          404: { description: "None." },
        },
      },
      post: {
        operationId: "makeThing",
        security: [{ Key: [] }, { Token: [] }],
        requestBody: {
          content: { "application/json": { schema: { $ref: "#/components/schemas/NewThing" } } },
        },
        responses: { 200: { description: "Made." } },
      },
    },
    "/health": { get: { operationId: "getHealth", responses: { 200: { description: "Well." } } } },
  },
  components: {
    parameters: { Key: { name: "Key", in: "header", schema: { type: "string" } } },
    schemas: {
      Thing: {
        type: "object",
        properties: {
          id: { type: "string" },
          kind: { type: "string", enum: ["a", "b"] },
          note: { type: ["string", "null"] },
          tags: { type: "array", items: { type: "string" } },
        },
        required: ["id", "kind"],
      },
      NewThing: {
        type: "object",
        properties: {
          size: { type: "integer", minimum: 1, maximum: 10, default: 1 },
          kind: { type: "string", enum: ["a", "b"] },
          note: { type: ["string", "null"] },
          weight: { type: "number" },
        },
        required: ["size"],
      },
    },
  },
};

type Change = [what: string, change: (document: Json) => void];
const list = (d: Json) => d.paths["/things"].get;
const make = (d: Json) => d.paths["/things"].post;
const answer = (d: Json) => d.components.schemas.Thing;
const request = (d: Json) => d.components.schemas.NewThing;

const BREAKING: Change[] = [
  ["a path removed", (d) => delete d.paths["/health"]],
  ["a method removed", (d) => delete d.paths["/things"].post],
  ["another operationId", (d) => list(d).operationId = "getThings"],
  ["a status removed", (d) => delete list(d).responses[404]],
  ["a content type replaced", (d) => {
    const { content } = list(d).responses[200];
    content["application/xml"] = content["application/json"];
    delete content["application/json"];
  }],
  ["a header removed", (d) => delete list(d).responses[200].headers["X-Count"]],
  ["a field of an answer removed", (d) => delete answer(d).properties.note],
  ["a field of an answer no longer certain", (d) => answer(d).required = ["id"]],
  [
    "an answer's field that may be null now",
    (d) => answer(d).properties.id.type = ["string", "null"],
  ],
  ["an answer's items of another type", (d) => answer(d).properties.tags.items.type = "integer"],
  ["a field of a request removed", (d) => delete request(d).properties.note],
  ["a field of a request required", (d) => request(d).required.push("kind")],
  ["a new field that is required", (d) => {
    request(d).properties.colour = { type: "string" };
    request(d).required.push("colour");
  }],
  [
    "a request's field that may no longer be null",
    (d) => request(d).properties.note.type = "string",
  ],
  ["a number that must be whole", (d) => request(d).properties.weight.type = "integer"],
  ["a limit tightened", (d) => request(d).properties.size.maximum = 9],
  ["a limit added", (d) => request(d).properties.weight.maximum = 9],
  ["a value no longer taken", (d) => request(d).properties.kind.enum = ["a"]],
  ["another default", (d) => request(d).properties.size.default = 2],
  ["a body required", (d) => make(d).requestBody.required = true],
  ["a parameter removed", (d) => list(d).parameters.pop()],
  ["a parameter required", (d) => list(d).parameters[0].required = true],
  ["a parameter required, by reference", (d) => d.components.parameters.Key.required = true],
  ["a parameter's limit tightened", (d) => list(d).parameters[0].schema.maximum = 50],
  [
    "a new parameter that is required, where there were some",
    (d) =>
      list(d).parameters.push({
        name: "q",
        in: "query",
        required: true,
        schema: { type: "string" },
      }),
  ],
  [
    "a new parameter that is required, where there were none",
    (d) =>
      d.paths["/health"].get.parameters = [
        { name: "q", in: "query", required: true, schema: { type: "string" } },
      ],
  ],
  ["a key asked for", (d) => list(d).security = [{ Key: [] }]],
  ["a key asked for everywhere", (d) => d.security = [{ Key: [] }]],
  ["one of two ways in removed", (d) => make(d).security = [{ Key: [] }]],
  ["two keys asked for at once", (d) => make(d).security = [{ Key: [], Token: [] }]],
];

const HARMLESS: Change[] = [
  ["nothing", () => {}],
  ["another description", (d) => list(d).responses[200].description = "Things."],
  ["a new path", (d) => d.paths["/new"] = { get: { operationId: "n", responses: {} } }],
  ["a new status", (d) => list(d).responses[429] = { description: "Slower." }],
  ["a new header", (d) => list(d).responses[200].headers["X-New"] = { schema: { type: "string" } }],
  ["a new field of an answer", (d) => answer(d).properties.colour = { type: "string" }],
  ["a new value in an answer", (d) => answer(d).properties.kind.enum.push("c")],
  ["an answer's field that is never null now", (d) => answer(d).properties.note.type = "string"],
  ["a new field of a request, optional", (d) => request(d).properties.colour = { type: "string" }],
  ["a request's field no longer required", (d) => request(d).required = []],
  ["a limit loosened", (d) => request(d).properties.size.maximum = 20],
  ["a limit removed", (d) => delete request(d).properties.size.maximum],
  ["a new value taken", (d) => request(d).properties.kind.enum.push("c")],
  ["a field that may be null too", (d) => request(d).properties.kind.type = ["string", "null"]],
  ["a whole number that may be any", (d) => request(d).properties.size.type = "number"],
  [
    "a new parameter, optional, before the others",
    (d) => list(d).parameters.unshift({ name: "q", in: "query", schema: { type: "string" } }),
  ],
  ["a new way in", (d) => make(d).security.push({ Cookie: [] })],
  ["no key asked for", (d) => make(d).security = []],
  ["an optional key", (d) => list(d).security = [{}, { Key: [] }]],
];

function changed(change: (document: Json) => void): Json {
  const after = structuredClone(BEFORE);
  change(after);
  return after;
}

for (const [what, change] of BREAKING) {
  Deno.test(`breaking: ${what}`, () => {
    const found = breakingChanges(BEFORE, changed(change));
    assert(found.length >= 1 && found.length <= 2, found.join("\n") || "not noticed");
  });
}

for (const [what, change] of HARMLESS) {
  Deno.test(`harmless: ${what}`, () => {
    assert.deepEqual(breakingChanges(BEFORE, changed(change)), []);
  });
}

Deno.test("the real document breaks nothing of itself, and a change in it is named by operation", () => {
  assert.deepEqual(breakingChanges(openapi, openapi), []);
  const after: Json = structuredClone(openapi);
  after.paths["/hold"].post.operationId = "hold";
  assert.deepEqual(breakingChanges(openapi, after), [
    "POST /hold > operationId: changed from createHold to hold",
  ]);
});

Deno.test("deno task openapi --against FILE says what is broken, and fails", async () => {
  const earlier = await Deno.makeTempFile({ suffix: ".json" });
  const against = async (document: Json) => {
    await Deno.writeTextFile(earlier, JSON.stringify(document));
    const { code, stdout, stderr } = await runTask("openapi", ["--against", earlier], {});
    return [code, stdout + stderr] as const;
  };
  try {
    assert.deepEqual(await against(openapi), [0, `no breaking change since ${earlier}\n`]);
    const before: Json = structuredClone(openapi);
    before.paths["/gone"] = before.paths["/health"];
    const [code, said] = await against(before);
    assert.equal(code, 1);
    assert.match(said, /^1 breaking changes since .*:\nGET \/gone: removed$/m);
  } finally {
    await Deno.remove(earlier);
  }
});

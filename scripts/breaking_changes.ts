// What a new OpenAPI document takes from those who were written for an earlier one: something removed or
// narrowed, a new requirement, another operationId. api-smart-diff finds most of it and knows requests from
// answers; the rules below are for what it passes over, or is too strict about.
import { apiDiff } from "api-smart-diff";

// deno-lint-ignore no-explicit-any -- documents are walked as plain JSON
type Json = any;
type Report = (path: string[], what: string) => void;

/** Every breaking change from `before` to `after`, each as one line; none is an empty list. */
export function breakingChanges(before: Json, after: Json): string[] {
  const found = new Map<string, string>();
  const report: Report = (path, what) => {
    const [, route = "", method = "", ...rest] = path;
    const where = [`${method.toUpperCase()} ${route}`.trim(), ...rest].join(" > ");
    if (!found.has(where)) found.set(where, `${where}: ${what}`);
  };
  for (const [path, item] of Object.entries<Json>(before.paths)) {
    for (const [method, was] of Object.entries<Json>(item)) {
      const is = after.paths[path]?.[method];
      if (is) compareOperation({ before, after, was, is, path: ["paths", path, method], report });
    }
  }
  for (const { path, action, type, before: was, after: is } of diff(before, after)) {
    if (type !== "breaking" || path[0] !== "paths" || isOverruled(path, action)) continue;
    const change = action === "replace" ? ` from ${show(was)} to ${show(is)}` : "";
    report(path, DONE[action] + change);
  }
  return [...found.values()];
}

const DONE = { add: "added", remove: "removed", replace: "changed", rename: "renamed" };

interface Difference {
  path: string[];
  action: keyof typeof DONE;
  type: string;
  before?: unknown;
  after?: unknown;
}

function diff(before: Json, after: Json): Difference[] {
  return (apiDiff(structuredClone(before), structuredClone(after)) as Difference[])
    .map((each) => ({ ...each, path: each.path.map(String) }));
}

/**
 * What is not to be taken from api-smart-diff: an answer may say more than before, such as a new problem
 * code; and types and security are judged by the rules below.
 */
function isOverruled(path: string[], action: string): boolean {
  const steps = path.filter((step) => !/^\d+$/.test(step)); // without places in lists
  const keyword = steps.at(-2) === "properties" ? undefined : steps.at(-1);
  const isAnswer = path[3] === "responses";
  return path[3] === "security" || (keyword === "type" && !path.includes("headers")) ||
    (isAnswer && keyword === "enum" && action === "add");
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? text.slice(0, 57) + "..." : text;
}

interface Pair {
  before: Json;
  after: Json;
  was: Json;
  is: Json;
  path: string[];
  report: Report;
}

function compareOperation({ before, after, was, is, path, report }: Pair): void {
  if (was.operationId !== is.operationId) {
    report([...path, "operationId"], `changed from ${was.operationId} to ${is.operationId}`);
  }
  // What sufficed before must suffice now: each way in must still hold all that some way now asks for.
  const waysWere: Json[] = was.security ?? before.security ?? [{}];
  const waysAre: Json[] = is.security ?? after.security ?? [{}];
  const suffices = (way: Json) =>
    waysAre.length === 0 || waysAre.some((now) => Object.keys(now).every((name) => name in way));
  if (!(waysWere.length === 0 ? [{}] : waysWere).every(suffices)) {
    report([...path, "security"], `asks for more: ${show(waysAre)}`);
  }
  compareParameters({ before, after, was, is, path, report });
  const bodies = [was, is].map(({ requestBody }) => requestBody ?? {});
  if (bodies[1].required && !bodies[0].required) {
    report([...path, "requestBody"], "is required now");
  }
  compareContents(bodies[0], bodies[1], [...path, "requestBody"], "request");
  for (const [status, answer] of Object.entries<Json>(was.responses)) {
    if (!is.responses[status]) continue;
    compareContents(answer, is.responses[status], [...path, "responses", status], "answer");
  }

  function compareContents(was: Json, is: Json, path: string[], side: Side): void {
    for (const [type, { schema }] of Object.entries<Json>(was.content ?? {})) {
      const now = is.content?.[type]?.schema;
      const below = [...path, "content", type, "schema"];
      if (now) compareSchemas({ before, after, was: schema, is: now, path: below, report }, side);
    }
  }
}

function compareParameters({ before, after, was, is, path, report }: Pair): void {
  const byName = (document: Json, operation: Json): Map<string, Json> =>
    new Map(
      (operation.parameters ?? []).map((each: Json) => resolve(document, each)).map((
        each: Json,
      ) => [`${each.in} ${each.name}`, each]),
    );
  const old = byName(before, was);
  for (const [name, parameter] of byName(after, is)) {
    const known = old.get(name);
    const here = [...path, "parameters", name];
    if (parameter.required && !known?.required) report(here, "is required now");
    if (!known) continue;
    const schemas = { was: known.schema, is: parameter.schema };
    compareSchemas({ before, after, ...schemas, path: [...here, "schema"], report }, "request");
  }
}

type Side = "request" | "answer";

/** What api-smart-diff takes lightly: fields that are gone though they were optional, and types. */
function compareSchemas(pair: Pair, side: Side, depth = 0): void {
  const { before, after, path, report } = pair;
  const [was, is] = [resolve(before, pair.was), resolve(after, pair.is)];
  if (depth > 20) return; // a schema that contains itself
  const [typesWere, typesAre] = [was, is].map(({ type }) => new Set([type ?? []].flat()));
  const narrower = side === "request" ? typesAre : typesWere;
  const wider = side === "request" ? typesWere : typesAre;
  if (typesAre.size > 0 && typesWere.size > 0 && !accepts(narrower, wider)) {
    report([...path, "type"], `changed from ${show(was.type)} to ${show(is.type)}`);
  }
  const descend = (was: Json, is: Json, ...steps: string[]) => {
    if (!was || !is || typeof was !== "object" || typeof is !== "object") return;
    compareSchemas({ before, after, was, is, path: [...path, ...steps], report }, side, depth + 1);
  };
  for (const [name, schema] of Object.entries(was.properties ?? {})) {
    const now = is.properties?.[name];
    if (!now) report([...path, "properties", name], "removed");
    descend(schema, now, "properties", name);
  }
  descend(was.items, is.items, "items");
  descend(was.additionalProperties, is.additionalProperties, "additionalProperties");
  for (const list of ["anyOf", "oneOf", "allOf"]) {
    (was[list] ?? []).forEach((each: Json, i: number) =>
      descend(each, is[list]?.[i], list, `${i}`)
    );
  }
}

/** Whether `types` has a place for each of `others`; a whole number is a number. */
function accepts(types: Set<string>, others: Set<string>): boolean {
  return [...others].every((each) =>
    types.has(each) || (each === "integer" && types.has("number"))
  );
}

function resolve(document: Json, node: Json): Json {
  if (!node?.$ref) return node;
  const found = node.$ref.slice(2).split("/").reduce(
    (at: Json, step: string) => at[step],
    document,
  );
  return resolve(document, found);
}

// Imports run downward, floor by floor, and never in a ring. The code tour in docs/how-it-works.md says the same.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";

/** From the roof to the ground: a file imports from its own floor and from those below it. */
const FLOORS = [
  "main.ts",
  "app.ts configured_store.ts",
  "config.ts",
  "routes/",
  "mcp/",
  "http/",
  "console/", // runs in a browser: what is below it is sent along, or types alone
  "catalogue/",
  "operations/",
  "store/",
  "commits/",
  "redis/",
  "log.ts",
  "contract/",
].map((names) => names.split(" "));

/** Packages that are for some rooms alone. */
const PACKAGES: [name: RegExp, rooms: RegExp][] = [
  [/^hono\b/, /^(app\.ts|routes\/|http\/|mcp\/)/],
  [/^@hono\/zod-openapi$/, /^(app\.ts|routes\/|http\/|contract\/|store\/|console\/)/],
  [/^@redis\/client$/, /^redis\//],
  [/^@modelcontextprotocol\//, /^mcp\//],
  [/^prom-client$/, /^operations\//],
  [/^marked$/, /^routes\//],
];

const ROOT = new URL("../../src/", import.meta.url);

interface Source {
  path: string;
  text: string;
  /** Files of ours by their path below src, and packages by their name. */
  imports: string[];
}

const SOURCES: Source[] = readdirSync(ROOT.pathname, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => {
    const text = readFileSync(new URL(path, ROOT), "utf8");
    const imports = [...text.matchAll(/\bfrom "([^"]+)"|\bimport\(\s*"([^"]+)"/g)]
      .map(([, from, dynamic]) => from ?? dynamic)
      .map((target) =>
        target.startsWith(".")
          ? new URL(target, new URL(path, ROOT)).pathname.replace(ROOT.pathname, "")
          : target
      );
    return { path, text, imports };
  });

/** How far below the roof a file is; what is not below src (Lua, documents) is below everything. */
function depthOf(path: string): number {
  const floor = FLOORS.findIndex((names) =>
    names.some((name) => name.endsWith("/") ? path.startsWith(name) : path === name)
  );
  return floor < 0 ? Infinity : floor;
}

Deno.test("imports run downward", () => {
  assert(SOURCES.length > 100, "the walk found the sources");
  for (const { path, imports } of SOURCES) {
    assert(depthOf(path) < Infinity, `${path} is on no floor`);
    for (const target of imports) {
      assert(depthOf(target) >= depthOf(path), `${path} must not import ${target}, which is above`);
    }
  }
});

Deno.test("who speaks HTTP asks the store, and knows nothing of how a commit travels", () => {
  const below = /^(commits|redis)\//;
  const known = /^(commits\/(store|keys|readiness)|redis\/faults)\.ts$/;
  for (const { path, imports } of SOURCES) {
    if (!/^(app\.ts|routes\/|mcp\/|http\/)/.test(path)) continue;
    const wrong = imports.find((target) => below.test(target) && !known.test(target));
    assert(!wrong, `${path} must not import ${wrong}`);
  }
});

Deno.test("no files import each other in a ring", () => {
  const imports = new Map(SOURCES.map((source) => [source.path, source.imports]));
  const done = new Set<string>();
  const visit = (path: string, way: string[]) => {
    assert(!way.includes(path), `a ring: ${[...way.slice(way.indexOf(path)), path].join(" -> ")}`);
    if (done.has(path)) return;
    for (const target of imports.get(path) ?? []) visit(target, [...way, path]);
    done.add(path);
  };
  for (const { path } of SOURCES) visit(path, []);
});

Deno.test("packages stay in their rooms", () => {
  for (const { path, imports } of SOURCES) {
    for (const [name, rooms] of PACKAGES) {
      const uses = imports.some((target) => name.test(target));
      assert(!uses || rooms.test(path), `${path} must not import ${name}`);
    }
  }
});

Deno.test("only main and the scripts read the environment", () => {
  for (const { path, text } of SOURCES) {
    if (path !== "main.ts") assert(!/Deno\.env|process\.env/.test(text), path);
  }
});

Deno.test("the store and the console take only types from zod", () => {
  for (const { path, text } of SOURCES) {
    if (!/^(store|console)\//.test(path)) continue;
    for (const [line] of text.matchAll(/^import .*@hono\/zod-openapi.*$/gm)) {
      assert.match(line, /^import type /, path);
    }
  }
});

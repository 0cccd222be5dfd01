// Imports run one way; this holds the rules that the README's code tour states.
import assert from "node:assert/strict";

const ROOT = new URL("../../src/", import.meta.url);

async function* sources(folder = ""): AsyncGenerator<[path: string, imports: string[]]> {
  for await (const entry of Deno.readDir(new URL(folder, ROOT))) {
    const path = folder + entry.name;
    if (entry.isDirectory) yield* sources(`${path}/`);
    else if (path.endsWith(".ts")) {
      const text = await Deno.readTextFile(new URL(path, ROOT));
      const imports = [...text.matchAll(/\bfrom "([^"]+)"|\bimport\("([^"]+)"\)/g)].map(
        ([, from, dynamic]) => {
          const target = from ?? dynamic;
          return target.startsWith(".")
            ? new URL(target, new URL(path, ROOT)).pathname.slice(ROOT.pathname.length)
            : target;
        },
      );
      yield [path, imports];
    }
  }
}

/** Who may import what: the room, and a pattern of what its files must not import. */
const FORBIDDEN: [room: RegExp, target: RegExp][] = [
  [/^contract\//, /^(?!contract\/).*\.ts$/],
  [/^store\//, /^(hono|@hono\/zod-openapi\/|routes\/|http\/|redis\/|app\.ts|config\.ts)/],
  [
    /^routes\//,
    /^(@redis\/client|redis\/|config\.ts|app\.ts|store\/(redis_link|batch_queue|scripts|keys)\.ts)/,
  ],
  [/^http\//, /^(@redis\/client|redis\/|routes\/|config\.ts|app\.ts)/],
  [/^mcp\//, /^(@redis\/client|hono|store\/|redis\/|routes\/|config\.ts|app\.ts)/],
  [/^console\//, /^(@redis\/client|hono|store\/|routes\/|http\/|redis\/|config\.ts|app\.ts)/],
  [/^redis\//, /^(hono|store\/|routes\/|http\/|contract\/)/],
  [/^app\.ts$/, /^(@redis\/client|redis\/|config\.ts)/],
  [/./, /^main\.ts$/],
];

Deno.test("imports run one way", async () => {
  let count = 0;
  for await (const [path, imports] of sources()) {
    count++;
    for (const [room, target] of FORBIDDEN) {
      if (!room.test(path)) continue;
      for (const each of imports) assert(!target.test(each), `${path} must not import ${each}`);
    }
  }
  assert(count > 20, "the walk found the sources");
});

Deno.test("only main and the scripts read the environment", async () => {
  for await (const [path] of sources()) {
    if (path === "main.ts") continue;
    const text = await Deno.readTextFile(new URL(path, ROOT));
    assert(!/Deno\.env|process\.env/.test(text), path);
  }
});

Deno.test("the store takes only types from zod and the contract's fields", async () => {
  for await (const [path] of sources("store/")) {
    const text = await Deno.readTextFile(new URL(path, ROOT));
    for (const [line] of text.matchAll(/^import .*@hono\/zod-openapi.*$/gm)) {
      assert.match(line, /^import type /, path);
    }
  }
});

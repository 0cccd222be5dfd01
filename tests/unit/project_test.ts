// Facts that stand in several files of the project agree.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";

const read = (path: string) => Deno.readTextFile(new URL(`../../${path}`, import.meta.url));

Deno.test("one version of Deno everywhere", async () => {
  const versions = new Set<string>();
  for (const path of ["README.md", "Dockerfile", ".ci/run"]) {
    const found = [...(await read(path)).matchAll(/deno(?:@|:debian-)(\d+\.\d+\.\d+)/g)].map((
      [, version],
    ) => version);
    assert(found.length > 0, path);
    found.forEach((version) => versions.add(version));
  }
  assert.equal(versions.size, 1, [...versions].join());
});

Deno.test("CI runs the README's test command", async () => {
  const command = (await read(".ci/run")).match(/^npx .* task test$/m)![0];
  assert((await read("README.md")).includes(`\n${command}\n`));
});

Deno.test("every dependency is pinned to one version", async () => {
  const { imports } = JSON.parse(await read("deno.json"));
  for (const target of Object.values<string>(imports)) {
    assert.match(target, /^npm:@?[^@]+@\d+\.\d+\.\d+$/);
  }
});

Deno.test("every Lua verb has a header", async () => {
  const lua = new URL("../../lua/", import.meta.url).pathname;
  for (const name of readdirSync(lua, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".lua") || name.startsWith("shared/")) continue;
    const header = (await read(`lua/${name}`)).match(/^--\[\[\n([\s\S]+?)\n\]\]/)?.[1];
    assert(header?.includes("REPLY"), `${name} states no replies`);
  }
});

Deno.test("one version of ours everywhere", async () => {
  const { version } = JSON.parse(await read("deno.json"));
  assert.match(version, /^\d+\.\d+\.\d+$/);
  assert.equal(JSON.parse(await read("openapi/client/package.json")).version, version);
  assert.equal(JSON.parse(await read("openapi/openapi.json")).info.version, version);
  const [, released] = (await read("CHANGELOG.md")).match(
    /^## \[(\d[^\]]+)\] - \d{4}-\d\d-\d\d$/m,
  )!;
  assert.equal(released, version, "the newest release of the changelog");
});

Deno.test("the image has every folder that the service imports from", async () => {
  const src = new URL("../../src/", import.meta.url).pathname;
  const folders = new Set<string>();
  for (const name of readdirSync(src, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".ts")) continue;
    const above = "../".repeat(name.split("/").length);
    for (const [, path] of (await read(`src/${name}`)).matchAll(/"((?:\.\.\/)+[^"]+)"/g)) {
      if (path.startsWith(above)) folders.add(path.slice(above.length).split("/")[0]);
    }
  }
  assert(folders.has("lua") && folders.has("docs"));
  const copied = [...(await read("Dockerfile")).matchAll(/^COPY (.+) \S+$/gm)]
    .flatMap(([, names]) => names.split(" "));
  const ignored = (await read(".dockerignore")).split("\n");
  for (const folder of folders) {
    assert(copied.includes(folder) && !ignored.includes(folder), folder);
  }
});

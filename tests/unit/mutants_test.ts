// The bugs of tests/chaos/mutants.ts can still be planted: each text to replace stands in its file, once.
import assert from "node:assert/strict";
import { MUTANTS } from "../chaos/mutants.ts";

Deno.test("every bug can be planted", async () => {
  assert.equal(new Set(MUTANTS.map(({ name }) => name)).size, MUTANTS.length);
  for (const { name, file, find } of MUTANTS) {
    const text = await Deno.readTextFile(new URL(`../../${file}`, import.meta.url));
    assert.equal(text.split(find).length - 1, 1, `${name}: not once in ${file}`);
  }
});

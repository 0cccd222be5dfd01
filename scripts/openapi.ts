// Writes openapi/openapi.json from the contract. With --check: fails if the file differs instead. With
// --against FILE: fails if the contract breaks those who rely on the document in FILE, and says where.
import { makeDocument } from "../src/contract/document.ts";

const FILE = new URL("../openapi/openapi.json", import.meta.url);

const text = JSON.stringify(makeDocument(), null, 2) + "\n";
const [option, earlier] = Deno.args;
if (option === undefined) {
  Deno.writeTextFileSync(FILE, text);
  console.log("wrote openapi/openapi.json");
} else if (option === "--check") {
  if (Deno.readTextFileSync(FILE) !== text) {
    fail(
      "openapi/openapi.json is not what src/contract says: run `deno task openapi` and commit it",
    );
  }
} else if (option === "--against" && earlier) {
  const { breakingChanges } = await import("./breaking_changes.ts");
  const found = breakingChanges(read(earlier), JSON.parse(text));
  if (found.length > 0) fail(`${found.length} breaking changes since ${earlier}:`, ...found);
  console.log(`no breaking change since ${earlier}`);
} else {
  fail("usage: deno task openapi [--check | --against FILE]");
}

function read(path: string): unknown {
  try {
    return JSON.parse(Deno.readTextFileSync(path));
  } catch (error) {
    fail(`cannot read ${path}: ${(error as Error).message}`);
  }
}

function fail(...lines: string[]): never {
  console.error(lines.join("\n"));
  Deno.exit(1);
}

// Writes openapi/openapi.json from the contract. With --check: fails if the file differs instead.
import { makeDocument } from "../src/contract/document.ts";

const FILE = new URL("../openapi/openapi.json", import.meta.url);

const text = JSON.stringify(makeDocument(), null, 2) + "\n";
if (!Deno.args.includes("--check")) {
  Deno.writeTextFileSync(FILE, text);
  console.log("wrote openapi/openapi.json");
} else if (Deno.readTextFileSync(FILE) !== text) {
  console.error(
    "openapi/openapi.json is not what src/contract says: run `deno task openapi` and commit the result",
  );
  Deno.exit(1);
}

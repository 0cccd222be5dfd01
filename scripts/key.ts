// Makes an API key: prints it once, and the entry of API_KEYS that lets it in. Nothing is stored.
import { SCOPES } from "../src/contract/scopes.ts";
import { makeApiKey } from "../src/http/api_keys.ts";

const [name = "", scopes = "", ...rest] = Deno.args;
try {
  if (rest.length > 0) throw new Error("too many arguments");
  const { key, entry } = makeApiKey(name, scopes);
  console.log(`key, shown only now:       ${key}\nentry to add to API_KEYS:  ${entry}`);
} catch (error) {
  console.error(`key: ${(error as Error).message}`);
  console.error(`usage: deno task key NAME SCOPE,SCOPE   (scopes: ${SCOPES.join(", ")})`);
  Deno.exit(1);
}

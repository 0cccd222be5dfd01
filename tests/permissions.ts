// Runs the tests of the real process with Deno's permission audit, and lists what each task's process touched.
import { AUDIT_DIR_VARIABLE, readAudits } from "./support/permissions.ts";

const dir = await Deno.makeTempDir({ prefix: "ia-audit-" });
const { code } = await new Deno.Command(Deno.execPath(), {
  args: ["test", "--quiet", "--frozen", "--no-prompt", "--allow-all", ...Deno.args],
  env: { [AUDIT_DIR_VARIABLE]: dir },
}).spawn().status;
let refusals = 0;
for (const [task, { used, refused, processes }] of await readAudits(dir)) {
  console.log(`\n${task} (${processes} processes)\n  ${used.join("\n  ")}`);
  if (refused.length > 0) console.log(`REFUSED\n  ${refused.join("\n  ")}`);
  refusals += refused.length;
}
await Deno.remove(dir, { recursive: true });
Deno.exit(code || (refusals > 0 ? 1 : 0));

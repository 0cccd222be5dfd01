// Reads what `deno audit` says, passes it on, and tells apart what its exit code does not: dependencies with
// known vulnerabilities (1), and a registry that could not be asked, so that nothing is known (2).
const said = await new Response(Deno.stdin.readable).text();
// deno-lint-ignore no-control-regex -- the colours of a terminal
const plain = said.replaceAll(/\x1b\[[0-9;]*m/g, "");
if (/^No known vulnerabilities found/m.test(plain)) {
  console.log(plain.trim());
} else if (/^Found \d+ vulnerabilities/m.test(plain)) {
  console.log(plain.trim());
  Deno.exit(1);
} else {
  const [reason] = plain.trim().split("\n");
  console.error(`audit: the registry could not be asked, so nothing is known. ${reason}
Run it where https://registry.npmjs.org can be reached and no proxy changes its certificate, for deno audit
trusts none but public authorities; or name a registry that answers audits in NPM_CONFIG_REGISTRY.`);
  Deno.exit(2);
}

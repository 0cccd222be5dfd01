// `deno task audit` as `deno audit` answers it, on registries of the test's own.
import assert from "node:assert/strict";

const ROOT = new URL("../../", import.meta.url);

/** Runs the task's command, since the task runner itself would want packages from the registry. */
async function audit(answer: () => Response) {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const asked: string[] = [];
  const registry = Deno.serve({ port: 0, onListen: () => {} }, async (request) => {
    asked.push(...Object.keys(await request.json()));
    return answer();
  });
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", tasks.audit.command.replaceAll(/\bdeno /g, `${Deno.execPath()} `)],
    cwd: ROOT,
    env: { NPM_CONFIG_REGISTRY: `http://127.0.0.1:${registry.addr.port}/` },
  }).output();
  await registry.shutdown();
  assert(asked.includes("hono") && asked.includes("@redis/client"), asked.join());
  return { code, said: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

Deno.test("nothing known, something known, and nothing learned are three answers", async () => {
  const good = await audit(() => Response.json({}));
  assert.deepEqual(good, { code: 0, said: "No known vulnerabilities found\n" });
  const bad = await audit(() =>
    Response.json({
      hono: [{
        id: 1,
        url: "https://example.org/advisory",
        title: "Lets anybody in",
        severity: "high",
        vulnerable_versions: "<99.0.0",
      }],
    })
  );
  assert.equal(bad.code, 1);
  assert.match(bad.said, /Lets anybody in[\s\S]*hono[\s\S]*Found 1 vulnerabilities/);
  const silent = await audit(() => new Response("no", { status: 405 }));
  assert.equal(silent.code, 2);
  assert.match(silent.said, /^audit: the registry could not be asked, so nothing is known\./);
});

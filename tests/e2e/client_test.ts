// The TypeScript client as others get it: packed, installed, and used from Node and Deno with the real service.
import assert from "node:assert/strict";
import { isMissing, run } from "../support/programs.ts";
import { makeDataDir, startService } from "../support/service.ts";

const PACKAGE = new URL("../../openapi/client/", import.meta.url).pathname;

const PROGRAM = `
import { createInventoryClient } from "inventory-agent-client";
const client = createInventoryClient({ baseUrl: process.argv[2] });
const held = await client.POST("/hold", { body: { sku: "SKU000001", quantity: 3 } });
const sold = await client.POST("/confirm", { body: { hold_id: held.data.hold_id } });
const { error } = await client.POST("/hold", { body: { sku: "SKU000001", quantity: 1000000 } });
console.log(JSON.stringify([held.data.status, sold.data.status, error.code, error.shortages[0].available]));
`;

Deno.test({
  name: "npm pack, npm install, node: the client buys and is refused",
  ignore: await isMissing("the client under Node", "npm", "--version"),
  async fn() {
    await using data = await makeDataDir();
    await using service = await startService({ DATA_DIR: data.path });
    const cwd = await Deno.makeTempDir({ prefix: "ia-client-" });
    try {
      const packed = await run("npm", ["pack", "--json", "--pack-destination", cwd], {
        cwd: PACKAGE,
      });
      const [{ filename, files }] = JSON.parse(packed);
      assert.deepEqual(files.map(({ path }: { path: string }) => path).toSorted(), [
        "client.js",
        "package.json",
        "retry.js",
        "schema.d.ts",
        "types.d.ts",
      ]);
      await Deno.writeTextFile(`${cwd}/package.json`, '{"private": true, "type": "module"}');
      await run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", filename], {
        cwd,
      });
      await Deno.writeTextFile(`${cwd}/buy.js`, PROGRAM);
      const printed = await run("node", ["buy.js", service.url], { cwd });
      assert.deepEqual(JSON.parse(printed), ["active", "confirmed", "insufficient_stock", 497]);
    } finally {
      await Deno.remove(cwd, { recursive: true });
    }
  },
});

Deno.test("the package asks for the version of openapi-fetch that the project tests", async () => {
  const { dependencies } = JSON.parse(await Deno.readTextFile(`${PACKAGE}package.json`));
  const { imports } = JSON.parse(
    await Deno.readTextFile(new URL("../../deno.json", import.meta.url)),
  );
  for (const [name, version] of Object.entries(dependencies)) {
    assert.equal(imports[name], `npm:${name}@${version}`);
  }
});

Deno.test("under Deno: a Redis that stops for a moment costs the caller nothing", async () => {
  await using data = await makeDataDir();
  await using service = await startService({ DATA_DIR: data.path });
  const redisPid = Number((await data.redis("INFO", "server")).match(/process_id:(\d+)/)![1]);
  Deno.kill(redisPid, "SIGKILL");
  const { data: sale } = await service.client.POST("/simulate/sale", {
    body: { sku: "SKU000001", quantity: 2 },
  });
  assert.equal(sale?.remaining_stock, 498);
  const { data: inventory } = await service.client.GET("/inventory/{sku}", {
    params: { path: { sku: "SKU000001" } },
  });
  assert.equal(inventory?.online_stock, 498);
});

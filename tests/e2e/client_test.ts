// The TypeScript client with the real service; tests/e2e/agents_test.ts has it packed and run by Node.
import assert from "node:assert/strict";
import { makeDataDir, startService } from "../support/service.ts";

const PACKAGE = new URL("../../openapi/client/", import.meta.url).pathname;

Deno.test("the package asks for the version of openapi-fetch that the project tests", async () => {
  const { dependencies } = JSON.parse(await Deno.readTextFile(`${PACKAGE}package.json`));
  const { imports } = JSON.parse(
    await Deno.readTextFile(new URL("../../deno.json", import.meta.url)),
  );
  for (const [name, version] of Object.entries(dependencies)) {
    assert.equal(imports[name], `npm:${name}@${version}`);
  }
});

Deno.test("a Redis that stops for a moment costs the caller nothing", async () => {
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

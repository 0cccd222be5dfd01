// The README's "Use it from an agent": each of its blocks, run as it stands.
import assert from "node:assert/strict";
// @ts-types="@modelcontextprotocol/sdk/client/index"
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
// @ts-types="@modelcontextprotocol/sdk/client/streamableHttp"
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { isMissing, run } from "../support/programs.ts";
import { readmeBlock } from "../support/readme.ts";
import { makeDataDir, type Service, startService } from "../support/service.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

async function onlineStock(service: Service): Promise<number> {
  const { data } = await service.client.GET("/inventory/{sku}", {
    params: { path: { sku: "SKU000001" } },
  });
  return data!.online_stock;
}

Deno.test({
  name: "the client, as npm pack and npm install bring it to Node",
  ignore: await isMissing("the client under Node", "npm", "--version"),
  async fn() {
    await using data = await makeDataDir();
    await using service = await startService({ DATA_DIR: data.path });
    const cwd = await Deno.makeTempDir({ prefix: "ia-client-" });
    try {
      const packed = await run("npm", ["pack", "--json", "--pack-destination", cwd], {
        cwd: `${ROOT}openapi/client`,
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
      const program = readmeBlock("a test runs this with node", service.url);
      await Deno.writeTextFile(`${cwd}/buy.js`, program);
      assert.match(await run("node", ["buy.js"], { cwd }), /^confirmed \[.*quantity: 3/s);
      assert.equal(await onlineStock(service), 497);
      await Deno.writeTextFile(`${cwd}/buy.js`, program.replace("SKU000001", "NOSUCH"));
      await assert.rejects(run("node", ["buy.js"], { cwd }), /sku_not_found: SKU NOSUCH not found/);
    } finally {
      await Deno.remove(cwd, { recursive: true });
    }
  },
});

Deno.test({
  name: "plain HTTP, by the Python sales agent",
  ignore: await isMissing("the Python sales agent", "python3", "-c", "import requests"),
  async fn() {
    await using data = await makeDataDir();
    await using service = await startService({ DATA_DIR: data.path });
    const script = "set -e\n" + readmeBlock("a test runs this with python", service.url);
    const printed = await run("bash", ["-c", script], { cwd: ROOT });
    assert.match(printed, /^SKU000001: 500 available online\nheld 3 until .*Z, 497 remain\n/);
    assert.match(printed, /payment succeeded: confirmed\n[\s\S]+payment failed: released\n$/);
    assert.equal(await onlineStock(service), 497);
  },
});

Deno.test("MCP, through the real process with its few permissions", async () => {
  await using data = await makeDataDir();
  await using service = await startService({ DATA_DIR: data.path });
  const script = readmeBlock("a test runs this with curl", service.url);
  const { result } = JSON.parse(await run("bash", ["-c", script]));
  assert.deepEqual([result.isError, result.structuredContent.status], [false, "active"]);

  const config = JSON.parse(readmeBlock("a test connects with this", service.url));
  const client = new Client({ name: "test", version: "1" });
  await client.connect(new StreamableHTTPClientTransport(new URL(config.mcpServers.inventory.url)));
  const again = await client.callTool({
    name: "createHold",
    arguments: { sku: "SKU000001", quantity: 1, idempotency_key: "order-7" },
  });
  assert.deepEqual(
    again.structuredContent,
    result.structuredContent,
    "the same key, the same hold",
  );
  await client.close();
  assert.equal(await onlineStock(service), 499);
});

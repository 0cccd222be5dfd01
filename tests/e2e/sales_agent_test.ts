// scripts/sales_agent.py when things go wrong; that they go well is in tests/e2e/agents_test.ts.
import assert from "node:assert/strict";
import { isMissing, run } from "../support/programs.ts";
import { makeDataDir, startService } from "../support/service.ts";

const SCRIPT = new URL("../../scripts/sales_agent.py", import.meta.url).pathname;

Deno.test({
  name: "the Python sales agent outlives a dead Redis, and is told why it is refused",
  ignore: await isMissing("the Python client", "python3", "-c", "import requests"),
  async fn() {
    await using data = await makeDataDir();
    await using service = await startService({ DATA_DIR: data.path });
    const agent = (...args: string[]) => run("python3", [SCRIPT, ...args, "--url", service.url]);
    const heldAndStock = async () => {
      const { data } = await service.client.GET("/inventory/{sku}", {
        params: { path: { sku: "SKU000001" } },
      });
      return [data!.held.online ?? 0, data!.online_stock];
    };

    const redisPid = Number((await data.redis("INFO", "server")).match(/process_id:(\d+)/)![1]);
    Deno.kill(redisPid, "SIGKILL");
    assert.match(await agent("SKU000001", "2"), /payment succeeded: confirmed/);
    assert.deepEqual(await heldAndStock(), [0, 498]);

    await assert.rejects(
      agent("SKU000001", "1000000"),
      /refused: insufficient_stock: Insufficient stock for SKU000001 at online/,
    );
    await assert.rejects(agent("NOSUCH"), /refused: sku_not_found/);
  },
});

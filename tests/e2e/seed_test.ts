// `deno task seed`, as a person runs it.
import assert from "node:assert/strict";
import { makeDataDir, runTask, startService } from "../support/service.ts";

Deno.test("seed: the demo catalogue into an embedded Redis that is not running", async () => {
  await using data = await makeDataDir();
  const { code, stdout } = await runTask("seed", [], { DATA_DIR: data.path });
  assert.equal(code, 0);
  assert.match(stdout, /^902 SKUs, 4511 store entries in [\d.]+ s into embedded Redis/m);
  assert.equal(await data.redis("PING"), "", "stopped again");
});

Deno.test("seed: two CSV files while the service runs; what is held stays held", async () => {
  await using data = await makeDataDir();
  await using service = await startService({ DATA_DIR: data.path });
  await (await service.post("/hold", { sku: "SKU000001", quantity: 5 })).json();
  await Deno.writeTextFile(
    `${data.path}/p.csv`,
    '\ufeffname,sku,qty\r\n"Shirt, blue",SKU000001,40\r\nHat,HAT,7\r\n',
  );
  await Deno.writeTextFile(`${data.path}/s.csv`, "sku,store_id,qty\nHAT,STORE_GOA,3\n");
  const { code, stdout, stderr } = await runTask("seed", [
    "--products",
    `${data.path}/p.csv`,
    "--stores",
    `${data.path}/s.csv`,
  ], { DATA_DIR: data.path });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^2 SKUs, 1 store entries in/m);
  const shirt = await (await fetch(`${service.url}/inventory/SKU000001`)).json();
  assert.deepEqual([shirt.online_stock, shirt.held.online, shirt.store_stock.STORE_MUMBAI], [
    35,
    5,
    182,
  ]);
  const hat = await (await fetch(`${service.url}/inventory/HAT`)).json();
  assert.deepEqual([hat.online_stock, hat.store_stock], [7, { STORE_GOA: 3 }]);
});

Deno.test("seed: all bad rows of both files are told together, and nothing is written", async () => {
  await using data = await makeDataDir();
  await Deno.writeTextFile(`${data.path}/p.csv`, "sku,qty\nGOOD,1\nBAD ONE,1\n");
  await Deno.writeTextFile(
    `${data.path}/s.csv`,
    "sku,store_id,qty\nGOOD,S1,1\nGOOD,S1,2\nGOOD,S2,-4\n",
  );
  const args = ["--products", `${data.path}/p.csv`, "--stores", `${data.path}/s.csv`];
  const { code, stderr } = await runTask("seed", args, { DATA_DIR: data.path });
  assert.equal(code, 1);
  assert.match(stderr, /3 bad rows, nothing was written/);
  assert.match(stderr, /p\.csv, line 3: sku "BAD ONE"/);
  assert.match(stderr, /s\.csv, line 3: GOOD at S1 is there twice/);
  assert.match(stderr, /s\.csv, line 4: quantity "-4"/);
  await using service = await startService({ DATA_DIR: data.path });
  assert.equal((await fetch(`${service.url}/inventory/GOOD`)).status, 404);
});

Deno.test("seed: a missing file and an unknown option are one clear message", async () => {
  await using data = await makeDataDir();
  const missing = await runTask("seed", ["--products", "/nosuch.csv"], { DATA_DIR: data.path });
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /^seed: .*nosuch\.csv/);
  const unknown = await runTask("seed", ["--product", "x"], { DATA_DIR: data.path });
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /usage: deno task seed/);
});

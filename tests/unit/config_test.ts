import assert from "node:assert/strict";
import { ConfigError, ConfigSchema, readConfig } from "../../src/config.ts";

const read = (variables: Record<string, string>) => readConfig((name) => variables[name]);

Deno.test("everything has a default", () => {
  const config = read({});
  assert.deepEqual([config.PORT, config.HOST, config.REDIS_URL], [8001, "127.0.0.1", undefined]);
});

Deno.test("an empty value counts as unset", () => {
  assert.equal(read({ PORT: "", REDIS_URL: "" }).PORT, 8001);
});

Deno.test("every bad value is named in one message", () => {
  const bad = {
    PORT: "80x",
    DURABILITY: "sometimes",
    REDIS_URL: "http://x",
    REQUEST_TIMEOUT_MS: "1",
  };
  assert.throws(() => read(bad), (error: Error) => {
    assert(error instanceof ConfigError);
    for (const name of Object.keys(bad)) assert.match(error.message, new RegExp(`\\b${name}\\b`));
    return true;
  });
});

Deno.test("numbers are whole and plain", () => {
  for (const value of ["1e3", "0x10", " 80", "-1", "8.5", "65536"]) {
    assert.throws(() => read({ PORT: value }), ConfigError, value);
  }
});

Deno.test("hosts are as browsers write them", () => {
  const hosts = ["stock.example", "stock.example:8443"];
  assert.deepEqual(read({ PUBLIC_HOSTS: hosts.join(" ") }).PUBLIC_HOSTS, hosts);
  for (
    const bad of [
      "https://stock.example",
      "Stock.example",
      "stock.example:443",
      "stock.example/",
      "*",
      "*.example/x",
      "null:x",
      "a@b",
    ]
  ) {
    assert.throws(() => read({ PUBLIC_HOSTS: bad }), /PUBLIC_HOSTS must be hosts/, bad);
  }
});

Deno.test("which Redis, and what it takes", () => {
  const [url, urls] = ["redis://a:6379", "redis://a:6379 rediss://b:6379"];
  assert.equal(read({}).PARTITIONS, 1);
  const cluster = read({ REDIS_CLUSTER_URLS: urls });
  assert.deepEqual([cluster.REDIS_CLUSTER_URLS, cluster.PARTITIONS], [urls.split(" "), 16]);
  assert.equal(
    read({ REDIS_CLUSTER_URLS: urls, DURABILITY: "replicated" }).DURABILITY,
    "replicated",
  );
  assert.equal(read({ REDIS_URL: url, DURABILITY: "replicated" }).DURABILITY, "replicated");
  const refused: Record<string, string>[] = [
    { REDIS_URL: url, REDIS_CLUSTER_URLS: urls },
    { REDIS_CLUSTER_URLS: urls, PARTITIONS: "1" },
    { REDIS_CLUSTER_URLS: "a:6379" },
    { DURABILITY: "replicated" },
  ];
  for (const each of refused) {
    assert.throws(() => read(each), ConfigError, JSON.stringify(each));
  }
});

Deno.test("the table of docs/operating.md and the tasks' permissions name exactly the variables there are", async () => {
  const names = Object.keys(ConfigSchema.shape).toSorted();
  const page = await Deno.readTextFile(new URL("../../docs/operating.md", import.meta.url));
  const documented = [...page.matchAll(/^\| `([A-Z_]+)`\s+\| (.*?)\s+\|/gm)];
  assert.deepEqual(documented.map(([, name]) => name).toSorted(), names);
  for (const [, name, shown] of documented) {
    const byDefault =
      ConfigSchema.shape[name as keyof typeof ConfigSchema.shape].safeParse(undefined).data;
    assert.equal(
      shown.replaceAll("`", ""),
      byDefault === undefined ? "unset" : String(byDefault),
      name,
    );
  }
  const { tasks, permissions } = JSON.parse(
    await Deno.readTextFile(new URL("../../deno.json", import.meta.url)),
  );
  assert.deepEqual(permissions.service.env.toSorted(), names);
  for (const task of ["start", "seed", "backup", "restore"]) {
    assert.match(tasks[task].command, / -P=service /, task);
    assert.doesNotMatch(tasks[task].command, /--allow-(env|net|run|all)/, task);
  }
});

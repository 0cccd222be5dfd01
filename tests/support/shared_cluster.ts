// One cluster for all tests of a file, emptied for each: starting one takes seconds.
import { startTestCluster, type TestCluster } from "./cluster.ts";
import type { TestRedis } from "./redis.ts";

let starting: Promise<TestCluster> | undefined;
let started: TestCluster | undefined;

export async function sharedCluster(): Promise<TestRedis> {
  starting ??= startTestCluster();
  const cluster = started = await starting;
  await cluster.flush();
  return {
    address: cluster.nodes.map(({ url }) => url).join(" "),
    pid: cluster.nodes[0].pid,
    send: (...command) => cluster.nodes[0].send(...command),
    [Symbol.asyncDispose]: () => Promise.resolve(), // it goes with the file
  };
}

globalThis.addEventListener("unload", () => {
  for (const { pid } of started?.nodes ?? []) {
    try {
      Deno.kill(pid, "SIGKILL");
    } catch { /* it has ended */ }
  }
  if (started) Deno.removeSync(started.dir, { recursive: true });
});

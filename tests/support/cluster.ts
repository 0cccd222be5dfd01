// A real Redis Cluster of the test's own, on loopback, gone with the test: three masters with a replica each, unless
// it is told otherwise.
import { createClient } from "@redis/client";
import { findRedisServer, HOW_TO_GET_REDIS } from "../../src/redis/embedded/binary.ts";

const HOST = "127.0.0.1";
const SLOTS = 16_384;
/** What has to pass before a node counts as failing. Short, but not so short that a busy machine fails by itself. */
const NODE_TIMEOUT_MS = 2000;
const READY_WITHIN_MS = 120_000;

export interface ClusterNode {
  /** `host:port`. */
  name: string;
  url: string;
  id: string;
  pid: number;
  send(...command: string[]): Promise<unknown>;
}

export interface TestCluster extends AsyncDisposable {
  /** Where the nodes keep their files. */
  dir: string;
  nodes: ClusterNode[];
  /** The nodes that run and serve slots, in the order of their slots. */
  masters(): Promise<ClusterNode[]>;
  /** The node that serves a slot by its own word; undefined while none that runs does. */
  masterOf(slot: number): Promise<ClusterNode | undefined>;
  replicaOf(master: ClusterNode): Promise<ClusterNode>;
  slotOf(key: string): Promise<number>;
  /** SIGKILL. */
  kill(node: ClusterNode): Promise<void>;
  /** Starts a killed node again, with its files; resolves when it answers. */
  start(node: ClusterNode): Promise<void>;
  signal(node: ClusterNode, signal: "SIGSTOP" | "SIGCONT"): void;
  /** Resolves with the node that serves the slot instead of this one. */
  untilServedBy(slot: number, other: ClusterNode): Promise<ClusterNode>;
  /** Resolves when every slot is served, every node agrees on that, and every replica follows. */
  untilWhole(): Promise<void>;
  /**
   * Moves a slot as `redis-cli` does, so many keys at once; `betweenKeys` runs before each step, and once all
   * are moved.
   */
  moveSlot(
    slot: number,
    from: ClusterNode,
    to: ClusterNode,
    betweenKeys?: (moved: number, left: number) => Promise<void>,
    keysAtOnce?: number,
  ): Promise<void>;
  /** Forgets all data. */
  flush(): Promise<void>;
}

interface Member extends ClusterNode {
  port: number;
  busPort: number;
  client: ReturnType<typeof connect>;
  server?: Deno.ChildProcess;
}

/** `SETSLOT IMPORTING` to `SETSLOT NODE`: the steps of a move, for tests that stop in the middle. */
export async function beginMove(slot: number, from: ClusterNode, to: ClusterNode): Promise<void> {
  await to.send("CLUSTER", "SETSLOT", String(slot), "IMPORTING", from.id);
  await from.send("CLUSTER", "SETSLOT", String(slot), "MIGRATING", to.id);
}

export interface ClusterOptions {
  masters?: number;
  /** Of each master. */
  replicas?: number;
  settings?: Record<string, string>;
}

export async function startTestCluster(
  { masters = 3, replicas = 1, settings = {} }: ClusterOptions = {},
): Promise<TestCluster> {
  const program = await findRedisServer();
  if (!program) throw new Error(HOW_TO_GET_REDIS);
  const dir = await Deno.makeTempDir({ prefix: "ia-cluster-" });
  const size = masters * (1 + replicas);
  const ports = freePorts(2 * size);
  const members = ports.slice(0, size).map((port, i) =>
    makeMember(port, ports[size + i], settings.requirepass)
  );

  async function spawn(member: Member): Promise<void> {
    const folder = `${dir}/${member.port}`;
    await Deno.mkdir(folder, { recursive: true });
    const all = {
      port: String(member.port),
      bind: HOST,
      dir: folder,
      save: "",
      appendonly: "yes",
      "cluster-enabled": "yes",
      "cluster-port": String(member.busPort),
      "cluster-node-timeout": String(NODE_TIMEOUT_MS),
      "cluster-require-full-coverage": "no",
      "cluster-replica-validity-factor": "0",
      "repl-diskless-sync-delay": "0",
      logfile: "redis.log",
      ...settings,
    };
    member.server = new Deno.Command(program!, {
      args: Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]),
      stdout: "null",
      stderr: "null",
    }).spawn();
    member.pid = member.server.pid;
    await until(`${member.name} answers`, async () => await member.send("PING") === "PONG");
  }

  async function dispose(): Promise<void> {
    for (const { client, server } of members) {
      client.destroy();
      try {
        server?.kill("SIGKILL");
      } catch { /* killed by the test */ }
    }
    await Promise.all(members.map(({ server }) => server?.status));
    await Deno.remove(dir, { recursive: true });
  }

  const running = async () =>
    (await Promise.all(members.map(async (member) => ({ member, own: await ownLine(member) }))))
      .filter(({ own }) => own !== undefined) as { member: Member; own: OwnLine }[];

  const cluster: TestCluster = {
    dir,
    nodes: members,
    async masters() {
      const serving = (await running()).filter(({ own }) => own.isMaster && own.slots.length > 0);
      return serving.sort((a, b) => a.own.slots[0][0] - b.own.slots[0][0]).map(({ member }) =>
        member
      );
    },
    async masterOf(slot) {
      const serving = (await running()).filter(({ own }) =>
        own.isMaster && own.slots.some(([first, last]) => first <= slot && slot <= last)
      );
      return serving.sort((a, b) => b.own.epoch - a.own.epoch)[0]?.member;
    },
    async replicaOf(master) {
      const found = (await running()).find(({ own }) => own.masterId === master.id);
      if (!found) throw new Error(`${master.name} has no replica`);
      return found.member;
    },
    async slotOf(key) {
      return Number(await (await running())[0].member.send("CLUSTER", "KEYSLOT", key));
    },
    async kill(node) {
      const { server } = node as Member;
      server!.kill("SIGKILL");
      await server!.status;
    },
    start: (node) => spawn(node as Member),
    signal: ({ pid }, signal) => Deno.kill(pid, signal),
    async untilServedBy(slot, other) {
      let found: ClusterNode | undefined;
      await until(`slot ${slot} is served by another`, async () => {
        found = await cluster.masterOf(slot);
        return found !== undefined && found !== other;
      });
      return found!;
    },
    untilWhole: () => until("the cluster is whole", () => isWhole(members, replicas > 0)),
    async moveSlot(slot, from, to, betweenKeys = async () => {}, keysAtOnce = 1) {
      await beginMove(slot, from, to);
      let moved = 0;
      while (true) {
        const left = Number(await from.send("CLUSTER", "COUNTKEYSINSLOT", String(slot)));
        await betweenKeys(moved, left);
        if (left === 0) break;
        const keys = await from.send(
          "CLUSTER",
          "GETKEYSINSLOT",
          String(slot),
          String(keysAtOnce),
        ) as string[];
        const [host, port] = to.name.split(":");
        // Some may have expired meanwhile: NOKEY.
        await from.send("MIGRATE", host, port, "", "0", "5000", "KEYS", ...keys);
        moved += keys.length;
      }
      // First the new master, so that the slot is never nobody's.
      const others = (await cluster.masters()).filter((node) => node !== from && node !== to);
      for (const node of [to, from, ...others]) {
        await node.send("CLUSTER", "SETSLOT", String(slot), "NODE", to.id);
      }
    },
    async flush() {
      for (const node of await cluster.masters()) await node.send("FLUSHALL");
    },
    [Symbol.asyncDispose]: dispose,
  };

  try {
    await Promise.all(members.map(spawn));
    await form(members.slice(0, masters), members.slice(masters));
    await cluster.untilWhole();
  } catch (error) {
    await dispose();
    throw error;
  }
  return cluster;
}

/** The masters share the slots evenly, and the replicas the masters. */
async function form(masters: Member[], replicas: Member[]): Promise<void> {
  const members = [...masters, ...replicas];
  for (const [i, member] of members.entries()) {
    member.id = String(await member.send("CLUSTER", "MYID"));
    await member.send("CLUSTER", "SET-CONFIG-EPOCH", String(i + 1));
  }
  for (const [i, master] of masters.entries()) {
    const [first, next] = [i, i + 1].map((n) => Math.floor(n * SLOTS / masters.length));
    await master.send("CLUSTER", "ADDSLOTSRANGE", String(first), String(next - 1));
  }
  // Each meets each: quicker than to wait until they hear of one another.
  for (const member of members) {
    for (const { port, busPort } of members) {
      if (port === member.port) continue;
      await member.send("CLUSTER", "MEET", HOST, String(port), String(busPort));
    }
  }
  for (const [i, replica] of replicas.entries()) {
    await until(`${replica.name} knows its master`, async () => {
      await replica.send("CLUSTER", "REPLICATE", masters[i % masters.length].id);
      return true;
    });
  }
}

/** Every node sees every slot served by a node that is well, no slot on its way, and replicas in step. */
async function isWhole(members: Member[], hasReplicas: boolean): Promise<boolean> {
  for (const member of members) {
    const info = String(await member.send("CLUSTER", "INFO"));
    if (!info.includes("cluster_state:ok") || !info.includes(`cluster_slots_ok:${SLOTS}`)) {
      return false;
    }
    if (!info.includes(`cluster_known_nodes:${members.length}`)) return false;
    const nodes = String(await member.send("CLUSTER", "NODES"));
    if (/fail|handshake|noaddr/.test(nodes)) return false;
    const replication = String(await member.send("INFO", "replication"));
    if (/role:slave/.test(replication) && !/master_link_status:up/.test(replication)) return false;
    if (
      hasReplicas && /role:master/.test(replication) && !/slave0:.*state=online/.test(replication)
    ) return false;
  }
  return true;
}

interface OwnLine {
  isMaster: boolean;
  masterId: string;
  epoch: number;
  slots: [first: number, last: number][];
}

/** What a node says of itself; undefined where it does not answer. */
async function ownLine(member: Member): Promise<OwnLine | undefined> {
  let text: string;
  try {
    text = String(await withinMs(1000, member.send("CLUSTER", "NODES")));
  } catch {
    return undefined;
  }
  const words = text.split("\n").find((line) => line.includes("myself"))!.split(" ");
  const [, , flags, masterId, , , epoch, , ...slots] = words;
  return {
    isMaster: flags.includes("master"),
    masterId,
    epoch: Number(epoch),
    // A slot on its way is told in brackets, too.
    slots: slots.filter((word) => !word.startsWith("[")).map((word) => {
      const [first, last = first] = word.split("-").map(Number);
      return [first, last];
    }),
  };
}

function makeMember(port: number, busPort: number, password?: string): Member {
  const client = connect(port, password);
  client.connect().catch(() => {}); // it retries until the server is up
  return {
    name: `${HOST}:${port}`,
    url: `redis://${HOST}:${port}`,
    id: "",
    pid: 0,
    port,
    busPort,
    client,
    send: (...command) => client.sendCommand(command),
  };
}

function connect(port: number, password?: string) {
  const client = createClient({
    password,
    maintNotifications: "disabled",
    disableOfflineQueue: true,
    socket: { host: HOST, port, reconnectStrategy: () => 20 },
  });
  client.on("error", () => {}); // told by the rejections
  return client;
}

/** Ports below those that systems give to outgoing connections, all different and all free. */
function freePorts(count: number): number[] {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    try {
      Deno.listen({ hostname: HOST, port }).close();
      ports.add(port);
    } catch { /* taken */ }
  }
  return [...ports];
}

async function withinMs<Value>(ms: number, value: Promise<Value>): Promise<Value> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`not within ${ms} ms`)), ms);
  try {
    return await Promise.race([value, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  let last: unknown = "it is not so";
  while (performance.now() < deadline) {
    try {
      if (await isSo()) return;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${what}: not within ${READY_WITHIN_MS} ms: ${last}`);
}

// What Redis says about itself: whether it can take commits now, and whether it is set up to keep them.
import type { Store } from "./store.ts";

export interface RedisState {
  role: string;
  /** Why commits would be refused now; empty when they would be taken. */
  obstacles: string[];
  durability: "always" | "everysec" | "none" | "no append-only file" | "unknown";
  maxmemoryPolicy: string;
  /** Settings under which acknowledged stock can be lost. */
  warnings: string[];
  knowsScript: boolean;
}

/** Asks Redis. Throws a StoreFault where it does not answer. */
export async function inspectRedis(store: Store): Promise<RedisState> {
  const [info, appendfsync, knowsScript] = await Promise.all([
    store.command("INFO"),
    readAppendfsync(store),
    store.knowsScript(),
  ]);
  const field = (name: string) =>
    String(info).match(new RegExp(`^${name}:(.*?)\r?$`, "m"))?.[1] ?? "unknown";
  const maxmemoryPolicy = field("maxmemory_policy");
  const durability = field("aof_enabled") === "0" ? "no append-only file" as const : appendfsync;

  const obstacles = [];
  if (!store.ready) obstacles.push("Redis does not answer commits");
  if (field("loading") === "1") obstacles.push("Redis is loading its data");
  if (field("role") !== "master") obstacles.push("Redis is a replica, which takes no writes");

  if (obstacles.length === 0) obstacles.push(...await refusalsOf(store));

  const warnings = [];
  if (durability === "no append-only file") {
    warnings.push(
      "appendonly is no: a restart of Redis loses all that it was told since its last snapshot",
    );
  }
  if (maxmemoryPolicy !== "noeviction") {
    warnings.push(
      `maxmemory-policy is ${maxmemoryPolicy}, not noeviction: Redis may throw stock away`,
    );
  }
  return { role: field("role"), obstacles, durability, maxmemoryPolicy, warnings, knowsScript };
}

/** Tries a commit of nothing and a question: what the ACL forbids shows nowhere else. */
async function refusalsOf(store: Store): Promise<string[]> {
  const tries = await Promise.allSettled([
    store.settle(),
    store.ask({ verb: "measure", args: [] }),
  ]);
  return tries.flatMap((each) => each.status === "rejected" ? [each.reason.message as string] : []);
}

/** Managed Redises often forbid CONFIG. */
async function readAppendfsync(store: Store): Promise<"always" | "everysec" | "none" | "unknown"> {
  try {
    const reply = await store.command("CONFIG", "GET", "appendfsync");
    const words = JSON.stringify(reply);
    const value = words.match(/"(always|everysec|no)"/)?.[1];
    return value === "no" ? "none" : value as "always" | "everysec" | undefined ?? "unknown";
  } catch {
    return "unknown";
  }
}

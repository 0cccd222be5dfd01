// The faults, each under load: break, wait, mend. What must hold afterwards is the same for all of them.
import type { Chance } from "./random.ts";
import type { ProxyFault } from "./proxy.ts";
import type { World } from "./world.ts";

export interface Episode<Place = World> {
  name: string;
  /** Kills of the service and of Redis, counted for the table. */
  kills?: { service?: number; redis?: number };
  /** Breaks the world and mends it; resolves when Redis answers and the service listens again. */
  run(world: Place, chance: Chance): Promise<void>;
}

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export const killService: Episode = {
  name: "kill -9 service",
  kills: { service: 1 },
  run: (world) => world.killService(),
};

export const killRedis: Episode = {
  name: "kill -9 Redis",
  kills: { redis: 1 },
  run: (world) => world.killRedis(),
};

export const killBoth: Episode = {
  name: "kill -9 both",
  kills: { service: 1, redis: 1 },
  async run(world, chance) {
    const both = [() => world.killRedis(), () => world.killService()];
    if (chance.happens(0.5)) both.reverse();
    await Promise.all(both.map((kill) => kill()));
  },
};

export function proxyFault(place: "front" | "back", fault: ProxyFault, leastMs: number): Episode {
  return {
    name: `${place === "front" ? "client-service" : "service-Redis"}: ${
      fault.replaceAll("_", " ")
    }`,
    async run(world, chance) {
      const proxy = world[place]!;
      const cutsBefore = proxy.cuts;
      proxy.fault = fault;
      await sleep(chance.between(leastMs, leastMs * 1.5));
      const cut = () => fault !== "reset_after_send" || proxy.cuts > cutsBefore;
      for (let ms = 0; !cut(); ms += 10) {
        if (ms > 20_000) throw new Error("the proxy cut nothing");
        await sleep(10);
      }
      proxy.fault = "none";
    },
  };
}

export const PROXY_FAULTS: Episode[] = [
  proxyFault("back", "reset_after_send", 400),
  proxyFault("back", "swallow_reply", 2500),
  proxyFault("back", "half_open", 2500),
  proxyFault("back", "delay", 800),
  proxyFault("back", "one_byte", 500),
  proxyFault("back", "refuse", 300),
  proxyFault("front", "reset_after_send", 400),
  proxyFault("front", "swallow_reply", 400),
  proxyFault("front", "half_open", 400),
  proxyFault("front", "delay", 800),
  proxyFault("front", "one_byte", 500),
];

export function stopRedis(ms: number): Episode {
  return {
    name: `SIGSTOP Redis ${ms / 1000} s`,
    async run(world) {
      world.signalRedis("SIGSTOP");
      await sleep(ms);
      world.signalRedis("SIGCONT");
      await world.redis("PING");
    },
  };
}

export const pauseWrites: Episode = {
  name: "CLIENT PAUSE 3 s",
  async run(world) {
    await world.redis("CLIENT", "PAUSE", "3000", "WRITE");
    await sleep(3000);
  },
};

export const flushScripts: Episode = {
  name: "FUNCTION FLUSH",
  async run(world, chance) {
    for (let i = 0; i < 10; i++) {
      await world.redis("FUNCTION", "FLUSH");
      await sleep(chance.between(5, 40));
    }
  },
};

export const fillMemory: Episode = {
  name: "maxmemory reached",
  async run(world) {
    await world.redis("CONFIG", "SET", "maxmemory", "1");
    await sleep(1200);
    await world.redis("CONFIG", "SET", "maxmemory", "0");
  },
};

export const wrongPassword: Episode = {
  name: "wrong password",
  async run(world) {
    await world.redis("CONFIG", "SET", "requirepass", "changed");
    await world.redis("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    await sleep(1500);
    await world.redis("CONFIG", "SET", "requirepass", "");
  },
};

export const replica: Episode = {
  name: "READONLY for a second",
  async run(world) {
    await world.redis("REPLICAOF", "127.0.0.1", "1");
    await sleep(1000);
    await world.redis("REPLICAOF", "NO", "ONE");
  },
};

export const denyWrites: Episode = {
  name: "NOPERM within the script",
  async run(world, chance) {
    await world.redis(
      "ACL",
      "SETUSER",
      "default",
      chance.pick(["-hset", "-zadd", "-set", "-xadd"]),
    );
    await sleep(800);
    await world.redis("ACL", "SETUSER", "default", "+@all");
  },
};

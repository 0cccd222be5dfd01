// Short histories of one SKU each, seen by clients who contend for few units while connections break.
import { sleep } from "./episodes.ts";
import type { Answer, Seen, What } from "./linearizable.ts";
import type { Chance } from "./random.ts";
import type { World } from "./world.ts";

export const UNITS_PER_HISTORY = 5;
const CLIENTS = 4;
const STEPS = 5;

/** Lets several clients loose on one SKU that has `UNITS_PER_HISTORY` units online. */
export async function recordHistory(world: World, sku: string, chance: Chance): Promise<Seen[]> {
  const history: Seen[] = [];
  const holdIds: string[] = [];
  let holds = 0;

  async function step(chance: Chance): Promise<void> {
    const known = [...holdIds.keys()].filter((hold) => holdIds[hold]);
    const verb = chance.pick(["hold", "hold", "sell", "read", "confirm", "release"] as const);
    const quantity = chance.between(1, 3);
    let what: What;
    if (verb === "read") what = { verb };
    else if (verb === "sell") what = { verb, quantity };
    else if (verb === "hold") what = { verb, quantity, hold: holds++ };
    else if (known.length === 0) return;
    else what = { verb, hold: chance.pick(known) };

    const key = crypto.randomUUID();
    const seen: Seen = { what, calledAt: performance.now(), answeredAt: Infinity };
    // A good client repeats with its key; some give up, and then nobody knows.
    for (let tries = 0; tries < 20; tries++) {
      const reply = await send(world.url, sku, what, holdIds, key);
      if (typeof reply === "object") {
        seen.answeredAt = performance.now();
        seen.answer = reply;
        break;
      }
      if (chance.happens(0.2)) break;
      await sleep(5);
    }
    history.push(seen);
  }

  await Promise.all(Array.from({ length: CLIENTS }, async () => {
    const own = chance.fork();
    for (let i = 0; i < STEPS; i++) await step(own);
  }));
  return history;
}

const PATHS = {
  hold: "/hold",
  confirm: "/confirm",
  release: "/release",
  sell: "/simulate/sale",
};

async function send(
  url: string,
  sku: string,
  what: What,
  holdIds: string[],
  key: string,
): Promise<Answer | "unknown"> {
  const request = what.verb === "read"
    ? undefined
    : "quantity" in what
    ? { sku, quantity: what.quantity }
    : { hold_id: holdIds[what.hold] };
  try {
    const path = what.verb === "read" ? `/inventory/${sku}` : PATHS[what.verb];
    const response = await fetch(url + path, {
      method: request ? "POST" : "GET",
      headers: { "content-type": "application/json", "idempotency-key": key },
      body: request && JSON.stringify(request),
      signal: AbortSignal.timeout(3000),
    });
    const body = await response.json();
    // Also `store_unavailable`: nothing was done by this sending, but Deno's fetch (2.9.6) sends a POST once more by
    // itself where a connection that it used again closed before an answer, and the first sending may have had its
    // effect.
    if (response.status === 503) return "unknown";
    if (body.code) {
      const [shortage] = body.shortages ?? [];
      return { status: body.code, ...(shortage ? { available: shortage.available } : {}) };
    }
    switch (what.verb) {
      case "read":
        return { status: "done", available: body.online_stock, held: body.held.online ?? 0 };
      case "hold":
        holdIds[what.hold] = body.hold_id;
        return { status: "done", available: body.remaining_stock };
      case "sell":
        return { status: "done", available: body.remaining_stock };
      case "release":
        return { status: "done", available: body.restored_stock };
      case "confirm":
        return { status: "done" };
    }
  } catch {
    return "unknown";
  }
}

/** Many histories, some at a time, while `meddle` breaks connections now and then. */
export async function recordHistories(
  world: World,
  skus: string[],
  chance: Chance,
): Promise<Seen[][]> {
  const state = { over: false };
  const meddling = meddle(world, chance.fork(), state);
  const histories: Seen[][] = [];
  const waiting = [...skus];
  await Promise.all(Array.from({ length: 16 }, async () => {
    for (let sku = waiting.pop(); sku; sku = waiting.pop()) {
      histories.push(await recordHistory(world, sku, chance.fork()));
    }
  }));
  state.over = true;
  await meddling;
  return histories;
}

async function meddle(world: World, chance: Chance, state: { over: boolean }): Promise<void> {
  while (!state.over) {
    const proxy = chance.pick([world.front, world.back!]);
    proxy.fault = "reset_after_send";
    await sleep(chance.between(5, 20));
    proxy.fault = "none";
    await sleep(chance.between(30, 150));
  }
}

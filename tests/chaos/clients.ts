// Concurrent clients that do what a good client does: a key with each command, and the same request again
// until it is answered. What they were told goes into the ledger, to be held against Redis.
import type { Chance } from "./random.ts";

export const LOCATIONS = ["online", "store:S1"];
const PATIENCE_MS = 3000;
const RETRY_MS = 25;

export interface Told {
  path: string;
  key: string;
  request: Record<string, unknown>;
  status: number;
  text: string;
  // deno-lint-ignore no-explicit-any -- what a JSON body holds is for the reader to say
  body: any;
  /** Whether at least one attempt ended without saying whether it had its effect. */
  wasUnknown: boolean;
}

/** What clients were told, and what it took. */
export class Ledger {
  /** A command that has no answer after this long counts as unresolved. */
  constructor(readonly resolveWithinMs: number) {}

  told: Told[] = [];
  attempts = 0;
  unknown = 0;
  unresolved = 0;
  unexpected: string[] = [];
  lastSuccessAt = 0;
  /** How long the service took to say store_unavailable, in milliseconds. */
  refusedMs: number[] = [];
}

export interface Load {
  /** Stops making new requests and waits until every one that was made has its answer. */
  finish(): Promise<void>;
}

let keys = 0;

export function startLoad(
  url: () => string,
  ledger: Ledger,
  skus: string[],
  chances: Chance[],
  cartShare = 0,
): Load {
  const state = { stopping: false };
  const clients = chances.map((chance) => buyer(url, ledger, skus, chance, state, cartShare));
  return {
    async finish() {
      state.stopping = true;
      await Promise.all(clients);
    },
  };
}

async function buyer(
  url: () => string,
  ledger: Ledger,
  skus: string[],
  chance: Chance,
  state: { stopping: boolean },
  cartShare: number,
): Promise<void> {
  const someLine = () => ({
    sku: chance.pick(skus),
    quantity: chance.between(1, 3),
    location: chance.pick(LOCATIONS),
  });
  while (!state.stopping) {
    if (chance.happens(0.2)) {
      await command(url, ledger, "/simulate/sale", someLine());
      continue;
    }
    const holdSome = (options: { ttl: number; replaces?: string }) => {
      const lines = [someLine()];
      while (lines.length < 3 && cartShare > 0 && chance.happens(cartShare)) lines.push(someLine());
      return lines.length > 1
        ? command(url, ledger, "/hold/cart", { lines, ...options })
        : command(url, ledger, "/hold", { ...lines[0], ...options });
    };
    const ttl = chance.happens(0.15) ? 1 : 300;
    const held = await holdSome({ ttl });
    if (held?.status !== 200) continue;
    const ids: string[] = [held.body.hold_id];
    if (chance.happens(0.3)) {
      const isPaid = chance.happens(0.4); // in another window of the same buyer: one of both may be sold
      const [replaced] = await Promise.all([
        holdSome({ ttl, replaces: ids[0] }),
        isPaid ? command(url, ledger, "/confirm", { hold_id: ids[0] }) : undefined,
      ]);
      if (replaced?.status === 200) ids.unshift(replaced.body.hold_id);
    }
    const end = chance.pick(["/confirm", "/confirm", "/release", "/release", undefined]);
    if (end) await command(url, ledger, end, { hold_id: chance.pick(ids) });
  }
}

/** Sends one command until it is answered with something other than a 503. */
async function command(
  url: () => string,
  ledger: Ledger,
  path: string,
  request: Record<string, unknown>,
): Promise<Told | undefined> {
  const key = `chaos-${Deno.pid}-${++keys}`;
  let wasUnknown = false;
  const deadline = performance.now() + ledger.resolveWithinMs;
  while (performance.now() < deadline) {
    const answer = await attempt(url(), ledger, path, key, request);
    if (answer && answer.status !== 503) {
      if (answer.status === 200) ledger.lastSuccessAt = performance.now();
      const told = { path, key, request, wasUnknown, ...answer };
      ledger.told.push(told);
      if (![200, 409].includes(answer.status)) ledger.unexpected.push(`${path} ${answer.text}`);
      return told;
    }
    if (!answer || answer.body.code === "outcome_unknown") {
      if (!wasUnknown) ledger.unknown++;
      wasUnknown = true;
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
  ledger.unresolved++;
}

/** One attempt; undefined where no answer came. */
export async function attempt(
  url: string,
  ledger: Ledger,
  path: string,
  key: string,
  request: Record<string, unknown>,
): Promise<{ status: number; text: string; body: Told["body"] } | undefined> {
  ledger.attempts++;
  const startedAt = performance.now();
  try {
    const response = await fetch(url + path, {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": key },
      body: JSON.stringify(request),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const text = await response.text();
    const body = JSON.parse(text);
    if (body.code === "store_unavailable") ledger.refusedMs.push(performance.now() - startedAt);
    return { status: response.status, text, body };
  } catch {
    return undefined;
  }
}

// A sale day in a minute: buyers who hold, pay, change their minds or forget, through the public API like anybody.
import { hasAdminKey, may } from "../access/access.ts";
import { type Answer, send } from "../api.ts";
import { secondsToLive } from "../parts.ts";
import { changed, changedByHand } from "../screen.ts";

const LASTS_MS = 60_000;
const BUYERS_PER_SECOND = 12;
const MOST_AT_ONCE = 60;
const DELIVERY_EVERY_MS = 7000;
const SKUS = 10;
const SHARES = { pays: 0.55, givesUp: 0.2, takesLonger: 0.1 }; // the others forget

export const demo = {
  /** On the demo catalogue; elsewhere with an admin's key alone, so that nobody's real stock is played with. */
  isOffered: false,
  /** Whether what would be sold is somebody's real stock. */
  isReal: false,
  isAsking: false,
  isRunning: false,
  endsAtMs: 0,
  buyers: 0,
  message: "",
};

let skus: string[] = [];

/** The demo catalogue is what has its first SKU and its last, and nothing behind it. */
export async function offerDemo(): Promise<void> {
  const ends = ["SKU000001", "SKU000902", "SKU000903"];
  const look = await send("POST", "/inventory/query", { skus: ends });
  const isDemo = look.ok && look.body.items.length === 2 && look.body.missing[0] === ends[2] &&
    "STORE_MUMBAI" in look.body.items[0].store_stock;
  const first = await send("GET", `/inventory?limit=${SKUS}`);
  skus = first.ok ? first.body.items.map(({ sku }: { sku: string }) => sku) : [];
  const mayPlay = may("hold") && may("stock") && (isDemo || hasAdminKey());
  Object.assign(demo, { isOffered: mayPlay && skus.length > 0, isReal: !isDemo, isAsking: false });
  changed();
}

let stopping = new AbortController();

export function askDemo(isAsking: boolean): void {
  demo.isAsking = isAsking;
  changedByHand();
}

export function startDemo(): void {
  if (demo.isReal && !demo.isAsking) return askDemo(true);
  stopping = new AbortController();
  const { signal } = stopping;
  Object.assign(demo, { isAsking: false, isRunning: true, buyers: 0, message: "" });
  demo.endsAtMs = Date.now() + LASTS_MS;
  let present = 0;
  const arrivals = setInterval(() => {
    if (Date.now() >= demo.endsAtMs) return stopDemo("The day is over.");
    if (present >= MOST_AT_ONCE) return;
    present++;
    demo.buyers++;
    buy(signal).finally(() => present--);
  }, 1000 / BUYERS_PER_SECOND);
  const deliveries = setInterval(() => deliver(signal), DELIVERY_EVERY_MS);
  signal.addEventListener("abort", () => {
    clearInterval(arrivals);
    clearInterval(deliveries);
  });
  changedByHand();
}

/** Whoever has a hold then gives it back, unless the service would not hear it. */
export function stopDemo(message = "Stopped.", isRefused = false): void {
  stopping.abort({ isRefused });
  Object.assign(demo, { isRunning: false, message });
  changedByHand();
}

const pick = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)];
const between = (low: number, high: number) => low + Math.floor(Math.random() * (high - low + 1));
/** Some are wanted far more than others. */
const hotSku = () => skus[Math.floor(Math.random() ** 2 * skus.length)];

const later = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });

/** One buyer, from the first look to the end. */
async function buy(signal: AbortSignal): Promise<void> {
  const location = pick(["online", "online", "any"]);
  const wish = {
    sku: hotSku(),
    quantity: between(1, 4),
    location,
    ttl: secondsToLive(between(6, 25)),
  };
  const hold = await send("POST", "/hold", { ...wish, reference: `buyer-${demo.buyers}` });
  if (!hold.ok) return heed(hold, signal);
  const act = async (path: string, more = {}) =>
    heed(await send("POST", path, { hold_id: hold.body.hold_id, ...more }), signal);
  await later(between(1000, 5000), signal);
  if (signal.aborted) return signal.reason.isRefused ? undefined : act("/release");
  const mood = Math.random();
  if (mood < SHARES.pays) return act("/confirm");
  if (mood < SHARES.pays + SHARES.givesUp) return act("/release");
  if (mood < SHARES.pays + SHARES.givesUp + SHARES.takesLonger) {
    await act("/extend", { ttl: secondsToLive(30) });
    await later(4000, signal);
    if (!signal.aborted || !signal.reason.isRefused) await act("/confirm");
  }
}

/** What went goes on being refilled, so that the demo can be run again. */
async function deliver(signal: AbortSignal): Promise<void> {
  const received = { location: "online", delta: between(20, 60), reason: "received" };
  heed(await send("POST", "/adjust", { sku: hotSku(), ...received, reference: "demo" }), signal);
}

/** Some answers mean that it cannot go on. */
function heed({ status, body }: Answer, signal: AbortSignal): void {
  if (signal.aborted) return;
  if (status === 0 || status === 503) stopDemo("Stopped: the service does not answer.", true);
  if (status === 401 || status === 403) {
    stopDemo(`Stopped: ${body?.detail ?? "not allowed"}.`, true);
  }
  if (status === 429) stopDemo("Stopped: that is as much as the service allows.", true);
}

// A sale day in a minute: buyers who hold, pay, change their minds or forget, through the public API like anybody.
import { type Answer, send } from "./api.ts";
import { changed, changedByHand } from "./screen.ts";

const LASTS_MS = 60_000;
const BUYERS_PER_SECOND = 12;
const MOST_AT_ONCE = 60;
const HOT_SKUS = 10;
const SHARES = { pays: 0.55, givesUp: 0.2, takesLonger: 0.1 }; // the others forget

export const demo = {
  /** Only with the demo catalogue, so that nobody's real stock is played with. */
  isOffered: false,
  isRunning: false,
  endsAtMs: 0,
  buyers: 0,
  message: "",
};

/** The demo catalogue is what has its first SKU and its last, and nothing behind it. */
export async function offerDemo(): Promise<void> {
  const skus = ["SKU000001", "SKU000902", "SKU000903"];
  const { ok, body } = await send("POST", "/inventory/query", { skus });
  demo.isOffered = ok && body.items.length === 2 && body.missing[0] === "SKU000903" &&
    "STORE_MUMBAI" in body.items[0].store_stock;
  changed();
}

let stopping = new AbortController();

export function startDemo(): void {
  stopping = new AbortController();
  const { signal } = stopping;
  Object.assign(demo, {
    isRunning: true,
    endsAtMs: Date.now() + LASTS_MS,
    buyers: 0,
    message: "",
  });
  let present = 0;
  const arrivals = setInterval(() => {
    if (Date.now() >= demo.endsAtMs) return stopDemo("The day is over.");
    if (present >= MOST_AT_ONCE) return;
    present++;
    demo.buyers++;
    buy(signal).finally(() => present--);
  }, 1000 / BUYERS_PER_SECOND);
  const deliveries = setInterval(() => deliver(signal), 7000);
  signal.addEventListener("abort", () => {
    clearInterval(arrivals);
    clearInterval(deliveries);
  });
  changedByHand();
}

export function stopDemo(message = "Stopped."): void {
  stopping.abort();
  Object.assign(demo, { isRunning: false, message });
  changedByHand();
}

const pick = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)];
const between = (low: number, high: number) => low + Math.floor(Math.random() * (high - low + 1));
/** Some are wanted far more than others. */
const hotSku = () => `SKU${String(1 + Math.floor(Math.random() ** 2 * HOT_SKUS)).padStart(6, "0")}`;

const later = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });

/** One buyer, from the first look to the end. */
async function buy(signal: AbortSignal): Promise<void> {
  const location = pick(["online", "online", "any"]);
  const wish = { sku: hotSku(), quantity: between(1, 4), location, ttl: between(6, 25) };
  const hold = await send("POST", "/hold", { ...wish, reference: `buyer-${demo.buyers}` });
  if (!hold.ok) return heed(hold);
  const { hold_id } = hold.body;
  await later(between(1000, 5000), signal);
  if (signal.aborted) return heed(await send("POST", "/release", { hold_id }));
  const mood = Math.random();
  if (mood < SHARES.pays) return heed(await send("POST", "/confirm", { hold_id }));
  if (mood < SHARES.pays + SHARES.givesUp) return heed(await send("POST", "/release", { hold_id }));
  if (mood < SHARES.pays + SHARES.givesUp + SHARES.takesLonger) {
    heed(await send("POST", "/extend", { hold_id, ttl: 30 }));
    await later(4000, signal);
    heed(await send("POST", "/confirm", { hold_id }));
  }
}

/** What went goes on being refilled, so that the demo can be run again. */
async function deliver(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await send("POST", "/adjust", {
    sku: hotSku(),
    location: "online",
    delta: between(20, 60),
    reason: "received",
    reference: "demo-delivery",
  });
}

/** Some answers mean that it cannot go on. A key that may not is told so once. */
function heed({ status, body }: Answer): void {
  if (!demo.isRunning) return;
  if (status === 0) stopDemo("Stopped: the service does not answer.");
  if (status === 401 || status === 403) stopDemo(`Stopped: ${body?.detail ?? "not allowed"}`);
  if (status === 429) stopDemo("Stopped: this key has reached its limit.");
}

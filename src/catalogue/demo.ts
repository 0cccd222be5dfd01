// The demo catalogue: 902 SKUs and 4,511 store entries over Indian cities, the same every time.
import type { Count } from "../store/inventory.ts";

export const DEMO_SKUS = 902;
export const DEMO_STORE_ENTRIES = 4511;

const CITIES = [
  "MUMBAI",
  "DELHI",
  "BANGALORE",
  "PUNE",
  "CHENNAI",
  "HYDERABAD",
  "KOLKATA",
  "AHMEDABAD",
  "JAIPUR",
  "LUCKNOW",
];

const FIRST: Count = {
  sku: "SKU000001",
  onHand: [
    ["online", 500],
    ["store:STORE_MUMBAI", 182],
    ["store:STORE_DELHI", 249],
    ["store:STORE_BANGALORE", 152],
    ["store:STORE_PUNE", 54],
  ],
};

/** Every SKU of the demo catalogue with what is on hand at each of its locations. */
export function* demoCatalogue(): Generator<Count> {
  yield FIRST;
  const random = minimalStandard(902);
  const others = DEMO_SKUS - 1;
  const entries = DEMO_STORE_ENTRIES - (FIRST.onHand.length - 1);
  for (let i = 0; i < others; i++) {
    // The store entries are dealt like cards: all SKUs get as many, the first few one more.
    const stores = Math.floor(entries / others) + (i < entries % others ? 1 : 0);
    const firstCity = Math.floor(random() * CITIES.length);
    const onHand: Count["onHand"] = [["online", Math.floor(random() * 500)]];
    for (let store = 0; store < stores; store++) {
      const city = CITIES[(firstCity + store) % CITIES.length];
      onHand.push([`store:STORE_${city}`, Math.floor(random() * 250)]);
    }
    yield { sku: `SKU${String(i + 2).padStart(6, "0")}`, onHand };
  }
}

/** Seeded numbers in (0, 1), the same on every machine: Park and Miller, "Random number generators" (CACM 1988). */
function minimalStandard(seed: number): () => number {
  let state = seed;
  return () => (state = state * 48_271 % 2_147_483_647) / 2_147_483_647;
}

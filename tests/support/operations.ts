// What a random history may do: few SKUs, places and units, so that everything meets everything else.
import fc from "fast-check";
import { MAX_QUANTITY } from "../../src/contract/fields.ts";
import type { HeldLine, Wish } from "../../src/store/holds/lines.ts";

export const LIFETIME_MAX_SECONDS = 30;
export const SKUS = ["A", "B", "C"];
const LOCATIONS = ["online", "store:S1", "store:S2"];

const sku = fc.constantFrom(...SKUS);
const location = fc.constantFrom(...LOCATIONS);
/** Few at most, and now and then as many as a line may name, so that sums go over every bound. */
const quantity = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: 1, max: 5 }) },
  { weight: 1, arbitrary: fc.constantFrom(MAX_QUANTITY - 1, MAX_QUANTITY) },
);
const units = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 0, max: 15 }) },
  { weight: 1, arbitrary: fc.constantFrom(MAX_QUANTITY, 3 * MAX_QUANTITY) },
);
const ttl = fc.integer({ min: 1, max: LIFETIME_MAX_SECONDS });
const line = fc.record({ sku, quantity, location }) as fc.Arbitrary<HeldLine>;
const anyWish = fc.record({
  sku,
  quantity: fc.oneof(fc.integer({ min: 1, max: 12 }), quantity),
  location: fc.constant("any"),
  split: fc.boolean(),
  locations: fc.array(location, { minLength: 1, maxLength: 4 }), // the store takes a place once
}, { requiredKeys: ["sku", "quantity", "location"] }) as fc.Arbitrary<Wish>;
const wish = fc.oneof(line, anyWish) as fc.Arbitrary<Wish>;
/** Which of the holds made so far, or one that never was. */
const whichHold = fc.integer({ min: -1, max: 1000 });
const reference = fc.constantFrom("r1", "r2");

export const operation = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("hold" as const),
      lines: fc.array(wish, { minLength: 1, maxLength: 4 }),
      ttl,
      reference: fc.option(reference, { nil: undefined }),
      replaces: fc.option(whichHold, { nil: undefined, freq: 4 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("release" as const), which: whichHold }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("confirm" as const),
      which: whichHold,
      lines: fc.option(fc.array(line, { minLength: 1, maxLength: 3 }), { nil: undefined }),
      fraction: fc.boolean(),
      remainder: fc.constantFrom("release" as const, "keep" as const),
      on_expired: fc.constantFrom("refuse" as const, "reacquire" as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("extend" as const), which: whichHold, ttl }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("sell" as const), line }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("count" as const),
      sku,
      location,
      units,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("adjust" as const),
      sku,
      location,
      change: fc.oneof(
        fc.record({ delta: fc.integer({ min: -6, max: 10 }).filter((delta) => delta !== 0) }),
        fc.record({ count: units }),
        fc.record({ count: fc.constant(0) }), // so that what is sold afterwards is owed
      ),
      expected: fc.option(
        fc.oneof(fc.integer({ min: -5, max: 10 }), fc.constant("current" as const)),
        { nil: undefined, freq: 4 },
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("transfer" as const),
      sku,
      places: fc.shuffledSubarray(LOCATIONS, { minLength: 2, maxLength: 2 }),
      quantity,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("pass" as const),
      ms: fc.integer({ min: 1, max: 15_000 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("sweep" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("look" as const), which: whichHold, reference }),
  },
);
export type Operation = typeof operation extends fc.Arbitrary<infer Value> ? Value : never;

/** One that may travel with others in one commit, and carry a key. */
export const command = operation.filter(({ kind }) =>
  kind !== "pass" && kind !== "sweep" && kind !== "look" && kind !== "count"
);

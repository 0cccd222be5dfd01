// What a hold may be asked for: one line, or a cart of them.
import { z } from "@hono/zod-openapi";
import {
  type Bounds,
  HoldId,
  Location,
  LocationOrAny,
  MAX_QUANTITY,
  Quantity,
  Reference,
  Sku,
  ttlWithin,
  usualTtl,
} from "./fields.ts";

/** What is wished for: a line, which may leave the choice of location to the service. */
const wish = {
  sku: Sku,
  quantity: Quantity,
  location: LocationOrAny.default("online"),
  split: z.boolean().optional().meta({
    description:
      "With location `any`: may the units come from several locations? Most stock first.",
  }),
  locations: z.array(Location).min(1).max(20).superRefine(refuseRepeated).optional().meta({
    description: "With location `any`: only these, each once, in this order of preference.",
    example: ["online", "store:STORE_MUMBAI"],
    uniqueItems: true,
  }),
};

function refuseRepeated(locations: string[], context: z.RefinementCtx): void {
  for (const [i, location] of locations.entries()) {
    const first = locations.indexOf(location);
    if (first < i) context.addIssue({ code: "custom", path: [i], message: `repeats /${first}` });
  }
}

/** What a hold may carry besides its lines. */
const holdOptions = (bounds: Bounds) => ({
  ttl: ttlWithin(bounds).default(usualTtl(bounds.holdLifetimeMaxSeconds)),
  reference: Reference.optional(),
  replaces: HoldId.optional().meta({
    description:
      "A hold that this one takes the place of: its units are given back in the same step, and it " +
      "stays as it is if this one does not fit.",
  }),
});

const ANY_ONLY = "split and locations need the location `any`";
function hasAnyForItsOptions(
  wish: { location: string; split?: boolean; locations?: string[] },
): boolean {
  return wish.location === "any" || (wish.split === undefined && wish.locations === undefined);
}

export const holdRequest = (bounds: Bounds) =>
  z.strictObject({ ...wish, ...holdOptions(bounds) })
    .refine(hasAnyForItsOptions, { message: ANY_ONLY, path: ["location"] })
    .meta({
      description: "What to hold, and for how long.",
      example: {
        sku: "SKU000001",
        quantity: 3,
        location: "online",
        ttl: usualTtl(bounds.holdLifetimeMaxSeconds),
      },
    }).openapi("HoldRequest");

export const CartLine = z.strictObject(wish)
  .refine(hasAnyForItsOptions, { message: ANY_ONLY, path: ["location"] })
  .meta({
    description: "One line of a cart.",
    example: { sku: "SKU000001", quantity: 3, location: "any", split: true },
  }).openapi("CartLine");

/** A hold has one line for each SKU and place, and a line has its bound, however many lines ask for them. */
function refuseTooMany(lines: z.infer<typeof CartLine>[], context: z.RefinementCtx): void {
  const sums = new Map<string, number>();
  for (const [i, { sku, location, quantity }] of lines.entries()) {
    if (location === "any") continue;
    const sum = (sums.get(`${sku} ${location}`) ?? 0) + quantity;
    sums.set(`${sku} ${location}`, sum);
    if (sum > MAX_QUANTITY) {
      const message = `makes it ${sum} of ${sku} at ${location}: must be at most ${MAX_QUANTITY}`;
      context.addIssue({ code: "custom", path: [i, "quantity"], message });
    }
  }
}

export const cartRequest = (bounds: Bounds) =>
  z.strictObject({
    lines: z.array(CartLine).min(1).max(50).superRefine(refuseTooMany).meta({
      description:
        "All of these or none. Lines for the same SKU and location are added up, to 1000000 at most; lines with the " +
        "location `any` are each placed for themselves.",
    }),
    ...holdOptions(bounds),
  }).meta({
    description: "A basket to hold, and for how long.",
    example: {
      lines: [
        { sku: "SKU000001", quantity: 3, location: "online" },
        { sku: "SKU000002", quantity: 1, location: "any" },
      ],
      ttl: Math.min(600, bounds.holdLifetimeMaxSeconds),
      reference: "basket-42",
    },
  }).openapi("CartRequest");

export type CartRequest = z.infer<ReturnType<typeof cartRequest>>;

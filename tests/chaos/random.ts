// Chance that can be repeated: the same seed, the same choices.

export interface Chance {
  /** A whole number from 0 to `below` - 1. */
  below(below: number): number;
  between(least: number, most: number): number;
  /** True with this probability. */
  happens(probability: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
  /** A source of its own, so that what one client draws does not depend on how fast the others are. */
  fork(): Chance;
}

/** Marsaglia's xorshift, 32 bits wide: enough to choose faults by. */
export function chance(seed: number): Chance {
  let state = (seed * 2_654_435_761 >>> 0) || 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>>= 0) / 2 ** 32;
  };
  const self: Chance = {
    below: (below) => Math.floor(next() * below),
    between: (least, most) => least + Math.floor(next() * (most - least + 1)),
    happens: (probability) => next() < probability,
    pick: (items) => items[Math.floor(next() * items.length)],
    fork: () => chance(Math.floor(next() * 2 ** 32)),
  };
  for (let i = 0; i < 8; i++) next();
  return self;
}

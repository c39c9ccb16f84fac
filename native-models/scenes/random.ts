/** Seeded 32-bit generator (mulberry32): integer operations only, so every machine draws the same numbers. */
export interface Random {
  /** Next unsigned 32-bit integer. */
  next(): number;
  /** Integer in 0..bound-1. */
  below(bound: number): number;
  /** True with the given probability, 0..1. */
  chance(probability: number): boolean;
  /** One element; throws a RangeError for an empty list. */
  pick<T>(items: readonly T[]): T;
}

/** The numbers of a seed. @param seed its lower 32 bits count */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (bound: number): number => Math.floor((next() / 4294967296) * bound);
  return {
    next,
    below,
    chance: (probability) => next() / 4294967296 < probability,
    pick: <T>(items: readonly T[]): T => {
      if (items.length === 0) throw new RangeError('cannot pick from an empty list');
      return items[below(items.length)] as T;
    },
  };
}

/** FNV-1a hash of a text's UTF-16 units, finished with an avalanche so that every bit depends on every character. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

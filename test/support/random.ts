/** Seed of the run, which `vitest.config.ts` prints. Because `TEST_SEED` sets it, a failure can be repeated. */
export const seed = Number(process.env.TEST_SEED);

/**
 * Returns how often a random test repeats itself: `count` times in `npm test`, and `count` times for each minute of
 * `npm run soak`.
 */
export const times = (count: number): number => count * Number(process.env.TEST_SIZE ?? 1);

export interface Random {
  below(limit: number): number;
  pick<T>(choices: readonly T[]): T;
  digits(count: number): string;
}

/** Creates a source of random choices, the same ones for the same seed. */
export function createRandom(from: number): Random {
  let state = from;
  const below = (limit: number) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
  const digits = (count: number) => Array.from({ length: count }, () => below(10)).join('');
  return { below, digits, pick: choices => choices[below(choices.length)]! };
}

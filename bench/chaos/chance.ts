import { seededRandom } from '../../src/world/services/random.ts';

/** Dice that fall the same way for the same seed. Each part of the storm has its own, so that one does not shift the others. */
export interface Chance {
  /** True with this probability, 0..1. */
  hits(ratio: number): boolean;
  /** From `least` to `most`, both included. */
  between(least: number, most: number): number;
  pick<T>(from: readonly T[]): T;
}

export function chance(seed: number): Chance {
  const random = seededRandom(seed);
  const between = (least: number, most: number): number => least + Math.floor(random() * (most - least + 1));
  return {
    hits: (ratio) => random() < ratio,
    between,
    pick: (from) => {
      const found = from[between(0, from.length - 1)];
      if (found === undefined) throw new Error('there is nothing to pick from');
      return found;
    },
  };
}

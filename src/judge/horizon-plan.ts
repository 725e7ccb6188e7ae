import type { Starts } from './mixture.ts';

/** Simulated releases for one threshold. */
export const PATHS = 20_000;

/** Assumed ratios of the canary's rate to the limit, and how the money is spread over them. */
export interface Bets {
  readonly grid: readonly number[];
  /** Positive, sum 1. */
  readonly shares: readonly number[];
}

export interface HorizonPlan {
  readonly alpha: number;
  /** Planned number of looks. */
  readonly looks: number;
  /** The r of p_c <= r p_b. */
  readonly ratio: number;
  readonly bets: Bets;
  readonly starts: Starts;
  /** Share of alpha that may be spent by look k: (k / looks)^power. */
  readonly power: number;
  readonly paths: number;
}

/** Ratios matter little here, since the threshold is that of the same mixture: four cost less than six. */
const GRID = [1.25, 2, 4, 10] as const;
const SHARES = [0.2, 0.3, 0.3, 0.2] as const;
const FIRST = 0.88;
/** Early enough for what is found at once, late enough for what begins later. */
const POWER = 0.5;

export function horizonPlan(over: Pick<HorizonPlan, 'alpha' | 'looks' | 'ratio'>): HorizonPlan {
  const starts = { first: FIRST, horizon: over.looks };
  return { ...over, bets: { grid: GRID, shares: SHARES }, starts, power: POWER, paths: PATHS };
}

/** Never fails below this, whatever the simulation says: half of the nats of Ville's threshold. */
export function horizonFloor(alpha: number): number {
  return Math.log(1 / alpha) / 2;
}

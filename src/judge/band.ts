import { LOG_ZERO } from './log-space.ts';
import { informs, type Window } from './window.ts';

export const BAND_GRID = [1.05, 1.1, 1.2, 1.5, 2, 3, 6, 20] as const;

/** Running sums of the confidence sequence: what each bet gained and what it pays per unit of difference. */
export interface BandSums {
  readonly up: Bets;
  readonly down: Bets;
}
/** Flat lists, one number a bet: thousands of releases are held at once. */
interface Bets {
  readonly gains: readonly number[];
  readonly costs: readonly number[];
}

export interface Band {
  readonly lower: number;
  readonly upper: number;
}

export function emptyBand(grid: readonly number[] = BAND_GRID): BandSums {
  const none = { gains: grid.map(() => 0), costs: grid.map(() => 0) };
  return { up: none, down: none };
}

/** Adds one window to the sums. `ratio` is r in p_c - r p_b. */
export function addToBand(
  sums: BandSums,
  window: Window,
  ratio: number,
  grid: readonly number[] = BAND_GRID,
): BandSums {
  if (!informs(window, { r: ratio, d: 0 })) return sums;
  const kappa = ratio === 0 ? 0 : (ratio * window.nc) / window.nb;
  const add = (bets: Bets, ratios: readonly number[]): Bets => {
    const u = ratios.map((g) => (g - 1) / (1 + kappa * g));
    return {
      gains: u.map((x, i) => (bets.gains[i] ?? 0) + window.xc * Math.log1p(x) + window.xb * Math.log1p(-kappa * x)),
      costs: u.map((x, i) => (bets.costs[i] ?? 0) + window.nc * x),
    };
  };
  const inverse = grid.map((g) => 1 / g);
  return { up: add(sums.up, grid), down: add(sums.down, inverse) };
}

/**
 * Confidence sequence for p_c - r p_b: holds at all looks together with probability at least 1 - 2 alpha when the difference is constant.
 * Always inside [-r, 1].
 */
export function rateBand(sums: BandSums, ratio: number, alpha: number): Band {
  const threshold = -Math.log(alpha);
  return {
    lower: Math.min(1, crossing(sums.up, threshold, -ratio)),
    upper: Math.max(-ratio, crossing(sums.down, threshold, 1)),
  };
}

/**
 * Where the mean of exp(gain - cost * delta) falls to its threshold on the way inward from `start`; `start` itself if it is below there.
 * The logarithm is convex in delta, so Newton's method from the outside approaches the root without ever passing it.
 */
function crossing({ gains, costs }: Bets, threshold: number, start: number): number {
  let delta = start;
  for (let step = 0; step < 200; step++) {
    const { excess, slope } = at(gains, costs, delta);
    if (!(excess > threshold) || slope === 0) break;
    const next = delta + (excess - threshold) / slope;
    if (Math.abs(next - delta) <= 1e-15 * Math.abs(delta)) break;
    delta = next;
  }
  return delta;
}

/** Log of the mean wealth at a difference, and how fast it falls there. */
function at(gains: readonly number[], costs: readonly number[], delta: number): { excess: number; slope: number } {
  let high = LOG_ZERO;
  for (let i = 0; i < gains.length; i++) high = Math.max(high, (gains[i] ?? 0) - (costs[i] ?? 0) * delta);
  let [sum, slope] = [0, 0];
  for (let i = 0; i < gains.length; i++) {
    const cost = costs[i] ?? 0;
    const weight = Math.exp((gains[i] ?? 0) - cost * delta - high);
    sum += weight;
    slope += weight * cost;
  }
  return { excess: high + Math.log(sum / gains.length), slope: slope / sum };
}

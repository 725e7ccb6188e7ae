import { logMean, safeLog } from './log-space.ts';
import { informs, type Window } from './window.ts';

export const BAND_GRID = [1.05, 1.1, 1.2, 1.5, 2, 3, 6, 20] as const;

/** Running sums of the confidence sequence: gains and costs of each bet, upwards (g) and downwards (1/g). */
export interface BandSums {
  readonly up: readonly Bet[];
  readonly down: readonly Bet[];
}
interface Bet {
  readonly gain: number;
  readonly cost: number;
}

export interface Band {
  readonly lower: number;
  readonly upper: number;
}

export function emptyBand(grid: readonly number[] = BAND_GRID): BandSums {
  const none = grid.map(() => ({ gain: 0, cost: 0 }));
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
  const add = (bet: Bet | undefined, g: number): Bet => {
    const u = (g - 1) / (1 + kappa * g);
    return {
      gain: (bet?.gain ?? 0) + window.xc * Math.log1p(u) + window.xb * Math.log1p(-kappa * u),
      cost: (bet?.cost ?? 0) + window.nc * u,
    };
  };
  return { up: grid.map((g, i) => add(sums.up[i], g)), down: grid.map((g, i) => add(sums.down[i], 1 / g)) };
}

/**
 * Confidence sequence for p_c - r p_b: holds at all looks together with probability at least 1 - 2 alpha when the difference is constant.
 * Always inside [-r, 1]. 60 bisection steps each side.
 */
export function rateBand(sums: BandSums, ratio: number, alpha: number): Band {
  const threshold = safeLog(1 / alpha);
  const excess = (bets: readonly Bet[]) => (delta: number) =>
    logMean(bets.map((bet) => bet.gain - bet.cost * delta)) - threshold;
  const up = excess(sums.up);
  const down = excess(sums.down);
  // `up` falls with delta, `down` rises; each crosses 0 at most once.
  const lower = up(-ratio) < 0 ? -ratio : crossing(up, -ratio, 1);
  const upper = down(1) < 0 ? 1 : crossing((delta) => -down(delta), -ratio, 1);
  return { lower, upper };
}

/** Where a falling function passes 0. */
function crossing(falling: (x: number) => number, from: number, to: number): number {
  let low = from;
  let high = to;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (falling(middle) > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Evidence that fails a release at a threshold which spends all of `false-alarm` until the deadline. Needs independent events. */
import { horizonFloor, type HorizonPlan } from './horizon-plan.ts';
import { horizonThreshold } from './horizon-threshold.ts';
import { EMPTY, logE, play, type Mixture } from './mixture.ts';
import { rareIncrement } from './rare.ts';
import type { Window } from './window.ts';

/** The evidence so far. Plain data: the simulated paths follow from it. */
export interface Horizon {
  readonly mixture: Mixture;
  readonly windows: readonly Window[];
  /** Evidence on the scale of Ville's bound: log(1/alpha) at the threshold, so that reports read the same in every mode. */
  readonly logE: number;
}

export const BEGIN_HORIZON: Horizon = { mixture: EMPTY, windows: [], logE: 0 };

/** Adds one window. Nothing is simulated while the evidence is below the floor, where no threshold can lie. */
export function advanceHorizon(before: Horizon, window: Window, plan: HorizonPlan): Horizon {
  const { grid, shares } = plan.bets;
  const increments = grid.map((g) => rareIncrement(window, { r: plan.ratio, d: 0 }, g));
  const mixture = play(before.mixture, increments, { starts: plan.starts, shares });
  const windows = [...before.windows, window];
  const own = logE(mixture);
  const floor = horizonFloor(plan.alpha);
  if (own <= floor) return { mixture, windows, logE: own };
  const threshold = horizonThreshold(windows, plan);
  if (own > threshold) return { mixture, windows, logE: 2 * floor + (own - threshold) };
  // Between floor and threshold the scale is stretched; it ends below the bound.
  const part = Number.isFinite(threshold) ? (own - floor) / (threshold - floor) : 0;
  return { mixture, windows, logE: Math.min(floor + part * floor, 2 * floor * (1 - 1e-9)) };
}

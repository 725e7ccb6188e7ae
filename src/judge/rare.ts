import { informs, type Line, type Window } from './window.ts';

/** Assumed ratios canary rate / limit when we bet that the canary is worse than the limit. */
export const FAIL_GRID = [1.2, 1.6, 2.2, 3.2, 5.5, 12] as const;
/** How the money is spread over them: most where a regression is small enough to take time and large enough to matter. */
export const FAIL_SHARES = [1.6, 2, 2.5, 2.2, 1.6, 1].map((share) => share / 10.9);
/** The same when we bet that it is better than the harm limit. */
export const PASS_GRID = [0.1, 0.3, 0.5, 0.7, 0.85] as const;
/** Ratios of the catastrophic lane, whose limit is 20 points further away. */
export const CATASTROPHE_GRID = [1.3, 2, 4] as const;

/**
 * Log increment of the bet "the canary's bad rate is g times its limit" over one window, for rates below about 10 %.
 * g > 1 tests H0: p_c <= r p_b + d, g < 1 tests H0: p_c >= r p_b + d. Cost O(1).
 *
 * Why its expectation never exceeds 1 under H0: let u be as below (predictable, 0 < u < 1/kappa for g > 1). Requests are independent
 * within a window, with possibly different probabilities whose means are p_c and p_b. log is concave, so
 * E[(1+u)^xc] <= (1 + p_c u)^nc and E[(1 - kappa u)^xb] <= (1 - p_b kappa u)^nb. With p_c <= r p_b + d the log of the product is at most
 * h(p_b) = nc log(1 + (r p_b + d) u) + nb log(1 - kappa p_b u), whose derivative nc r u [1/(1 + (r p + d) u) - 1/(1 - kappa p u)] is <= 0.
 * So h(p_b) <= h(0) = nc log(1 + d u), which is what we subtract. For -1 < u < 0 and p_c >= r p_b + d the same chain holds.
 * Nothing is assumed about p_b: it may change from window to window and is never estimated.
 */
export function rareIncrement(window: Window, line: Line, g: number): number {
  if (!informs(window, line)) return 0;
  const kappa = line.r === 0 ? 0 : (line.r * window.nc) / window.nb;
  const u = (g - 1) / (1 + kappa * g);
  return window.xc * Math.log1p(u) + window.xb * Math.log1p(-kappa * u) - window.nc * Math.log1p(line.d * u);
}

/** One bet over several strata (regions, routes) of the same window: removes the bias of a shifted mix. */
export function rareStrataIncrement(strata: readonly Window[], line: Line, g: number): number {
  return strata.reduce((sum, window) => sum + rareIncrement(window, line, g), 0);
}

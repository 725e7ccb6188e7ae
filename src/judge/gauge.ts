import { LOG_ZERO } from './log-space.ts';

/**
 * Evidence that a number per look (canary minus baseline minus margin) is above 0, its variance unknown: universal inference
 * (Wasserman, Ramdas, Balakrishnan 2020), a predictive normal density over the largest density under H0: mean <= 0.
 * Exact for independent normal values; false alarms grow with autocorrelation, so values must come from windows that do not overlap.
 */
export interface Gauge {
  /** All values so far: count, sum, sum of squares. */
  readonly n: number;
  readonly s1: number;
  readonly s2: number;
  /** The same after the burn-in. */
  readonly m: number;
  readonly t1: number;
  readonly t2: number;
  /** Log of the predictive density of all values after the burn-in. */
  readonly predicted: number;
}

export const EMPTY_GAUGE: Gauge = { n: 0, s1: 0, s2: 0, m: 0, t1: 0, t2: 0, predicted: 0 };
/** Values that only train. */
export const BURN = 2;

/** Adds one value. Only its sign and its size against the others matter, not its unit. */
export function addGauge(gauge: Gauge, d: number, burn: number = BURN): Gauge {
  const { n, s1, s2 } = gauge;
  const seen = { n: n + 1, s1: s1 + d, s2: s2 + d * d };
  if (n < burn) return { ...gauge, ...seen };
  const mean = n === 0 ? 0 : s1 / n;
  const guess = n === 0 ? 1 : (s2 - n * mean * mean + s2 / n) / (n + 1);
  // Values that were all 0 say nothing about the spread; any density is fair.
  const v = guess > 0 ? guess : 1;
  const off = d - Math.max(mean, 0);
  const density = -0.5 * (Math.log(2 * Math.PI * v) + (off * off) / v);
  return { ...seen, m: gauge.m + 1, t1: gauge.t1 + d, t2: gauge.t2 + d * d, predicted: gauge.predicted + density };
}

/** log E; 0 during the burn-in, LOG_ZERO where H0 explains the values without any spread. */
export function gaugeLogE({ m, t1, t2, predicted }: Gauge): number {
  if (m === 0) return 0;
  const v0 = t1 <= 0 ? t2 / m - (t1 / m) ** 2 : t2 / m;
  if (!(v0 > 0)) return LOG_ZERO;
  const log = predicted + (m / 2) * (Math.log(2 * Math.PI * v0) + 1);
  return Number.isFinite(log) ? log : LOG_ZERO;
}

/** Lag-1 autocorrelation of a history: above 0.2, values should be averaged in batches of 4. 0 for constant or short histories. */
export function lagOne(history: readonly number[]): number {
  const mean = history.reduce((sum, x) => sum + x, 0) / Math.max(1, history.length);
  let product = 0;
  let square = 0;
  let before: number | null = null;
  for (const x of history) {
    square += (x - mean) ** 2;
    if (before !== null) product += (x - mean) * (before - mean);
    before = x;
  }
  return square > 0 ? product / square : 0;
}

import { logAdd, logSum, safeLog } from './log-space.ts';

/**
 * Money spread over several bets (effect sizes) and over the times at which they start: without late starts, five good minutes
 * bury the evidence of a later regression. The sum is a test martingale: P(it ever reaches 1/alpha) <= alpha under H0 (Ville).
 * Plain data: survives JSON to the same bit.
 */
export interface Mixture {
  /** Windows so far. */
  readonly k: number;
  /** Share not yet invested; never below 0. */
  readonly cash: number;
  /** Log wealth of each bet; empty before the first window. */
  readonly logs: readonly number[];
}

/** How much is invested when: `first` at window 1, the rest evenly up to the horizon, or as 1/(k(k-1)) without one. */
export interface Starts {
  readonly first: number;
  /** Planned number of windows; null: open end. */
  readonly horizon: number | null;
}

export const EMPTY: Mixture = { k: 0, cash: 1, logs: [] };
/** Everything at once: for proofs of harmlessness, which must count every window from the first. */
export const AT_ONCE: Starts = { first: 1, horizon: null };

/** Share invested at window k = 1, 2, ...; sums to at most 1. */
export function startWeight(starts: Starts, k: number): number {
  if (k === 1) return starts.first;
  const rest = 1 - starts.first;
  if (starts.horizon === null) return rest / (k * (k - 1));
  return k <= starts.horizon ? rest / (starts.horizon - 1) : 0;
}

/**
 * Plays one window. `increments` are the log increments of the bets, the same number each time; `cap` is the most one window may say,
 * in nats (null: no cap). Lowering an increment never hurts validity. `bets` is how many bets share the money (default: all of them);
 * `shares` are what each of them gets, positive and 1 together (default: the same).
 */
export function play(
  mixture: Mixture,
  increments: readonly number[],
  rule: {
    readonly starts: Starts;
    readonly cap?: number | null;
    readonly bets?: number;
    readonly shares?: readonly number[];
  },
): Mixture {
  const k = mixture.k + 1;
  const cap = rule.cap ?? Infinity;
  const weight = startWeight(rule.starts, k);
  const even = 1 / (rule.bets ?? increments.length);
  const logs = increments.map((l, i) => {
    const old = mixture.logs[i];
    const share = safeLog(weight * (rule.shares?.[i] ?? even));
    const invested = old === undefined ? share : weight > 0 ? logAdd(old, share) : old;
    return invested + Math.min(l, cap);
  });
  return { k, cash: Math.max(mixture.cash - weight, 0), logs };
}

/** log E of the mixture: 0 before the first window. */
export function logE(mixture: Mixture): number {
  return mixture.cash > 0 ? logSum([...mixture.logs, Math.log(mixture.cash)]) : logSum(mixture.logs);
}

/** Drift as a Kolmogorov-Smirnov distance with an effect size, against a fixed reference distribution. */
import { RollbackError } from '../errors.ts';
import { oneSampleIncrement } from './klproj.ts';

/** How far the assumed distance lies beyond kappa (fail) or inside it (pass). */
export const DRIFT_FAIL_DISTANCES = [0.03, 0.1, 0.25] as const;
export const DRIFT_PASS_DISTANCES = [0.04, 0.08, 0.12] as const;
/** Edges of the fail side: the 5 %, 10 %, ... 95 % points; of the pass side: 2 %, 4 %, ... 98 %. */
export const DRIFT_FAIL_EDGES = 19;
export const DRIFT_PASS_EDGES = 49;

/** Reference distribution at its edges (ascending): the share of values at or below each. */
export interface Reference {
  readonly edges: readonly number[];
  readonly below: readonly number[];
  /** Largest true KS distance that is acceptable. */
  readonly kappa: number;
  /** Uncertainty of a sampled reference (dkwPad); 0 when the reference is by definition the target. */
  readonly pad: number;
}

/** Counts of one window at the edges of the reference. */
export interface Below {
  readonly n: number;
  readonly below: readonly number[];
}

/** With probability 1 - alpha a sample of m values lies everywhere within this distance of its source (Dvoretzky, Kiefer, Wolfowitz, Massart). */
export function dkwPad(m: number, alpha: number): number {
  return Math.sqrt(Math.log(2 / alpha) / (2 * m));
}

/** The reference from raw values, at `count` evenly spaced quantiles. */
export function referenceOf(
  values: readonly number[] | Float64Array,
  rule: { readonly kappa: number; readonly pad: number; readonly count: number },
): Reference {
  const sorted = Float64Array.from(values).sort();
  if (sorted.length === 0) throw new RollbackError('input-invalid', 'the reference of a drift test has no values');
  const edges = quantileEdges(sorted, rule.count);
  const below = edges.map((edge) => upperBound(sorted, edge) / sorted.length);
  return { edges, below, kappa: rule.kappa, pad: rule.pad };
}

/** Distinct values at count evenly spaced quantiles of sorted values. */
export function quantileEdges(sorted: Float64Array, count: number): number[] {
  const picked = Array.from({ length: count }, (_, i) => {
    const at = Math.ceil(((i + 1) / (count + 1)) * sorted.length) - 1;
    return sorted[Math.max(0, at)] ?? 0;
  });
  return [...new Set(picked)];
}

/**
 * Log increments against H0: KS(live, reference) <= kappa. Components: every edge, both directions, three distances. Components that the
 * reference leaves no room for are left out, so the number depends on the reference only.
 */
export function driftIncrements(reference: Reference, window: Below): readonly number[] {
  const limit = reference.kappa + reference.pad;
  return reference.below.flatMap((share, i) => {
    const below = window.below[i] ?? 0;
    return [...upwards(below, window.n, share + limit), ...upwards(window.n - below, window.n, 1 - share + limit)];
  });
}

function upwards(x: number, n: number, p0: number): readonly number[] {
  if (p0 >= 0.995) return [];
  return DRIFT_FAIL_DISTANCES.map((distance) => {
    const p1 = Math.min(p0 + distance, (1 + p0) / 2 < 0.999 ? 0.999 : (1 + p0) / 2);
    return oneSampleIncrement(x, n, { p0, p1 });
  });
}

/**
 * Log increments against H0: KS(live, reference) >= kappa, in groups of three (one group per cell and direction): the evidence is the least
 * over the groups of their mean. Proves the true distance, not only that at the edges, because
 * KS <= max over cells of max(F(t_j) - F_ref(t_j-1), F_ref(t_j) - F(t_j-1)).
 */
export function noDriftIncrements(reference: Reference, window: Below): readonly number[] {
  const limit = reference.kappa - reference.pad;
  const shares = [0, ...reference.below, 1];
  const counts = [0, ...window.below, window.n];
  const increments: number[] = [];
  for (let j = 1; j < shares.length; j++) {
    const up = (shares[j - 1] ?? 0) + limit;
    const down = 1 - (shares[j] ?? 1) + limit;
    increments.push(
      ...downwards(counts[j] ?? 0, window.n, up),
      ...downwards(window.n - (counts[j - 1] ?? 0), window.n, down),
    );
  }
  return increments;
}

function downwards(x: number, n: number, p0: number): readonly number[] {
  if (p0 >= 1) return [];
  // A reference less certain than kappa proves nothing.
  if (p0 <= 0) return DRIFT_PASS_DISTANCES.map(() => 0);
  return DRIFT_PASS_DISTANCES.map((distance) => oneSampleIncrement(x, n, { p0, p1: Math.max(p0 - distance, p0 / 10) }));
}

function upperBound(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? Infinity) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

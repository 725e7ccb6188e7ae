import { RollbackError } from '../errors.ts';

/** Two-sample Kolmogorov-Smirnov comparison. The p-values are for reports: repeated looks at them raise false alarms. */
export interface KsResult {
  /** Largest distance of the two empirical distribution functions, in [0, 1]. */
  readonly D: number;
  /** Two-sided, exact for samples without ties; null above 10 million lattice points. */
  readonly pExact: number | null;
  readonly pAsymptotic: number;
}

/** Lattice points up to which the exact p-value is worked out (well below a second). */
const EXACT_UP_TO = 1e7;

/**
 * KS distance of two raw samples; ties are counted together. Cost O(n log n): a million values in well under a second.
 * Throws input-invalid for an empty sample or a value that is not a number.
 */
export function ksDistance(x: readonly number[] | Float64Array, y: readonly number[] | Float64Array): KsResult {
  const a = sorted(x, 'first');
  const b = sorted(y, 'second');
  const [n, m] = [a.length, b.length];
  let [i, j, widest] = [0, 0, 0];
  while (i < n && j < m) {
    const value = Math.min(a[i] ?? Infinity, b[j] ?? Infinity);
    while (i < n && a[i] === value) i++;
    while (j < m && b[j] === value) j++;
    // In whole numbers, so that equal distances compare as equal.
    widest = Math.max(widest, Math.abs(i * m - j * n));
  }
  const D = widest / (n * m);
  return {
    D,
    pExact: n * m <= EXACT_UP_TO ? exactTail(n, m, widest) : null,
    pAsymptotic: kolmogorovTail(Math.sqrt((n * m) / (n + m)) * D),
  };
}

function sorted(values: readonly number[] | Float64Array, which: string): Float64Array {
  const copy = new Float64Array(values);
  if (copy.length === 0) throw new RollbackError('input-invalid', `the ${which} sample of a KS comparison is empty`);
  copy.sort();
  // NaN sorts to the end.
  if (Number.isNaN(copy.at(-1)))
    throw new RollbackError('input-invalid', `the ${which} sample of a KS comparison holds NaN`);
  return copy;
}

/** P(D >= observed) without ties: probability that a random lattice path from (0, 0) to (n, m) touches |i m - j n| >= widest. */
function exactTail(n: number, m: number, widest: number): number {
  if (widest === 0) return 1;
  const row = new Float64Array(m + 1);
  for (let i = 0; i <= n; i++) {
    for (let j = 0; j <= m; j++) {
      if (Math.abs(i * m - j * n) >= widest) row[j] = 1;
      else if (i === 0 && j === 0) row[j] = 0;
      else {
        const above = i === 0 ? 0 : (i / (i + j)) * (row[j] ?? 0);
        row[j] = above + (j === 0 ? 0 : (j / (i + j)) * (row[j - 1] ?? 0));
      }
    }
  }
  return Math.min(1, row[m] ?? 1);
}

/** Upper tail of the Kolmogorov distribution; the series that converges faster on each side of 1. */
export function kolmogorovTail(x: number): number {
  if (x <= 0) return 1;
  let sum = 0;
  if (x < 1) {
    const c = -(Math.PI ** 2) / (8 * x * x);
    for (let k = 1; k < 40; k += 2) sum += Math.exp(c * k * k);
    return Math.max(0, 1 - (Math.sqrt(2 * Math.PI) / x) * sum);
  }
  for (let k = 1; k < 40; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * x * x);
  return Math.min(1, Math.max(0, sum));
}

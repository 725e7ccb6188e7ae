import { RollbackError } from '../errors.ts';
import { chiSquaredPoint } from './log-gamma.ts';

/** Population stability index of two histograms: reported next to its noise, never a verdict. */
export interface Psi {
  readonly psi: number;
  /** Expected value without any drift. */
  readonly noise: number;
  /** Exceeded by 1 of 100 looks without any drift. */
  readonly critical99: number;
}

/** PSI with `pseudo` added to every bin of both arms. Throws input-invalid for fewer than two bins, unequal bins or an empty arm. */
export function psi(a: readonly number[], b: readonly number[], pseudo: number = 0.5): Psi {
  const n = a.reduce((sum, x) => sum + x, 0);
  const m = b.reduce((sum, x) => sum + x, 0);
  if (a.length < 2 || a.length !== b.length || n <= 0 || m <= 0) {
    throw new RollbackError(
      'input-invalid',
      `PSI needs two histograms with the same bins: ${a.length} bins of ${n}, ${b.length} of ${m}`,
    );
  }
  const wholeA = n + pseudo * a.length;
  const wholeB = m + pseudo * b.length;
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const shareA = ((a[i] ?? 0) + pseudo) / wholeA;
    const shareB = ((b[i] ?? 0) + pseudo) / wholeB;
    sum += shareA === shareB ? 0 : (shareA - shareB) * Math.log(shareA / shareB);
  }
  const scale = 1 / n + 1 / m;
  return { psi: sum, noise: (a.length - 1) * scale, critical99: chiSquaredPoint(0.01, a.length - 1) * scale };
}

/** What the KS distance of two samples can be when only their bucket counts are known. */
export function ksBounds(
  a: readonly number[],
  b: readonly number[],
): { readonly lower: number; readonly upper: number } {
  const n = a.reduce((sum, x) => sum + x, 0);
  const m = b.reduce((sum, x) => sum + x, 0);
  if (a.length === 0 || a.length !== b.length || n <= 0 || m <= 0) {
    throw new RollbackError(
      'input-invalid',
      `KS bounds need two histograms with the same bins: ${a.length} bins of ${n}, ${b.length} of ${m}`,
    );
  }
  let [lower, upper, beforeA, beforeB] = [0, 0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const nowA = beforeA + (a[i] ?? 0) / n;
    const nowB = beforeB + (b[i] ?? 0) / m;
    if (i < a.length - 1) lower = Math.max(lower, Math.abs(nowA - nowB));
    upper = Math.max(upper, nowA - beforeB, nowB - beforeA);
    [beforeA, beforeB] = [nowA, nowB];
  }
  return { lower, upper: Math.min(1, upper) };
}

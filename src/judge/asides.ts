/** Numbers that stand beside a finding and never decide: how a distribution moved, and which stratum is worst. */
import { plain } from './because.ts';
import type { LegState } from './leg.ts';
import { ksBounds, psi, type Psi } from './psi.ts';
import type { TriggerState } from './state.ts';

/** Two distributions in the same bins. */
export interface DriftAside extends Psi {
  /** What the KS distance of the two samples can be, where only the bins are known. */
  readonly lower: number;
  readonly upper: number;
  /** What the canary is compared with, and how many values that has. */
  readonly against: 'baseline' | 'reference';
  readonly size: number;
}

/** The stratum in which the canary is furthest above its baseline (or above all others, without one). */
export interface StrataAside {
  readonly count: number;
  readonly worst: {
    readonly name: string;
    /** Shares of what the condition complains about. */
    readonly canary: number;
    readonly baseline: number | null;
  } | null;
  /** Strata that only one arm serves: they add nothing to the evidence. */
  readonly alone: readonly string[];
}

/** Null where nothing was compared yet, or the trigger is not about a distribution. */
export function driftAside(states: readonly LegState[]): DriftAside | null {
  const [state] = states;
  if (state?.kind === 'drift') {
    const { canary, baseline } = state;
    if (canary.n === 0 || baseline.n === 0) return null;
    return compared(bins(canary.below, canary.n), bins(baseline.below, baseline.n), 'baseline', baseline.n);
  }
  if (state?.kind !== 'drift-reference' || state.reference === null || state.seen.n === 0) return null;
  const { reference, seen, size } = state;
  const expected = reference.below.map((share) => share * size);
  return compared(bins(seen.below, seen.n), bins(expected, size), 'reference', size);
}

function compared(
  a: readonly number[],
  b: readonly number[],
  against: DriftAside['against'],
  size: number,
): DriftAside | null {
  return a.length < 2 ? null : { ...psi(a, b), ...ksBounds(a, b), against, size };
}

function bins(below: readonly number[], n: number): readonly number[] {
  return [...below, n].map((count, i) => Math.max(0, count - (below[i - 1] ?? 0)));
}

/** Null without strata. `needsBaseline`: a stratum without a baseline says nothing. */
export function strataAside({ totals }: Pick<TriggerState, 'totals'>, needsBaseline: boolean): StrataAside | null {
  if (totals.strata === undefined) return null;
  const all = Object.entries(totals.strata);
  const alone = all
    .filter(([, { nc, nb }]) => nc === 0 || (needsBaseline && nb === 0))
    .map(([name]) => name)
    .sort();
  let worst: StrataAside['worst'] = null;
  let most = -Infinity;
  for (const [name, { xc, nc, xb, nb }] of all) {
    if (alone.includes(name)) continue;
    const canary = xc / nc;
    const baseline = nb > 0 ? xb / nb : null;
    const distance = canary - (needsBaseline ? (baseline ?? 0) : 0);
    if (distance > most) {
      most = distance;
      worst = { name, canary, baseline };
    }
  }
  return { count: all.length, worst, alone };
}

/** What follows the sentence of a finding; empty where there is nothing to add. */
export function asideWords(drift: DriftAside | null, strata: StrataAside | null): string {
  const words: string[] = [];
  if (drift !== null) {
    const far = drift.psi > drift.critical99 ? 'above' : 'within';
    words.push(
      `PSI ${plain(drift.psi)}, ${far} its noise (${plain(drift.noise)} expected without drift, 1 in 100 above ${plain(drift.critical99)}), against ${plain(drift.size)} values of the ${drift.against}`,
    );
  }
  if (strata?.worst != null) {
    const { name, canary, baseline } = strata.worst;
    const beside = baseline === null ? '' : ` against ${plain(baseline)}`;
    words.push(`worst of ${strata.count} strata: ${name} with ${plain(canary)}${beside}`);
  }
  if (strata !== null && strata.alone.length > 0) {
    const names = strata.alone.slice(0, 5).join(', ') + (strata.alone.length > 5 ? ' ...' : '');
    words.push(`served by one arm only, so not compared: ${names}`);
  }
  return words.map((word) => `; ${word}`).join('');
}

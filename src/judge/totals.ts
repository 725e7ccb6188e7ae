import type { Sample } from '../measure/sample.ts';
import { addToBand, emptyBand, type BandSums } from './band.ts';
import { total } from './buckets.ts';
import { badEvents, strataOf } from './leg.ts';
import type { Question } from './question.ts';
import type { StratumWindow } from './rate-leg.ts';
import { addWindows, NOTHING, type Window } from './window.ts';

/** Sums for the report only; no verdict depends on them. */
export interface Totals {
  /** Events, values or looks. */
  readonly canaryCount: number;
  readonly baselineCount: number;
  /** Hits, or the sum of the values. */
  readonly canarySum: number;
  readonly baselineSum: number;
  /** Counts per bucket; `edges` are the finite ones, so there is one count more. */
  readonly buckets: {
    readonly edges: readonly number[];
    readonly canary: readonly number[];
    readonly baseline: readonly number[] | null;
  } | null;
  readonly band: BandSums | null;
  /** What the condition complains about, by stratum; absent without strata. */
  readonly strata?: Readonly<Record<string, Window>>;
}

export function noTotals({ statistic }: Question): Totals {
  return {
    canaryCount: 0,
    baselineCount: 0,
    canarySum: 0,
    baselineSum: 0,
    buckets: null,
    band: statistic.kind === 'rate' ? emptyBand() : null,
  };
}

export function addTotals(asked: Question, totals: Totals, sample: Exclude<Sample, { kind: 'missing' }>): Totals {
  const add = (canary: readonly [number, number], baseline: readonly [number, number]): Totals => ({
    ...totals,
    canaryCount: totals.canaryCount + canary[0],
    canarySum: totals.canarySum + canary[1],
    baselineCount: totals.baselineCount + baseline[0],
    baselineSum: totals.baselineSum + baseline[1],
  });
  switch (sample.kind) {
    case 'events': {
      const sums = add(
        [sample.canary.total, sample.canary.hits],
        [sample.baseline?.total ?? 0, sample.baseline?.hits ?? 0],
      );
      const leg = asked.fail.legs[0];
      if (totals.band === null || leg?.kind !== 'rate') return sums;
      const { r } = leg.line;
      const strata = strataOf(sample, asked.bad);
      // The difference is estimated within the strata too, or a shifted mix would show as one.
      const windows = strata?.map(({ window }) => window) ?? [badEvents(sample, asked.bad)];
      const band = windows.reduce((sum, window) => addToBand(sum, window, r), totals.band);
      return strata === null ? { ...sums, band } : { ...sums, band, strata: addStrata(totals.strata ?? {}, strata) };
    }
    case 'histogram': {
      const sums = add([total(sample.canary), 0], [total(sample.baseline ?? []), 0]);
      const edges = sample.edges.slice(0, -1);
      const old = totals.buckets;
      const same = old !== null && old.edges.length === edges.length && edges.every((edge, i) => edge === old.edges[i]);
      // New edges: the report starts again; the evidence does not depend on it.
      if (!same) return { ...sums, buckets: { edges, canary: sample.canary, baseline: sample.baseline } };
      const plus = (a: readonly number[], b: readonly number[]) => a.map((count, i) => count + (b[i] ?? 0));
      const baseline = sample.baseline === null ? old.baseline : plus(sample.baseline, old.baseline ?? []);
      return { ...sums, buckets: { edges: old.edges, canary: plus(sample.canary, old.canary), baseline } };
    }
    case 'values': {
      const { canary, baseline } = sample;
      return add([canary.length, total(canary)], [baseline?.length ?? 0, total(baseline ?? [])]);
    }
    case 'moments':
      return add([sample.canary.n, sample.canary.sum], [sample.baseline?.n ?? 0, sample.baseline?.sum ?? 0]);
    case 'gauge':
      return add([1, sample.canary], sample.baseline === null ? [0, 0] : [1, sample.baseline]);
  }
}

function addStrata(
  before: Readonly<Record<string, Window>>,
  strata: readonly StratumWindow[],
): Readonly<Record<string, Window>> {
  const old = (name: string) => (Object.hasOwn(before, name) ? before[name] : undefined) ?? NOTHING;
  const added = strata.map(({ name, window }) => [name, addWindows(old(name), window)] as const);
  return { ...before, ...Object.fromEntries(added) };
}

import type { Limit } from '../playbook/condition.ts';
import { isBeyondEdges, quantileEdge } from './buckets.ts';
import { legObserved } from './leg.ts';
import type { Question } from './question.ts';
import { spendObserved } from './spend-leg.ts';
import type { TriggerState } from './state.ts';

/** What the trigger showed over the whole gate, in the unit of its condition. Null: nothing measured. */
export interface Observed {
  readonly canary: number | null;
  readonly baseline: number | null;
  readonly limit: number | null;
}

/** Numbers for people; no verdict depends on them. */
export function observed(asked: Question, state: TriggerState): Observed {
  const { totals } = state;
  switch (asked.statistic.kind) {
    case 'rate':
    case 'mean':
    case 'value': {
      const canary = ratio(totals.canarySum, totals.canaryCount);
      const baseline = ratio(totals.baselineSum, totals.baselineCount);
      return { canary, baseline, limit: limitAt(asked, baseline) };
    }
    case 'quantile': {
      const { q } = asked.statistic;
      if (totals.buckets === null) return { canary: null, baseline: null, limit: limitAt(asked, null) };
      const { edges, canary, baseline } = totals.buckets;
      const inMs = (counts: readonly number[] | null) => {
        const edge = counts === null ? null : quantileEdge(counts, edges, q);
        return edge === null ? null : Number((edge / asked.scale).toPrecision(12));
      };
      const base = inMs(baseline);
      return { canary: inMs(canary), baseline: base, limit: limitAt(asked, base) };
    }
    case 'spend': {
      const [leg, spent] = [asked.fail.legs[0], state.fail[0]];
      const known = leg?.kind === 'spend' && spent?.kind === 'spend';
      return { canary: known ? spendObserved(leg, spent) : null, baseline: null, limit: limitAt(asked, null) };
    }
    case 'ks': {
      const [leg] = state.fail;
      // A live baseline lies at distance 0 from itself; a reference is not measured here at all.
      const baseline = leg?.kind === 'drift-reference' ? null : 0;
      return { canary: leg === undefined ? null : legObserved(leg), baseline, limit: limitAt(asked, null) };
    }
  }
}

/** The quantile of the canary lies beyond the last edge of its histogram: `observed` then tells that edge. */
export function isBeyond(asked: Question, { totals: { buckets } }: TriggerState): boolean {
  return (
    asked.statistic.kind === 'quantile' &&
    buckets !== null &&
    isBeyondEdges(buckets.canary, buckets.edges, asked.statistic.q)
  );
}

/** False where the number is beyond its limit, on the side that the condition complains about. */
export function isInside(bad: Question['bad'], { canary, limit }: Pick<Observed, 'canary' | 'limit'>): boolean {
  if (canary === null || limit === null) return true;
  return bad === 'above' ? canary <= limit : canary >= limit;
}

/** The limit as one number at the observed baseline: the one that decides where there are several. */
function limitAt(asked: Question, baseline: number | null): number | null {
  const numbers = asked.limits.map((limit) => oneLimit(limit, baseline));
  if (numbers.length === 0 || numbers.some((one) => one === null)) return null;
  const known = numbers.filter((one) => one !== null);
  // "above all" is above the highest; "below all" is below the lowest.
  return (asked.join === 'all') === (asked.bad === 'above') ? Math.max(...known) : Math.min(...known);
}

function oneLimit({ factor, plus }: Limit, baseline: number | null): number | null {
  if (factor === 0) return plus;
  return baseline === null ? null : factor * baseline + plus;
}

function ratio(sum: number, count: number): number | null {
  return count > 0 ? sum / count : null;
}

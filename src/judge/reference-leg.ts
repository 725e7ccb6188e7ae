import type { ReferenceSample } from '../measure/reference.ts';
import { referenceSize } from '../measure/reference.ts';
import type { Sample } from '../measure/sample.ts';
import { histogramBelow, total, valuesBelow } from './buckets.ts';
import {
  DRIFT_FAIL_EDGES,
  DRIFT_PASS_DISTANCES,
  DRIFT_PASS_EDGES,
  driftIncrements,
  noDriftIncrements,
  quantileEdges,
  type Below,
  type Reference,
} from './drift.ts';
import { sameEdge } from './exceedance.ts';
import type { Game } from './lane.ts';
import { logSum } from './log-space.ts';
import { EMPTY, logE, play, type Mixture } from './mixture.ts';
import type { Leg } from './question.ts';

type ReferenceLeg = Extract<Leg, { kind: 'drift-reference' }>;
type Distribution = Extract<Sample, { kind: 'histogram' | 'values' }>;

/** Evidence about the distance between the canary and a reference that was fixed before the gate began. No baseline is needed. */
export interface ReferenceState {
  readonly kind: 'drift-reference';
  readonly side: Game['side'];
  /** The reference at the edges that the first sample's layout allows; null before it. Values never choose edges. */
  readonly reference: Reference | null;
  /** Values in the reference sample, for reports. */
  readonly size: number;
  /** All windows so far, for reports. */
  readonly seen: Below;
  readonly mixture: Mixture;
  /** Nats taken off: the share of the error rate that the reference's own noise has used up. */
  readonly discount: number;
}

export const BEGIN_REFERENCE: ReferenceState = {
  kind: 'drift-reference',
  side: 'fail',
  reference: null,
  size: 0,
  seen: { n: 0, below: [] },
  mixture: EMPTY,
  discount: 0,
};

/** Adds one window of the canary. One whose buckets do not fit the reference (see `referenceMisfit`) changes nothing. */
export function playReference(leg: ReferenceLeg, before: ReferenceState, sample: Sample, game: Game): ReferenceState {
  if (sample.kind !== 'histogram' && sample.kind !== 'values') return before;
  if (referenceMisfit(leg, before, sample) !== null) return before;
  const reference = before.reference ?? chosen(leg, sample, game.side);
  const window = {
    n: sample.kind === 'histogram' ? total(sample.canary) : sample.canary.length,
    below:
      sample.kind === 'histogram'
        ? histogramBelow(sample.canary, sample.edges, reference.edges)
        : valuesBelow(sample.canary, reference.edges),
  };
  const fails = game.side === 'fail';
  const increments = fails ? driftIncrements(reference, window) : noDriftIncrements(reference, window);
  const bets = fails ? Math.max(1, increments.length) : DRIFT_PASS_DISTANCES.length;
  return {
    kind: 'drift-reference',
    side: game.side,
    reference,
    size: referenceSize(leg.reference),
    seen: {
      n: before.seen.n + window.n,
      below: window.below.map((count, i) => count + (before.seen.below[i] ?? 0)),
    },
    mixture: play(before.mixture, increments, { starts: game.starts, cap: game.cap, bets }),
    discount: fails ? leg.discount.fail : leg.discount.pass,
  };
}

export function referenceLogE({ mixture, side, discount }: ReferenceState): number {
  if (mixture.logs.length === 0) return 0;
  if (side === 'fail') return logE(mixture) + discount;
  let least = Infinity;
  for (let i = 0; i < mixture.logs.length; i += DRIFT_PASS_DISTANCES.length) {
    const group = mixture.logs.slice(i, i + DRIFT_PASS_DISTANCES.length);
    least = Math.min(least, logSum(mixture.cash > 0 ? [...group, Math.log(mixture.cash)] : group));
  }
  return least + discount;
}

/** Largest distance at the edges so far: a lower bound of the KS distance. */
export function referenceObserved({ reference, seen }: ReferenceState): number | null {
  if (reference === null || seen.n === 0) return null;
  return reference.below.reduce((most, share, i) => Math.max(most, Math.abs((seen.below[i] ?? 0) / seen.n - share)), 0);
}

/** Why the buckets of a sample cannot be compared with the reference; null when they can. */
export function referenceMisfit(leg: ReferenceLeg, state: ReferenceState, sample: Sample): string | null {
  if (sample.kind !== 'histogram') return null;
  if (state.reference === null) {
    if (candidates(leg.reference, sample).length > 0) return null;
    const known = leg.reference.kind === 'histogram' ? leg.reference.edges : [];
    return `the reference has the bucket edges ${listed(known)}, the canary ${listed(sample.edges)}, and none is shared: make the reference from the same buckets, or from raw values`;
  }
  const lost = state.reference.edges.find((edge) => !sample.edges.some((other) => sameEdge(edge, other)));
  return lost === undefined ? null : `the buckets changed: no edge at ${lost}, with which the reference is compared`;
}

function listed(edges: readonly number[]): string {
  return edges.length > 8 ? `${edges.slice(0, 8).join(' ')} ...` : edges.join(' ');
}

/** The reference at evenly spaced quantiles of its own, at edges where the canary's counts are exact. */
function chosen(leg: ReferenceLeg, sample: Distribution, side: Game['side']): Reference {
  const count = side === 'fail' ? DRIFT_FAIL_EDGES : DRIFT_PASS_EDGES;
  const { kappa, pad, reference } = leg;
  if (sample.kind === 'values' && reference.kind === 'values') {
    const edges = quantileEdges(Float64Array.from(reference.sorted), count);
    return { edges, below: valuesBelow(reference.sorted, edges).map((x) => x / reference.sorted.length), kappa, pad };
  }
  const all = candidates(reference, sample);
  const picked = new Set<(typeof all)[number]>();
  for (let j = 1; j <= count; j++) {
    const at = all.find(({ share }) => share >= j / (count + 1));
    if (at !== undefined) picked.add(at);
  }
  // A reference in one bucket still has an edge below it, which a canary that moves down crosses.
  const empty = all.findLast(({ share }) => share === 0);
  const first = picked.values().next().value;
  const edges = picked.size < 2 && empty !== undefined && first !== empty ? [empty, ...picked] : [...picked];
  return { edges: edges.map(({ edge }) => edge), below: edges.map(({ share }) => share), kappa, pad };
}

/** Edges at which both the reference and the sample are known exactly, with the share of the reference at or below. */
function candidates(reference: ReferenceSample, sample: Distribution): { edge: number; share: number }[] {
  const size = referenceSize(reference);
  if (reference.kind === 'values') {
    const edges = sample.kind === 'histogram' ? sample.edges.slice(0, -1) : [];
    return valuesBelow(reference.sorted, edges).map((x, i) => ({ edge: edges[i] ?? 0, share: x / size }));
  }
  const edges = reference.edges.slice(0, -1);
  const below = histogramBelow(reference.counts, reference.edges, edges).map((x, i) => ({
    edge: edges[i] ?? 0,
    share: x / size,
  }));
  if (sample.kind === 'values') return below;
  return below.filter(({ edge }) => sample.edges.some((other) => sameEdge(edge, other)));
}

import type { Sample } from '../measure/sample.ts';
import { histogramBelow, valuesBelow } from './buckets.ts';
import {
  DRIFT_FAIL_DISTANCES,
  DRIFT_FAIL_EDGES,
  DRIFT_PASS_DISTANCES,
  DRIFT_PASS_EDGES,
  quantileEdges,
} from './drift.ts';
import { klprojIncrement } from './klproj.ts';
import type { Game } from './lane.ts';
import { logSum } from './log-space.ts';
import { EMPTY, logE, play, type Mixture } from './mixture.ts';
import type { Leg } from './question.ts';
import { NOTHING, type Window } from './window.ts';

type DriftLeg = Extract<Leg, { kind: 'drift' }>;
type Distribution = Extract<Sample, { kind: 'histogram' | 'values' }>;

/** Evidence about the distance between canary and live baseline. The first baseline values only choose the edges. */
export interface DriftState {
  readonly kind: 'drift';
  readonly side: Game['side'];
  readonly training: readonly number[];
  /** Chosen before the first bet; null while training. */
  readonly edges: readonly number[] | null;
  /** The values that chose the edges, counted there: the first guess of the baseline's distribution. */
  readonly history: Counts;
  /** Counts at or below each edge in the windows that were bet on. */
  readonly canary: Counts;
  readonly baseline: Counts;
  readonly mixture: Mixture;
}
interface Counts {
  readonly n: number;
  readonly below: readonly number[];
}

/** Baseline values needed to choose edges. */
const TRAINING_VALUES = 100;
/** A direction is bet on where the limit at the reference stays below this. */
const ROOM = 0.97;

export function beginDrift(): DriftState {
  const none = { n: 0, below: [] };
  return {
    kind: 'drift',
    side: 'fail',
    training: [],
    edges: null,
    history: none,
    canary: none,
    baseline: none,
    mixture: EMPTY,
  };
}

/** Adds one window; the baseline is required. */
export function playDrift(leg: DriftLeg, before: DriftState, sample: Sample, game: Game): DriftState {
  if (sample.kind !== 'histogram' && sample.kind !== 'values') return before;
  if (sample.baseline === null) return before;
  const state = { ...before, side: game.side };
  if (state.edges === null) return train(state, sample, game.side);
  const { edges } = state;
  const below = (counts: readonly number[]) =>
    sample.kind === 'histogram' ? histogramBelow(counts, sample.edges, edges) : valuesBelow(counts, edges);
  const size = (counts: readonly number[]) =>
    sample.kind === 'histogram' ? counts.reduce((sum, x) => sum + x, 0) : counts.length;
  const now = {
    canary: { n: size(sample.canary), below: below(sample.canary) },
    baseline: { n: size(sample.baseline), below: below(sample.baseline) },
  };
  const increments = game.side === 'fail' ? apart(leg.kappa, state, now) : together(leg.kappa, state, now);
  const bets = game.side === 'fail' ? increments.length : DRIFT_PASS_DISTANCES.length;
  return {
    ...state,
    canary: plus(state.canary, now.canary),
    baseline: plus(state.baseline, now.baseline),
    mixture: play(state.mixture, increments, { starts: game.starts, cap: game.cap, bets }),
  };
}

export function driftLogE({ mixture, side }: DriftState): number {
  if (side === 'fail') return logE(mixture);
  if (mixture.logs.length === 0) return 0;
  let least = Infinity;
  for (let i = 0; i < mixture.logs.length; i += DRIFT_PASS_DISTANCES.length) {
    const group = mixture.logs.slice(i, i + DRIFT_PASS_DISTANCES.length);
    least = Math.min(least, logSum(mixture.cash > 0 ? [...group, Math.log(mixture.cash)] : group));
  }
  return least;
}

/** Largest distance at the edges so far: a lower bound of the KS distance. */
export function driftObserved({ canary, baseline }: DriftState): number | null {
  if (canary.n === 0 || baseline.n === 0) return null;
  return canary.below.reduce(
    (most, count, i) => Math.max(most, Math.abs(count / canary.n - (baseline.below[i] ?? 0) / baseline.n)),
    0,
  );
}

/** Edges depend on baseline values only, and those are not bet on: the choice cannot favour a verdict. */
function train(state: DriftState, sample: Distribution, side: Game['side']): DriftState {
  const count = side === 'fail' ? DRIFT_FAIL_EDGES : DRIFT_PASS_EDGES;
  const arm = sample.baseline ?? [];
  if (sample.kind === 'values') {
    const training = [...state.training, ...arm];
    if (training.length < TRAINING_VALUES) return { ...state, training };
    const edges = quantileEdges(Float64Array.from(training).sort(), count);
    return { ...state, training: [], edges, history: { n: training.length, below: valuesBelow(training, edges) } };
  }
  const bins = arm.map((x, i) => x + (state.training[i] ?? 0));
  const total = bins.reduce((sum, x) => sum + x, 0);
  if (total < TRAINING_VALUES) return { ...state, training: bins };
  const chosen = new Set<number>();
  let below = 0;
  let next = 1;
  for (const [i, x] of bins.slice(0, -1).entries()) {
    below += x;
    if (below < (next / (count + 1)) * total || below >= total) continue;
    chosen.add(sample.edges[i] ?? 0);
    while (next <= count && below >= (next / (count + 1)) * total) next++;
  }
  const edges = [...chosen];
  return { ...state, training: [], edges, history: { n: total, below: histogramBelow(bins, sample.edges, edges) } };
}

/** Sum of two counts at the same edges; one of them may still be empty. */
function plus(a: Counts, b: Counts): Counts {
  const [longer, other] = a.below.length >= b.below.length ? [a, b] : [b, a];
  return { n: a.n + b.n, below: longer.below.map((count, i) => count + (other.below[i] ?? 0)) };
}

interface Arms {
  readonly canary: Counts;
  readonly baseline: Counts;
}

/** Bets that the distributions are further apart than kappa: at every edge, in both directions that leave room above the limit. */
function apart(kappa: number, state: DriftState, now: Arms): readonly number[] {
  const { history } = state;
  const past = plus(history, state.baseline);
  return now.canary.below.flatMap((x, i) => {
    const below = { xc: x, nc: now.canary.n, xb: now.baseline.below[i] ?? 0, nb: now.baseline.n };
    const before = past.below[i] ?? 0;
    const share = (history.below[i] ?? 0) / history.n;
    const up = share + kappa < ROOM ? further(below, kappa, guess(before, past.n)) : [];
    const down = 1 - share + kappa < ROOM ? further(complement(below), kappa, guess(past.n - before, past.n)) : [];
    return [...up, ...down];
  });
}

function further(window: Window, kappa: number, thetaB: number): readonly number[] {
  if (thetaB + kappa >= 0.995) return DRIFT_FAIL_DISTANCES.map(() => 0);
  return DRIFT_FAIL_DISTANCES.map((distance) => {
    const thetaC = Math.min(thetaB + kappa + distance, 0.999);
    return klprojIncrement(window, { r: 1, d: kappa }, { thetaC, thetaB });
  });
}

/** Bets that they are closer than kappa: in every cell between two edges, in both directions. */
function together(kappa: number, state: DriftState, now: Arms): readonly number[] {
  const past = plus(state.history, state.baseline);
  const ends = (counts: Counts) => ({ low: [0, ...counts.below], high: [...counts.below, counts.n] });
  const [c, b, p] = [ends(now.canary), ends(now.baseline), ends(past)];
  const [nc, nb] = [now.canary.n, now.baseline.n];
  return c.high.flatMap((high, j) => {
    const up = { xc: high, nc, xb: b.low[j] ?? 0, nb };
    const down = { xc: nc - (c.low[j] ?? 0), nc, xb: nb - (b.high[j] ?? 0), nb };
    return [
      ...nearer(up, kappa, guess(p.low[j] ?? 0, past.n)),
      ...nearer(down, kappa, guess(past.n - (p.high[j] ?? 0), past.n)),
    ];
  });
}

function nearer(window: Window, kappa: number, thetaB: number): readonly number[] {
  return DRIFT_PASS_DISTANCES.map((distance) => {
    const inside = (distance / 0.15) * kappa;
    // Strictly below the line wherever the line is inside the scale.
    const thetaC = Math.min(Math.max(thetaB + kappa - inside, kappa / 10), 0.997);
    return klprojIncrement(window, { r: 1, d: kappa }, { thetaC, thetaB });
  });
}

/** Best guess of a share from earlier windows, away from 0 and 1. */
function guess(x: number, n: number): number {
  return Math.min(Math.max((x + 0.5) / (n + 1), 0.001), 0.999);
}

function complement(window: Window): Window {
  return { ...NOTHING, xc: window.nc - window.xc, nc: window.nc, xb: window.nb - window.xb, nb: window.nb };
}

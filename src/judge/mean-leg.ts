import type { Moments, Sample } from '../measure/sample.ts';
import { EMPTY_LANE, laneLogE, playLane, type Game, type Lane } from './lane.ts';
import {
  bernsteinIncrements,
  bernsteinPairIncrements,
  bettingIncrements,
  unpairedDifferences,
  type Sums,
} from './mean.ts';
import type { Leg, Question } from './question.ts';

type MeanLeg = Extract<Leg, { kind: 'mean' }>;

/** Evidence about one limit on a mean. */
export interface MeanState {
  readonly kind: 'mean';
  /** What the samples are; decided by the first one, others are left out. */
  readonly form: 'values' | 'moments' | null;
  /** Scaled scores of earlier windows: the guess of the centre. */
  readonly canary: { readonly n: number; readonly sum: number };
  readonly baseline: { readonly n: number; readonly sum: number };
  readonly lane: Lane;
}

const NONE = { n: 0, sum: 0 };
export const BEGIN_MEAN: MeanState = { kind: 'mean', form: null, canary: NONE, baseline: NONE, lane: EMPTY_LANE };

/** Adds one window of raw scores or of their sums. */
export function playMean(leg: MeanLeg, state: MeanState, sample: Sample, game: Game, bad: Question['bad']): MeanState {
  if (sample.kind !== 'values' && sample.kind !== 'moments') return state;
  if (state.form !== null && state.form !== sample.kind) return state;
  // Scores are scaled to [0, 1] and turned so that H0 reads mean_c <= factor mean_b + plus.
  const width = leg.high - leg.low;
  const turned = (bad === 'above') !== (game.side === 'fail');
  const offset = (leg.plus + (leg.factor - 1) * leg.low) / width;
  const plus = turned ? 1 - leg.factor - offset : offset;
  const scaled = (z: number) => (turned ? leg.high - z : z - leg.low) / width;
  const arms =
    sample.kind === 'values'
      ? { canary: sumsOf(sample.canary.map(scaled)), baseline: sumsOf((sample.baseline ?? []).map(scaled)) }
      : { canary: scaledSums(sample.canary, leg, turned), baseline: scaledSums(sample.baseline, leg, turned) };
  const windows =
    sample.kind === 'values'
      ? batches(differences(sample, scaled, leg.factor), game.cap).map((batch) =>
          bettingIncrements(batch, { mu0: plus, low: -leg.factor }),
        )
      : [momentIncrements(arms, state, leg.factor, plus)];
  return {
    kind: 'mean',
    form: sample.kind,
    canary: { n: state.canary.n + arms.canary.n, sum: state.canary.sum + arms.canary.sum },
    baseline: { n: state.baseline.n + arms.baseline.n, sum: state.baseline.sum + arms.baseline.sum },
    lane: windows.reduce((lane, increments) => playLane(lane, increments, null, game), state.lane),
  };
}

export function meanLogE(state: MeanState): number {
  return laneLogE(state.lane);
}

/**
 * What is bet on, scaled: the scores themselves, or canary - factor * baseline, of the same input where the sample is paired.
 * Every one lies in [-factor, 1], and under H0 its mean, given all before it, is at most `plus`: E[c] <= factor E[b] + plus is the same
 * statement as E[c - factor b] <= plus, whatever the two scores of one input have to do with each other. So 1 + bet (z - plus) with
 * bet < 1 / (plus + factor) is positive and has a mean of at most 1. A relative limit (factor below or above 1) changes the interval,
 * nothing else; turning scores round for "below" keeps factor and moves `plus` to 1 - factor - offset. Pairs win by what they are:
 * an easy or a hard input moves both scores, and their difference varies less.
 */
function differences(
  sample: Extract<Sample, { kind: 'values' }>,
  scaled: (z: number) => number,
  factor: number,
): readonly number[] {
  const canary = sample.canary.map(scaled);
  if (factor === 0) return canary;
  const baseline = (sample.baseline ?? []).map(scaled);
  if (sample.paired === true) return canary.map((z, i) => z - factor * (baseline[i] ?? NaN));
  return unpairedDifferences(canary, baseline, factor);
}

/** Values of one batch. */
const BATCH = 25;

/**
 * The cap limits what one burst may say. A finished evaluation of a thousand inputs is no burst, though it is read in one look:
 * it is played as so many windows of at most 25 values. Without a cap one window says it all.
 */
function batches(values: readonly number[], cap: number | null): readonly (readonly number[])[] {
  if (cap === null || values.length <= BATCH) return [values];
  return Array.from({ length: Math.ceil(values.length / BATCH) }, (_, i) => values.slice(i * BATCH, (i + 1) * BATCH));
}

function momentIncrements(
  arms: { readonly canary: Sums; readonly baseline: Sums },
  state: MeanState,
  factor: number,
  plus: number,
): readonly number[] {
  const centre = (past: { n: number; sum: number }) => (0.5 + past.sum) / (1 + past.n);
  if (factor === 0) return bernsteinIncrements(arms.canary, { mu0: plus, centre: centre(state.canary) });
  return bernsteinPairIncrements(arms, {
    factor,
    plus,
    centreC: centre(state.canary),
    centreB: centre(state.baseline),
  });
}

function sumsOf(values: readonly number[]): Sums {
  let sum = 0;
  let sumOfSquares = 0;
  for (const value of values) {
    sum += value;
    sumOfSquares += value * value;
  }
  return { n: values.length, sum, sumOfSquares };
}

/** Sums of (z - low) / width, or of (high - z) / width. */
function scaledSums(moments: Moments | null, leg: MeanLeg, turned: boolean): Sums {
  if (moments === null) return { n: 0, sum: 0, sumOfSquares: 0 };
  const { n, sum, sumOfSquares } = moments;
  const width = leg.high - leg.low;
  const from = turned ? leg.high : leg.low;
  const shifted = turned ? n * from - sum : sum - n * from;
  return { n, sum: shifted / width, sumOfSquares: (sumOfSquares - 2 * from * sum + n * from * from) / (width * width) };
}

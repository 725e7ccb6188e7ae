import type { Sample } from '../measure/sample.ts';
import { addGauge, EMPTY_GAUGE, gaugeLogE, type Gauge } from './gauge.ts';
import type { Game } from './lane.ts';
import type { Leg, Question } from './question.ts';

type GaugeLeg = Extract<Leg, { kind: 'gauge' }>;

/** Evidence about one limit on a gauge. Start times and caps do not apply: this e-process is not a product over windows. */
export interface GaugeState {
  readonly kind: 'gauge';
  readonly gauge: Gauge;
  /** Values of the batch that is being averaged. */
  readonly pending: { readonly count: number; readonly sum: number };
  /** Looks so far: only every `every`-th is taken, so that the gauge's own windows do not overlap. */
  readonly looks: number;
}

export const BEGIN_GAUGE: GaugeState = { kind: 'gauge', gauge: EMPTY_GAUGE, pending: { count: 0, sum: 0 }, looks: 0 };

/** Adds one look. */
export function playGauge(
  leg: GaugeLeg,
  state: GaugeState,
  sample: Sample,
  game: Game,
  bad: Question['bad'],
): GaugeState {
  if (sample.kind !== 'gauge') return state;
  const looks = state.looks + 1;
  if ((looks - 1) % leg.every !== 0) return { ...state, looks };
  const distance = sample.canary - leg.factor * (sample.baseline ?? 0) - leg.plus;
  const d = (bad === 'above') === (game.side === 'fail') ? distance : -distance;
  const pending = { count: state.pending.count + 1, sum: state.pending.sum + d };
  if (pending.count < leg.batch) return { ...state, looks, pending };
  return {
    kind: 'gauge',
    looks,
    pending: BEGIN_GAUGE.pending,
    gauge: addGauge(state.gauge, pending.sum / pending.count),
  };
}

export function gaugeLegLogE(state: GaugeState): number {
  return gaugeLogE(state.gauge);
}

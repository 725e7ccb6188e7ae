import type { Sample } from '../measure/sample.ts';
import { total } from './buckets.ts';
import { beginDrift, driftLogE, driftObserved, playDrift, type DriftState } from './drift-leg.ts';
import { exceedance } from './exceedance.ts';
import { BEGIN_GAUGE, gaugeLegLogE, playGauge, type GaugeState } from './gauge-leg.ts';
import type { Game } from './lane.ts';
import { BEGIN_LATENCY, latencyLogE, playLatency, type LatencyState } from './latency-leg.ts';
import { logMean } from './log-space.ts';
import { BEGIN_MEAN, meanLogE, playMean, type MeanState } from './mean-leg.ts';
import type { Leg, Question, Side } from './question.ts';
import {
  BEGIN_REFERENCE,
  playReference,
  referenceLogE,
  referenceMisfit,
  referenceObserved,
  type ReferenceState,
} from './reference-leg.ts';
import { BEGIN_RATE, playRate, rateLogE, type RateState, type StratumWindow } from './rate-leg.ts';
import { BEGIN_SPEND, playSpend, type SpendState } from './spend-leg.ts';
import type { Window } from './window.ts';

/** Evidence so far about one limit. Plain data. */
export type LegState = RateState | LatencyState | DriftState | ReferenceState | MeanState | GaugeState | SpendState;

export function beginLeg(leg: Leg): LegState {
  switch (leg.kind) {
    case 'rate':
    case 'slower-than':
      return BEGIN_RATE;
    case 'slower-than-baseline':
      return BEGIN_LATENCY;
    case 'drift':
      return beginDrift();
    case 'drift-reference':
      return BEGIN_REFERENCE;
    case 'mean':
      return BEGIN_MEAN;
    case 'gauge':
      return BEGIN_GAUGE;
    case 'spend':
      return BEGIN_SPEND;
  }
}

/** Adds one checked sample; a sample of another kind than the leg reads changes nothing. */
export function playLeg(leg: Leg, state: LegState, sample: Sample, game: Game, bad: Question['bad']): LegState {
  switch (leg.kind) {
    case 'rate':
      if (sample.kind !== 'events' || state.kind !== 'rate') return state;
      return playRate(state, badEvents(sample, bad), leg.line, game, strataOf(sample, bad));
    case 'slower-than': {
      if (sample.kind !== 'histogram' || state.kind !== 'rate') return state;
      const above = exceedance(sample.canary, sample.edges, leg.edge);
      const xc = game.side === 'fail' ? above.sure : above.possible;
      return playRate(state, { xc, nc: total(sample.canary), xb: 0, nb: 0 }, leg.line, game);
    }
    case 'slower-than-baseline':
      return state.kind === 'latency' ? playLatency(leg, state, sample, game) : state;
    case 'drift':
      return state.kind === 'drift' ? playDrift(leg, state, sample, game) : state;
    case 'drift-reference':
      return state.kind === 'drift-reference' ? playReference(leg, state, sample, game) : state;
    case 'mean':
      return state.kind === 'mean' ? playMean(leg, state, sample, game, bad) : state;
    case 'spend':
      return state.kind === 'spend' ? playSpend(leg, state, sample, game) : state;
    case 'gauge':
      return state.kind === 'gauge' ? playGauge(leg, state, sample, game, bad) : state;
  }
}

export function legLogE(state: LegState, side: Game['side']): number {
  switch (state.kind) {
    case 'rate':
      return rateLogE(state);
    case 'latency':
      return latencyLogE(state, side);
    case 'drift':
      return driftLogE(state);
    case 'drift-reference':
      return referenceLogE(state);
    case 'mean':
      return meanLogE(state);
    case 'gauge':
      return gaugeLegLogE(state);
    case 'spend':
      return state.logE;
  }
}

/** A distance that only this kernel knows, for reports; null where there is none. */
export function legObserved(state: LegState): number | null {
  switch (state.kind) {
    case 'drift':
      return driftObserved(state);
    case 'drift-reference':
      return referenceObserved(state);
    case 'rate':
    case 'latency':
    case 'mean':
    case 'gauge':
    case 'spend':
      return null;
  }
}

/** Why a sample that is sound by itself cannot be compared with what came before; null when it can. */
export function misfit(
  question: Question,
  states: Record<Game['side'], readonly LegState[]>,
  sample: Sample,
): string | null {
  for (const side of ['fail', 'pass'] as const) {
    for (const [i, leg] of question[side].legs.entries()) {
      const state = states[side][i];
      if (leg.kind !== 'drift-reference' || state?.kind !== 'drift-reference') continue;
      const why = referenceMisfit(leg, state, sample);
      if (why !== null) return why;
    }
  }
  return null;
}

/** Evidence of one side: the least of its legs, or their mean. */
export function sideLogE(side: Side, states: readonly LegState[], name: Game['side']): number {
  const logs = states.map((state) => legLogE(state, name));
  return side.join === 'min' ? Math.min(...logs) : logMean(logs);
}

/** Counts of what the condition complains about. */
export function badEvents(sample: Extract<Sample, { kind: 'events' }>, bad: Question['bad']): Window {
  const { canary, baseline } = sample;
  const count = (arm: { readonly hits: number; readonly total: number }) =>
    bad === 'above' ? arm.hits : arm.total - arm.hits;
  return {
    xc: count(canary),
    nc: canary.total,
    xb: baseline === null ? 0 : count(baseline),
    nb: baseline?.total ?? 0,
  };
}

/** The same in each stratum; an arm without a series there has no events. Null where the sample has no strata. */
export function strataOf(
  { strata }: Extract<Sample, { kind: 'events' }>,
  bad: Question['bad'],
): readonly StratumWindow[] | null {
  const none = { hits: 0, total: 0 };
  return (
    strata?.map(({ name, canary, baseline }) => ({
      name,
      window: badEvents({ kind: 'events', canary: canary ?? none, baseline: baseline ?? none }, bad),
    })) ?? null
  );
}

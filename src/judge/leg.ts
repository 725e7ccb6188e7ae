import { RollbackError } from '../errors.ts';
import type { Sample } from '../measure/sample.ts';
import { exceedance } from './exceedance.ts';
import type { Game } from './lane.ts';
import { logMean } from './log-space.ts';
import type { Leg, Question, Side } from './question.ts';
import { BEGIN_RATE, playRate, rateLogE, type RateState } from './rate-leg.ts';
import type { Window } from './window.ts';

/** Evidence so far about one limit. Plain data. */
export type LegState = RateState;

export function beginLeg(leg: Leg): LegState {
  switch (leg.kind) {
    case 'rate':
    case 'slower-than':
      return BEGIN_RATE;
    case 'slower-than-baseline':
    case 'drift':
    case 'mean':
    case 'gauge':
      throw new RollbackError('internal', `no kernel for ${leg.kind}`);
  }
}

/** Adds one checked sample; a sample of another kind than the leg reads changes nothing. */
export function playLeg(leg: Leg, state: LegState, sample: Sample, game: Game, bad: Question['bad']): LegState {
  switch (leg.kind) {
    case 'rate':
      if (sample.kind !== 'events' || state.kind !== 'rate') return state;
      return playRate(state, badEvents(sample, bad), leg.line, game);
    case 'slower-than': {
      if (sample.kind !== 'histogram' || state.kind !== 'rate') return state;
      const above = exceedance(sample.canary, sample.edges, leg.edge);
      const xc = game.side === 'fail' ? above.sure : above.possible;
      return playRate(state, { xc, nc: total(sample.canary), xb: 0, nb: 0 }, leg.line, game);
    }
    case 'slower-than-baseline':
    case 'drift':
    case 'mean':
    case 'gauge':
      return state;
  }
}

export function legLogE(state: LegState): number {
  return rateLogE(state);
}

/** A distance that only this kernel knows, for reports; null where there is none. */
export function legObserved(state: LegState): number | null {
  switch (state.kind) {
    case 'rate':
      return null;
  }
}

/** Evidence of one side: the least of its legs, or their mean. */
export function sideLogE(side: Side, states: readonly LegState[]): number {
  const logs = states.map(legLogE);
  return side.join === 'min' ? Math.min(...logs) : logMean(logs);
}

/** Counts of what the condition complains about. */
export function badEvents(sample: Sample & { kind: 'events' }, bad: Question['bad']): Window {
  const { canary, baseline } = sample;
  const count = (arm: { hits: number; total: number }) => (bad === 'above' ? arm.hits : arm.total - arm.hits);
  return {
    xc: count(canary),
    nc: canary.total,
    xb: baseline === null ? 0 : count(baseline),
    nb: baseline?.total ?? 0,
  };
}

export function total(counts: readonly number[]): number {
  let sum = 0;
  for (const count of counts) sum += count;
  return sum;
}

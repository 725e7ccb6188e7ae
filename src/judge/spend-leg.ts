/**
 * A budget is a fact, not a guess: once more is spent within the window than it allows, that is so with certainty. It is proven kept only
 * while the pace of the whole gate, stretched to one window, stays inside; a gate that is shorter than the window cannot see more.
 */
import type { Sample } from '../measure/sample.ts';
import type { Game } from './lane.ts';
import type { Leg } from './question.ts';

type SpendLeg = Extract<Leg, { kind: 'spend' }>;

export interface SpendState {
  readonly kind: 'spend';
  /** Seconds at which the first sample began; null before it. */
  readonly since: number | null;
  readonly t: number;
  readonly all: number;
  /** What was spent within the last window, by the look that saw it. */
  readonly recent: readonly { readonly t: number; readonly amount: number }[];
  /** The most that any one window held. */
  readonly most: number;
  readonly logE: number;
}

export const BEGIN_SPEND: SpendState = { kind: 'spend', since: null, t: 0, all: 0, recent: [], most: 0, logE: 0 };

/** Natural log of odds beyond any threshold that a playbook can name. */
const CERTAIN = 10_000;

export function playSpend(leg: SpendLeg, state: SpendState, sample: Sample, game: Game): SpendState {
  if (sample.kind !== 'events') return state;
  const { now = state.t + leg.pollSeconds } = game;
  const recent = [...state.recent, { t: now, amount: sample.canary.total }].filter(
    ({ t }) => t > now - leg.windowSeconds,
  );
  const next = {
    kind: 'spend',
    since: state.since ?? now - leg.pollSeconds,
    t: now,
    all: state.all + sample.canary.total,
    recent,
    most: Math.max(
      state.most,
      recent.reduce((sum, { amount }) => sum + amount, 0),
    ),
  } as const;
  const logE =
    game.side === 'fail'
      ? next.most > leg.limit
        ? CERTAIN
        : 0
      : next.most <= leg.limit && pace(leg, next) <= leg.limit
        ? CERTAIN
        : 0;
  return { ...next, logE };
}

/** What one window would hold at the pace so far. */
function pace(leg: SpendLeg, { since, t, all, most }: Omit<SpendState, 'logE'>): number {
  const elapsed = t - (since ?? t);
  return elapsed >= leg.windowSeconds ? most : (all * leg.windowSeconds) / Math.max(elapsed, leg.pollSeconds);
}

/** The most that one window held, or would hold at this pace. */
export function spendObserved(leg: SpendLeg, state: SpendState): number | null {
  return state.since === null ? null : state.most > leg.limit ? state.most : pace(leg, state);
}

import { advanceHorizon, BEGIN_HORIZON } from '../../src/judge/horizon.ts';
import { horizonPlan } from '../../src/judge/horizon-plan.ts';
import { capOf, laneLogE, type Game } from '../../src/judge/lane.ts';
import { BEGIN_RATE, playRate } from '../../src/judge/rate-leg.ts';
import { BURST_WINDOWS } from '../../src/judge/rules.ts';
import { FIRST } from '../../src/judge/state.ts';
import type { Line } from '../../src/judge/window.ts';
import type { Contender } from './rivals.ts';

export const ALPHA = 0.01;
export const NATS = Math.log(1 / ALPHA);

/** Simulated paths for one threshold: a quarter of the product's, so that thousands of releases fit. Validity does not depend on it. */
const BENCH_PATHS = 5_000;

export interface Mode {
  readonly robust: boolean;
  /** Planned number of looks. */
  readonly horizon: number;
}

/** How the gate plays the failing side. */
export function gameFor({ robust, horizon }: Mode): Game {
  return {
    side: 'fail',
    starts: { first: FIRST, horizon },
    cap: robust ? capOf(ALPHA, BURST_WINDOWS, FIRST) : null,
    catastrophe: robust,
  };
}

/** The product's evidence for one limit on a rate. */
export function ours(name: string, line: Line, mode: Mode): Contender {
  const game = gameFor(mode);
  return {
    name,
    start: () => {
      let state = BEGIN_RATE;
      return (_t, window) => {
        state = playRate(state, window, line, game);
        return laneLogE(state.lane) >= NATS;
      };
    },
  };
}

/** `spending: horizon`, for a limit without margin. */
export function oursHorizon(name: string, ratio: number, looks: number): Contender {
  const plan = { ...horizonPlan({ alpha: ALPHA, looks, ratio }), paths: BENCH_PATHS };
  return {
    name,
    start: () => {
      let state = BEGIN_HORIZON;
      return (_t, window) => {
        state = advanceHorizon(state, window, plan);
        return state.logE >= NATS;
      };
    },
  };
}

import type { Game } from '../../src/judge/lane.ts';
import { laneLogE } from '../../src/judge/lane.ts';
import { logE, play, EMPTY, type Starts } from '../../src/judge/mixture.ts';
import { rareIncrement } from '../../src/judge/rare.ts';
import { BEGIN_RATE, playRate } from '../../src/judge/rate-leg.ts';
import type { Line } from '../../src/judge/window.ts';
import type { Contender } from './rivals.ts';

export const ALPHA = 0.01;
const NATS = Math.log(1 / ALPHA);

/** The product's evidence for one limit on a rate, as the gate plays it. */
export function ours(
  name: string,
  line: Line,
  rule: { readonly robust: boolean; readonly horizon: number },
): Contender {
  const game: Game = {
    side: 'fail',
    starts: { first: 0.75, horizon: rule.horizon },
    cap: rule.robust ? NATS / 3 : null,
    catastrophe: rule.robust,
  };
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

/** Any grid and any start weights on the same kernel: for comparing choices. */
export function variant(
  name: string,
  line: Line,
  rule: { readonly grid: readonly number[]; readonly starts: Starts },
): Contender {
  return {
    name,
    start: () => {
      let mixture = EMPTY;
      return (_t, window) => {
        const increments = rule.grid.map((g) => rareIncrement(window, line, g));
        mixture = play(mixture, increments, { starts: rule.starts });
        return logE(mixture) >= NATS;
      };
    },
  };
}

/** Several metrics of one release: their evidence merged as the gate does, each at its share of alpha, and each at full alpha. */
import { laneLogE } from '../../src/judge/lane.ts';
import { logMean } from '../../src/judge/log-space.ts';
import { BEGIN_RATE, playRate } from '../../src/judge/rate-leg.ts';
import type { Line, Window } from '../../src/judge/window.ts';
import { EXACT, POLLS, ROBUST, task, traffic, type Task } from './cells.ts';
import { gameFor, NATS } from './ours.ts';
import { repeatedZ, type Contender } from './rivals.ts';

type Windows = readonly Window[];

const STRICT: Line = { r: 1, d: 0 };
const BASE = 0.005;

/** `decide`: whether these log e-values stop the release. */
function together(name: string, robust: boolean, decide: (logs: readonly number[]) => boolean): Contender<Windows> {
  const game = gameFor({ robust, horizon: POLLS });
  return {
    name,
    start: () => {
      const states: (typeof BEGIN_RATE)[] = [];
      return (_t, windows) => {
        for (const [i, window] of windows.entries())
          states[i] = playRate(states[i] ?? BEGIN_RATE, window, STRICT, game);
        return decide(states.map((state) => laneLogE(state.lane)));
      };
    },
  };
}

const anyZ: Contender<Windows> = {
  name: 'z each poll, any metric',
  start: () => {
    const each: ReturnType<typeof repeatedZ.start>[] = [];
    return (t, windows) => windows.map((window, i) => (each[i] ??= repeatedZ.start())(t, window)).some(Boolean);
  },
};

/** 100 rps, canary 5 %; one of the metrics gets worse, or none. */
export function severalCells(): readonly Task[] {
  return [1, 4, 8, 16].flatMap((metrics) =>
    [0, 0.01].map((effect) => {
      const worse = traffic({ rps: 100, share: 0.05, pc: () => BASE + effect, pb: () => BASE });
      const same = traffic({ rps: 100, share: 0.05, pc: () => BASE, pb: () => BASE });
      return task<Windows>({
        family: 'Several metrics',
        name: `${metrics} metrics, ${effect === 0 ? 'no change' : 'one +1 pp'}`,
        limit: null,
        world: (random) => {
          const each = Array.from({ length: metrics }, (_, i) => (i === 0 ? worse : same)(random));
          return (k) => each.map((next) => next(k));
        },
        contenders: [
          together(ROBUST, true, (logs) => logMean(logs) >= NATS),
          together(EXACT, false, (logs) => logMean(logs) >= NATS),
          together(`${EXACT}, Bonferroni`, false, (logs) => Math.max(...logs) >= NATS + Math.log(metrics)),
          anyZ,
        ],
        badOf: (windows) => windows[0]?.xc ?? 0,
        harmless: effect === 0,
      });
    }),
  );
}

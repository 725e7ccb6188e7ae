import type { Clock } from '../ports.ts';

/** The real time. It never steps back when the machine's clock is corrected, so a deadline stays a deadline. */
export function realClock(): Clock {
  return {
    now: () => Math.round(performance.timeOrigin + performance.now()),
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  };
}

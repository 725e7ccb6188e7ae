/** The other deciders, as their documentation describes them. Each is asked after every poll window whether it stops the release. */
import type { Window } from '../../src/judge/window.ts';

/** A decider over one release: true stops it. `t` is seconds since the start, at the end of the window. */
export type Decider<W = Window> = (t: number, window: W) => boolean;

export interface Contender<W = Window> {
  readonly name: string;
  readonly start: () => Decider<W>;
}

/** Error rate of the canary over one interval against a fixed limit; the fourth failure stops. */
function overIntervals(seconds: number, limit: number): Contender['start'] {
  return () => {
    let [x, n, failures] = [0, 0, 0];
    return (t, window) => {
      x += window.xc;
      n += window.nc;
      if (t % seconds !== 0) return false;
      if (n > 0 && x / n > limit) failures++;
      [x, n] = [0, 0];
      return failures > 3;
    };
  };
}

/** Argo Rollouts, analysis example of its documentation: every 5 min, success >= 95 %, failureLimit 3 (the fourth failure stops). */
export const argoDocs: Contender = { name: 'Argo docs', start: overIntervals(300, 0.05) };

/** The same, sharper: every minute, success >= 99 %. */
export const argoSharp: Contender = { name: 'Argo 1m 99%', start: overIntervals(60, 0.01) };

/** Flagger, example of its documentation: every minute, success >= 99 %, threshold 5, rollback at the tick after. */
export const flagger: Contender = {
  name: 'Flagger',
  start: () => {
    let [x, n, failures] = [0, 0, 0];
    return (t, window) => {
      x += window.xc;
      n += window.nc;
      if (t % 60 !== 0) return false;
      if (failures >= 5) return true;
      if (n > 0 && x / n > 0.01) failures++;
      [x, n] = [0, 0];
      return false;
    };
  },
};

/**
 * Kayenta's judge: Mann-Whitney confidence interval (98 %) of the shift between the points of both arms, against a quarter of the estimated
 * shift; direction increase, critical; points of 15 s in percent, judged at 15 and at 30 min. Ties by midpoints instead of added noise.
 */
export const kayenta: Contender = {
  name: 'Kayenta',
  start: () => {
    const canary: number[] = [];
    const baseline: number[] = [];
    return (t, window) => {
      if (window.nc > 0) canary.push((100 * window.xc) / window.nc);
      if (window.nb > 0) baseline.push((100 * window.xb) / window.nb);
      return t % 900 === 0 && canary.length > 0 && baseline.length > 0 && mannWhitneyHigh(canary, baseline);
    };
  },
};

export function mannWhitneyHigh(canary: readonly number[], baseline: readonly number[]): boolean {
  const differences = Float64Array.from(canary.flatMap((x) => baseline.map((y) => x - y))).sort();
  const [n, m] = [canary.length, baseline.length];
  const half = (n * m) / 2;
  const rank = Math.floor(half - 2.326 * Math.sqrt((n * m * (n + m + 1)) / 12));
  const lower = differences[Math.max(0, rank)] ?? 0;
  const estimate = differences[Math.floor(half)] ?? 0;
  return lower > 0.25 * estimate && lower > 0;
}

/** Pooled two-proportion z-test at 1 %, repeated at every poll. */
export const repeatedZ: Contender = {
  name: 'z each poll',
  start: () => {
    let [xc, nc, xb, nb] = [0, 0, 0, 0];
    return (_t, window) => {
      xc += window.xc;
      nc += window.nc;
      xb += window.xb;
      nb += window.nb;
      const p = (xc + xb) / (nc + nb);
      const sd = Math.sqrt(p * (1 - p) * (1 / nc + 1 / nb));
      return sd > 0 && (xc / nc - xb / nb) / sd > 2.326;
    };
  },
};

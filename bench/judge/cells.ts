/** The grid: what is released, how it is measured, who judges it. */
import { limitSeconds } from '../../src/judge/limit.ts';
import type { Line, Window } from '../../src/judge/window.ts';
import { ours, variant, ALPHA } from './ours.ts';
import { binomial, poisson, type Random } from './random.ts';
import { argoDocs, argoSharp, flagger, kayenta, repeatedZ, type Contender } from './rivals.ts';
import type { World } from './simulate.ts';

export const POLL_SECONDS = 15;
export const POLLS = 120;

export interface Cell<W = Window> {
  readonly family: string;
  readonly name: string;
  /** Information limit in seconds; null where nothing is wrong. */
  readonly limit: number | null;
  readonly world: World<W>;
  readonly contenders: readonly Contender<W>[];
  readonly badOf: (window: W) => number;
  readonly onset?: number;
  /** Whether the goal of mean <= 1.6 T* + one poll is promised here. */
  readonly promised: boolean;
}

const STRICT: Line = { r: 1, d: 0 };
const BASE = 0.005;
export const EXACT = 'lastgood exact';
export const ROBUST = 'lastgood';
export const TUNED = 'lastgood tuned';

/** Ratios repeated by weight: most money where a regression is worth finding early. */
const TUNED_GRID = [1.2, 1.4, 1.4, 2, 2, 2, 3.5, 3.5, 8, 20];

function deciders(line: Line): readonly Contender[] {
  return [
    ours(EXACT, line, { robust: false, horizon: POLLS }),
    ours(ROBUST, line, { robust: true, horizon: POLLS }),
    variant(TUNED, line, { grid: TUNED_GRID, starts: { first: 0.9, horizon: POLLS } }),
  ];
}

const RIVALS: readonly Contender[] = [argoDocs, argoSharp, flagger, repeatedZ];

interface Rates {
  readonly rps: number;
  readonly share: number;
  readonly pc: (seconds: number) => number;
  readonly pb: (seconds: number) => number;
}

/** Poisson traffic, independent requests. */
function traffic({ rps, share, pc, pb }: Rates): World<Window> {
  return (random) => (k) => {
    const nc = poisson(random, rps * share * POLL_SECONDS);
    const nb = poisson(random, rps * (1 - share) * POLL_SECONDS);
    const t = k * POLL_SECONDS;
    return { xc: binomial(random, nc, pc(t)), nc, xb: binomial(random, nb, pb(t)), nb };
  };
}

function rateCell(family: string, rps: number, share: number, effect: number, slow: boolean): Cell {
  const pc = BASE + effect;
  const limit =
    effect === 0 ? null : limitSeconds({ pc, pb: BASE, rc: rps * share, rb: rps * (1 - share) }, STRICT, ALPHA);
  return {
    family,
    name: `${rps} rps, canary ${share * 100} %, ${effect === 0 ? 'no change' : `+${Number((effect * 100).toFixed(3))} pp`}`,
    limit,
    world: traffic({ rps, share, pc: () => pc, pb: () => BASE }),
    contenders: slow ? [...deciders(STRICT), ...RIVALS, kayenta] : [...deciders(STRICT), ...RIVALS],
    badOf: (window) => window.xc,
    promised: limit !== null && limit <= 600 && pc <= 0.1 && rps * share >= 0.5,
  };
}

export function errorCells(quick: boolean): readonly Cell[] {
  const grid = [100, 1000].flatMap((rps) => [0.01, 0.05, 0.5].map((share) => ({ rps, share })));
  const effects = quick ? [0, 0.01] : [0, 0.001, 0.005, 0.01, 0.05];
  const low = [
    { rps: 10, share: 0.05 },
    { rps: 10, share: 0.2 },
    { rps: 1, share: 0.2 },
  ];
  return [
    ...grid.flatMap(({ rps, share }) =>
      effects.map((effect) => rateCell('Error rate', rps, share, effect, rps === 100 && share === 0.05)),
    ),
    ...low.flatMap(({ rps, share }) =>
      (quick ? [0, 0.05] : [0, 0.01, 0.05, 0.2]).map((effect) => rateCell('Low traffic', rps, share, effect, false)),
    ),
  ];
}

/** A step of +1 pp at minute 5; detection is counted from there. */
export function onsetCells(): readonly Cell[] {
  return [
    [100, 0.05],
    [1000, 0.01],
    [1000, 0.05],
  ].map(([rps = 0, share = 0]) => {
    const cell = rateCell('Onset at minute 5', rps, share, 0.01, false);
    const pc = (t: number) => (t > 300 ? BASE + 0.01 : BASE);
    return { ...cell, world: traffic({ rps, share, pc, pb: () => BASE }), onset: 300, promised: false };
  });
}

/** Incidents: ten times the errors on both arms for a minute; bursts of +5 pp for 30 s on single pods, six an hour and pod. */
export function burstCells(): readonly Cell[] {
  const common = (t: number) => (t > 300 && t <= 360 ? 10 * BASE : BASE);
  const shared: Cell = {
    ...rateCell('Bursts', 1000, 0.05, 0, false),
    name: 'x10 errors on both arms for a minute, no change',
    world: traffic({ rps: 1000, share: 0.05, pc: common, pb: common }),
  };
  return [
    shared,
    ...[0, 0.01, 0.05].map((effect) => ({
      ...rateCell('Bursts', 100, 0.05, effect, false),
      name: `one pod of 20 bursts by +5 pp for 30 s, 6 times an hour, ${effect === 0 ? 'no change' : `+${effect * 100} pp`}`,
      world: pods(effect),
      promised: false,
    })),
  ];
}

function pods(effect: number): World<Window> {
  return (random) => {
    const until = new Array<number>(20).fill(0);
    const chance = (6 * POLL_SECONDS) / 3600;
    return (k) => {
      let [xc, nc, xb, nb] = [0, 0, 0, 0];
      for (let pod = 0; pod < 20; pod++) {
        if (random() < chance) until[pod] = k + 1;
        const n = poisson(random, 5 * POLL_SECONDS);
        const x = binomial(random, n, BASE + (k <= (until[pod] ?? 0) ? 0.05 : 0) + (pod === 0 ? effect : 0));
        if (pod === 0) [xc, nc] = [x, n];
        else [xb, nb] = [xb + x, nb + n];
      }
      return { xc, nc, xb, nb };
    };
  };
}

/** Labels against a margin of 3 points below a baseline of 90 %; bad is a wrong answer. */
export function accuracyCells(): readonly Cell[] {
  const margin: Line = { r: 1, d: 0.03 };
  return [
    [1, 19],
    [5, 95],
  ].flatMap(([rc = 0, rb = 0]) =>
    [0, 0.03, 0.1].map((drop): Cell => {
      const limit = drop > 0.03 ? limitSeconds({ pc: 0.1 + drop, pb: 0.1, rc, rb }, margin, ALPHA) : null;
      return {
        family: 'Accuracy, 3 pp margin',
        name: `${rc} + ${rb} labels a second, drop ${drop * 100} pp`,
        limit,
        world: traffic({ rps: rc + rb, share: rc / (rc + rb), pc: () => 0.1 + drop, pb: () => 0.1 }),
        contenders: [
          ours(EXACT, margin, { robust: false, horizon: POLLS }),
          ours(ROBUST, margin, { robust: true, horizon: POLLS }),
          lastHundred,
        ],
        badOf: (window) => window.xc,
        promised: false,
      };
    }),
  );
}

/** What many dashboards do: accuracy of the last 100 labels below 87 %. */
const lastHundred: Contender = {
  name: 'last 100 labels',
  start: () => {
    let [x, n] = [0, 0];
    return (_t, window) => {
      x += window.xc;
      n += window.nc;
      if (n < 100) return false;
      const stop = x / n > 0.13;
      [x, n] = [0, 0];
      return stop;
    };
  },
};

export type { Random };

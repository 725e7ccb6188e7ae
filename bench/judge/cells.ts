/** The grid: what is released, how it is measured, who judges it. */
import { limitSeconds } from '../../src/judge/limit.ts';
import type { Line, Window } from '../../src/judge/window.ts';
import { ALPHA, ours, oursHorizon } from './ours.ts';
import { binomial, poisson } from './random.ts';
import { argoDocs, argoSharp, flagger, kayenta, repeatedZ, type Contender } from './rivals.ts';
import { simulate, type Result, type World } from './simulate.ts';

export const POLL_SECONDS = 15;
export const POLLS = 120;
export const EXACT = 'lastgood exact';
export const ROBUST = 'lastgood';
export const HORIZON = 'lastgood horizon';

export interface Cell<W = Window> {
  readonly family: string;
  readonly name: string;
  /** Information limit in seconds; null where nothing is to be found. */
  readonly limit: number | null;
  readonly world: World<W>;
  readonly contenders: readonly Contender<W>[];
  readonly badOf: (window: W) => number;
  /** Inside the limit: every stop is a false alarm. */
  readonly harmless: boolean;
  readonly onset?: number;
  readonly pollSeconds?: number;
  /** Whether mean <= 1.6 T* + one poll is promised here. */
  readonly promised?: boolean;
  /** Whether mean <= 1.3 T* + one poll is the aim here. */
  readonly aimed?: boolean;
  /** Whether events are independent, so that the false alarms are promised. */
  readonly independent?: boolean;
}

/** A cell that any worker can run by its place in the list. */
export interface Task extends Pick<Cell, 'family' | 'name' | 'limit' | 'harmless'> {
  readonly pollSeconds: number;
  readonly promised: boolean;
  readonly aimed: boolean;
  readonly independent: boolean;
  readonly run: (releases: number, seed: number) => readonly Result[];
}

export function task<W>(cell: Cell<W>): Task {
  const pollSeconds = cell.pollSeconds ?? POLL_SECONDS;
  const polls = (POLLS * POLL_SECONDS) / pollSeconds;
  return {
    family: cell.family,
    name: cell.name,
    limit: cell.limit,
    harmless: cell.harmless,
    pollSeconds,
    promised: cell.promised ?? false,
    aimed: cell.aimed ?? false,
    independent: cell.independent ?? true,
    run: (releases, seed) => simulate({ ...cell, releases, polls, pollSeconds, seed }),
  };
}

const STRICT: Line = { r: 1, d: 0 };
const BASE = 0.005;

function deciders(looks: number): readonly Contender[] {
  return [
    ours(ROBUST, STRICT, { robust: true, horizon: looks }),
    ours(EXACT, STRICT, { robust: false, horizon: looks }),
    oursHorizon(HORIZON, 1, looks),
  ];
}

const RIVALS: readonly Contender[] = [argoDocs, argoSharp, flagger, kayenta, repeatedZ];

interface Rates {
  readonly rps: number;
  readonly share: number;
  readonly pc: (seconds: number) => number;
  readonly pb: (seconds: number) => number;
  readonly pollSeconds?: number;
}

/** Poisson traffic, independent requests. */
export function traffic({ rps, share, pc, pb, pollSeconds = POLL_SECONDS }: Rates): World<Window> {
  return (random) => (k) => {
    const nc = poisson(random, rps * share * pollSeconds);
    const nb = poisson(random, rps * (1 - share) * pollSeconds);
    const t = k * pollSeconds;
    return { xc: binomial(random, nc, pc(t)), nc, xb: binomial(random, nb, pb(t)), nb };
  };
}

function points(effect: number): string {
  return effect === 0 ? 'no change' : `+${Number((effect * 100).toFixed(3))} pp`;
}

function rateCell(family: string, rps: number, share: number, effect: number): Cell {
  const pc = BASE + effect;
  const rates = { pc, pb: BASE, rc: rps * share, rb: rps * (1 - share) };
  const limit = effect === 0 ? null : limitSeconds(rates, STRICT, ALPHA);
  // Beyond a third of the half hour most of the time is cut off by its end, and a mean over it says nothing.
  const promised = limit !== null && limit <= 600 && pc <= 0.1 && rates.rc >= 0.5;
  return {
    family,
    name: `${rps} rps, canary ${share * 100} %, ${points(effect)}`,
    limit,
    world: traffic({ rps, share, pc: () => pc, pb: () => BASE }),
    contenders: [...deciders(POLLS), ...RIVALS],
    badOf: (window) => window.xc,
    harmless: effect === 0,
    promised,
    aimed: promised && limit >= POLL_SECONDS && rates.rc >= 5,
  };
}

export function errorCells(quick: boolean): readonly Task[] {
  const grid = [100, 1000].flatMap((rps) => [0.01, 0.05, 0.5].map((share) => ({ rps, share })));
  const effects = quick ? [0, 0.01] : [0, 0.001, 0.005, 0.01, 0.05];
  const low = [
    { rps: 10, share: 0.05 },
    { rps: 10, share: 0.2 },
    { rps: 1, share: 0.2 },
  ];
  return [
    ...grid.flatMap(({ rps, share }) => effects.map((effect) => rateCell('Error rate', rps, share, effect))),
    ...low.flatMap(({ rps, share }) =>
      (quick ? [0, 0.05] : [0, 0.01, 0.05, 0.2]).map((effect) => rateCell('Low traffic', rps, share, effect)),
    ),
  ].map(task);
}

/** A step of +1 pp at minute 5; detection is counted from there. */
export function onsetCells(): readonly Task[] {
  return [
    [100, 0.05],
    [1000, 0.01],
    [1000, 0.05],
  ].map(([rps = 0, share = 0]) => {
    const cell = rateCell('Onset at minute 5', rps, share, 0.01);
    const pc = (t: number) => (t > 300 ? BASE + 0.01 : BASE);
    const world = traffic({ rps, share, pc, pb: () => BASE });
    return task({ ...cell, world, onset: 300, promised: false, aimed: false });
  });
}

/** The same regression, looked for every 5, 15, 30 and 60 s. */
export function pollCells(): readonly Task[] {
  return [5, 15, 30, 60].map((pollSeconds) => {
    const cell = rateCell('Poll interval', 100, 0.05, 0.01);
    const looks = (POLLS * POLL_SECONDS) / pollSeconds;
    return task({
      ...cell,
      name: `${cell.name}, a look each ${pollSeconds} s`,
      world: traffic({ rps: 100, share: 0.05, pc: () => BASE + 0.01, pb: () => BASE, pollSeconds }),
      contenders: [...deciders(looks), repeatedZ],
      pollSeconds,
    });
  });
}

/** Incidents: ten times the errors on both arms for a minute; bursts on single pods of 20, each pod with 5 rps, the canary one of them. */
export function burstCells(): readonly Task[] {
  const common = (t: number) => (t > 300 && t <= 360 ? 10 * BASE : BASE);
  const shared: Cell = {
    ...rateCell('Bursts', 1000, 0.05, 0),
    name: 'x10 errors on both arms for a minute, no change',
    world: traffic({ rps: 1000, share: 0.05, pc: common, pb: common }),
  };
  const kinds = [
    { perHour: 1, add: 0.2, seconds: 30 },
    { perHour: 6, add: 0.05, seconds: 30 },
    { perHour: 1, add: 0.1, seconds: 120 },
  ];
  const single = kinds.flatMap((kind) =>
    [0, 0.01, 0.05].map((effect): Cell => ({
      ...rateCell('Bursts', 100, 0.05, effect),
      name: `each pod bursts ${kind.perHour} x an hour by +${kind.add * 100} pp for ${kind.seconds} s, ${points(effect)}`,
      world: pods(kind, effect),
      promised: false,
      aimed: false,
      independent: false,
    })),
  );
  return [shared, ...single].map(task);
}

/** A burst begins anywhere in a window, so one of 30 s touches three windows. */
function pods(kind: { perHour: number; add: number; seconds: number }, effect: number): World<Window> {
  return (random) => {
    const began = new Array<number>(20).fill(-Infinity);
    const chance = (kind.perHour * POLL_SECONDS) / 3600;
    return (k) => {
      let [xc, nc, xb, nb] = [0, 0, 0, 0];
      const [from, to] = [(k - 1) * POLL_SECONDS, k * POLL_SECONDS];
      for (let pod = 0; pod < 20; pod++) {
        if (random() < chance) began[pod] = from + POLL_SECONDS * random();
        const start = began[pod] ?? -Infinity;
        const share = Math.max(0, Math.min(to, start + kind.seconds) - Math.max(from, start)) / POLL_SECONDS;
        const n = poisson(random, 5 * POLL_SECONDS);
        const x = binomial(random, n, BASE + share * kind.add + (pod === 0 ? effect : 0));
        if (pod === 0) [xc, nc] = [x, n];
        else [xb, nb] = [xb + x, nb + n];
      }
      return { xc, nc, xb, nb };
    };
  };
}

/** Labels against a margin of 3 points below a baseline of 90 %; bad is a wrong answer. */
export function accuracyCells(): readonly Task[] {
  const margin: Line = { r: 1, d: 0.03 };
  return [
    [1, 19],
    [5, 95],
  ].flatMap(([rc = 0, rb = 0]) =>
    [0, 0.03, 0.1].map((drop) =>
      task<Window>({
        family: 'Accuracy, 3 pp margin',
        name: `${rc} + ${rb} labels a second, drop ${drop * 100} pp`,
        limit: drop > 0.03 ? limitSeconds({ pc: 0.1 + drop, pb: 0.1, rc, rb }, margin, ALPHA) : null,
        world: traffic({ rps: rc + rb, share: rc / (rc + rb), pc: () => 0.1 + drop, pb: () => 0.1 }),
        contenders: [
          ours(ROBUST, margin, { robust: true, horizon: POLLS }),
          ours(EXACT, margin, { robust: false, horizon: POLLS }),
          lastHundred,
        ],
        badOf: (window) => window.xc,
        harmless: drop <= 0.03,
      }),
    ),
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

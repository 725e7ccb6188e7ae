/** Latency and drift: cells whose windows are distributions. */
import type { Sample } from '../../src/measure/sample.ts';
import { beginLeg, legLogE, playLeg } from '../../src/judge/leg.ts';
import { ksDistance } from '../../src/judge/ks.ts';
import type { Leg } from '../../src/judge/question.ts';
import { gameFor, NATS } from './ours.ts';
import { EXACT, POLLS, ROBUST, task, type Task } from './cells.ts';
import { binomial, normal, poisson, type Random } from './random.ts';
import type { Contender } from './rivals.ts';

function judged(name: string, leg: Leg, robust: boolean): Contender<Sample> {
  const game = gameFor({ robust, horizon: POLLS });
  return {
    name,
    start: () => {
      let state = beginLeg(leg);
      return (_t, sample) => {
        state = playLeg(leg, state, sample, game, 'above');
        return legLogE(state, 'fail') >= NATS;
      };
    },
  };
}

const EDGES = [0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1, 2.5, Infinity];
const SIGMA = Math.log(250 / 60) / 2.3263;

/** Share of log-normal latencies (median 60 ms, p99 250 ms, slowed by `factor`) at or below an edge. */
function below(edge: number, factor: number): number {
  return edge === Infinity ? 1 : phi(Math.log(edge / (0.06 * factor)) / SIGMA);
}

/** Standard normal distribution function (Zelen and Severo, 7.5e-8). */
function phi(z: number): number {
  if (z < 0) return 1 - phi(-z);
  const t = 1 / (1 + 0.2316419 * z);
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return 1 - (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
}

function latencies(random: Random, mean: number, factor: number): number[] {
  let left = poisson(random, mean);
  let before = 0;
  return EDGES.map((edge) => {
    const share = below(edge, factor);
    const x = binomial(random, left, Math.min(1, (share - before) / (1 - before)));
    left -= x;
    before = share;
    return x;
  });
}

/** p99 of a minute, read off the buckets by interpolation as dashboards do, against 300 ms; the fourth minute above stops. */
const interpolated: Contender<Sample> = {
  name: 'p99 > 300 ms, 4 minutes',
  start: () => {
    let counts: number[] = EDGES.map(() => 0);
    let failures = 0;
    return (t, sample) => {
      if (sample.kind !== 'histogram') return false;
      counts = counts.map((count, i) => count + (sample.canary[i] ?? 0));
      if (t % 60 !== 0) return false;
      const n = counts.reduce((sum, x) => sum + x, 0);
      let sum = 0;
      let at = 0;
      while (at < EDGES.length - 2 && sum + (counts[at] ?? 0) < 0.99 * n) sum += counts[at++] ?? 0;
      const low = at === 0 ? 0 : (EDGES[at - 1] ?? 0);
      const p99 = low + ((EDGES[at] ?? 0) - low) * Math.min(1, (0.99 * n - sum) / Math.max(1, counts[at] ?? 0));
      if (n > 0 && p99 > 0.3) failures++;
      counts = EDGES.map(() => 0);
      return failures > 3;
    };
  },
};

export function latencyCells(): readonly Task[] {
  const limit: Leg = { kind: 'slower-than', edge: 0.3, line: { r: 0, d: 0.01 } };
  const equal: Leg = { kind: 'slower-than-baseline', q: 0.99, factor: 1, plus: 0 };
  return [
    [100, 0.05],
    [1000, 0.01],
  ].flatMap(([rps = 0, share = 0]) =>
    [1, 1.2, 1.5, 2].map((factor) =>
      task<Sample>({
        family: 'Latency, p99 250 ms',
        name: `${rps} rps, canary ${share * 100} %, ${factor === 1 ? 'no change' : `x${factor} slower`} (${(100 * (1 - below(0.3, factor))).toFixed(2)} % above 300 ms)`,
        limit: null,
        world: (random) => () => ({
          kind: 'histogram',
          edges: EDGES,
          canary: latencies(random, 15 * rps * share, factor),
          baseline: latencies(random, 15 * rps * (1 - share), 1),
        }),
        contenders: [
          judged(`${ROBUST}: p99 > 300 ms`, limit, true),
          judged(`${ROBUST}: p99 > baseline`, equal, true),
          interpolated,
        ],
        badOf: (sample) => (sample.kind === 'histogram' ? sample.canary.slice(7).reduce((sum, x) => sum + x, 0) : 0),
        harmless: factor === 1,
      }),
    ),
  );
}

/** What drift dashboards alarm on: each batch of `size` canary values, and four times as many of the baseline. */
function naive(
  name: string,
  size: number,
  alarm: (canary: readonly number[], baseline: readonly number[]) => boolean,
): Contender<Sample> {
  return {
    name,
    start: () => {
      let canary: number[] = [];
      let baseline: number[] = [];
      return (_t, sample) => {
        if (sample.kind !== 'values') return false;
        canary = canary.concat(sample.canary);
        baseline = baseline.concat(sample.baseline ?? []);
        let stop = false;
        while (canary.length >= size && !stop) {
          stop = alarm(canary.slice(0, size), baseline.slice(0, 4 * size));
          [canary, baseline] = [canary.slice(size), baseline.slice(4 * size)];
        }
        return stop;
      };
    },
  };
}

export function driftCells(): readonly Task[] {
  const leg: Leg = { kind: 'drift', kappa: 0.15 };
  const contenders = [
    judged(EXACT, leg, false),
    judged(ROBUST, leg, true),
    naive('KS of 100 values > 0.15', 100, (c, b) => ksDistance(c, b).D > 0.15),
    naive('p < 0.01 each minute', 600, (c, b) => ksDistance(c, b).pAsymptotic < 0.01),
  ];
  // KS distance of two normals whose means differ by z: 2 phi(z / 2) - 1.
  return [0, 0.126, 0.378, 0.507, 0.771].map((shift) =>
    task<Sample>({
      family: 'Drift, limit KS 0.15, live baseline of four times the traffic',
      name: `10 values a second, true KS ${(2 * phi(shift / 2) - 1).toFixed(2)}`,
      limit: null,
      world: (random) => () => ({
        kind: 'values',
        canary: Array.from({ length: 600 }, () => normal(random) + shift),
        baseline: Array.from({ length: 2400 }, () => normal(random)),
      }),
      contenders,
      // A look weighs hundreds of bets: one a minute.
      pollSeconds: 60,
      badOf: () => 0,
      // Up to the limit itself.
      harmless: shift <= 0.378,
    }),
  );
}

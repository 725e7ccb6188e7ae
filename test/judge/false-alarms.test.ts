import assert from 'node:assert/strict';
import { test } from 'node:test';
import { binomial, poisson, seeded, type Random } from '../../bench/judge/random.ts';
import { beginLeg, legLogE, playLeg } from '../../src/judge/leg.ts';
import type { Game } from '../../src/judge/lane.ts';
import { AT_ONCE } from '../../src/judge/mixture.ts';
import type { Leg } from '../../src/judge/question.ts';
import type { Sample } from '../../src/measure/sample.ts';
import { events } from './fixtures.ts';

const LOOKS = 40;
/** Drift weighs hundreds of bets a look. */
const releasesOf = (regime: Regime) => (regime.leg.kind === 'drift' ? 20 : 100);

interface Regime {
  readonly name: string;
  readonly leg: Leg;
  /** One window exactly at the limit. */
  readonly at: (random: Random, k: number) => Sample;
}

function rates(
  r: number,
  d: number,
  rps: readonly [number, number],
  pb: (k: number, random: Random) => number,
): Regime {
  return {
    name: `rate at ${r} x baseline + ${d}, ${rps[0]} against ${rps[1]} rps`,
    leg: { kind: 'rate', line: { r, d } },
    at: (random, k) => {
      const p = pb(k, random);
      const nc = poisson(random, rps[0] * 15);
      const nb = poisson(random, rps[1] * 15);
      return events(binomial(random, nc, r * p + d), nc, binomial(random, nb, p), nb);
    },
  };
}

const REGIMES: readonly Regime[] = [
  rates(1, 0, [0.5, 9.5], () => 0.005),
  rates(1, 0, [5, 95], () => 0.005),
  rates(1, 0, [20, 20], (k) => 0.01 * (1 + 0.9 * Math.sin(k / 9))),
  rates(1.1, 0.0005, [5, 95], (k) => (k > 20 && k < 29 ? 0.3 : 0.005)),
  rates(1, 0.005, [5, 95], (_k, random) => 0.01 * random()),
  rates(0.97, 0.03, [5, 20], () => 0.1),
  rates(0, 0.3, [5, 0], () => 0),
  {
    name: 'a distance of exactly kappa at one edge',
    leg: { kind: 'drift', kappa: 0.15 },
    at: (random) => ({
      kind: 'values',
      canary: Array.from({ length: 40 }, () => shifted(random)),
      baseline: Array.from({ length: 80 }, random),
    }),
  },
  {
    name: 'the same latencies on both arms',
    leg: { kind: 'slower-than-baseline', q: 0.5, factor: 1, plus: 0 },
    at: (random) => ({
      kind: 'histogram',
      edges: [1, 2, 3, 4, Infinity],
      canary: cut(random, 60),
      baseline: cut(random, 300),
    }),
  },
  {
    name: 'a canary slower by exactly the allowed share',
    leg: { kind: 'slower-than-baseline', q: 0.5, factor: 1.25, plus: 0 },
    at: (random) => {
      const edges = [0.512, 0.64, 0.8, 1, 1.25, 1.5625, Infinity];
      return {
        kind: 'histogram',
        edges,
        canary: waits(random, edges, 100, 1.25),
        baseline: waits(random, edges, 300, 1),
      };
    },
  },
  {
    name: 'a mean score exactly at its limit',
    leg: { kind: 'mean', factor: 1, plus: 0.05, low: 0, high: 1 },
    at: (random) => ({
      kind: 'moments',
      canary: moments(random, 30, 0.55),
      baseline: moments(random, 60, 0.5),
    }),
  },
  {
    name: 'a gauge exactly at its limit',
    leg: { kind: 'gauge', factor: 1, plus: 0.5, every: 1, batch: 1 },
    at: (random) => ({ kind: 'gauge', canary: 0.5 + bell(random), baseline: bell(random) }),
  },
];

/** Uniform, with 15 % of all moved from below 0.5 to above. */
function shifted(random: Random): number {
  const x = random();
  return x < 0.5 && random() < 0.3 ? 0.5 + x : x;
}

function cut(random: Random, n: number): number[] {
  let left = n;
  return [0.5, 0.5, 0.5, 0.5, 1].map((share) => {
    const x = binomial(random, left, share);
    left -= x;
    return x;
  });
}

/** n exponential waiting times of mean 0.6 * scale in buckets. */
function waits(random: Random, edges: readonly number[], n: number, scale: number): number[] {
  const counts = edges.map(() => 0);
  for (let i = 0; i < n; i++) {
    const wait = -0.6 * scale * Math.log(1 - random());
    const at = edges.findIndex((edge) => wait <= edge);
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts;
}

function moments(random: Random, n: number, mean: number) {
  const values = Array.from({ length: n }, () => mean + 0.8 * (random() - 0.5));
  return { n, sum: values.reduce((a, b) => a + b, 0), sumOfSquares: values.reduce((a, b) => a + b * b, 0) };
}

function bell(random: Random): number {
  return random() + random() + random() + random() - 2;
}

/** Share of releases at the limit whose evidence reached 1/alpha at any look. */
function crossings(regime: Regime, game: Game, alpha: number, seed: number): number {
  let crossed = 0;
  const releases = releasesOf(regime);
  for (let release = 0; release < releases; release++) {
    const random = seeded(seed + release);
    let state = beginLeg(regime.leg);
    for (let k = 1; k <= LOOKS; k++) {
      state = playLeg(regime.leg, state, regime.at(random, k), game, 'above');
      if (legLogE(state, game.side) >= Math.log(1 / alpha)) {
        crossed++;
        break;
      }
    }
  }
  return crossed / releases;
}

for (const [i, regime] of REGIMES.entries()) {
  test(`${regime.name}: failed and passed no more often than promised`, () => {
    const starts = { first: 0.75, horizon: LOOKS };
    const alpha = 0.05;
    const allowed = alpha + 3 * Math.sqrt((alpha * (1 - alpha)) / releasesOf(regime));
    const seed = 1000 * (i + 1);
    const exact = crossings(regime, { side: 'fail', starts, cap: null, catastrophe: false }, alpha, seed);
    assert.ok(exact <= allowed, `exact: ${exact}`);
    // The cap only lowers; the drift kernel has no second lane.
    if (regime.leg.kind !== 'drift') {
      const robust = crossings(
        regime,
        { side: 'fail', starts, cap: Math.log(1 / alpha) / 3, catastrophe: true },
        alpha,
        seed,
      );
      assert.ok(robust <= allowed, `robust: ${robust}`);
    }
    // Equal latencies lie well inside the harm limit: there a pass is right.
    if (regime.leg.kind === 'slower-than-baseline') return;
    const pass = crossings(regime, { side: 'pass', starts: AT_ONCE, cap: null, catastrophe: false }, alpha, seed);
    assert.ok(pass <= allowed, `pass: ${pass}`);
  });
}

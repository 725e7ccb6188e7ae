import type { Sample } from '../measure/sample.ts';
import { beginLeg, playLeg, sideLogE } from './leg.ts';
import type { Flow } from './plan-gate.ts';
import type { Leg } from './question.ts';
import { binomial, normal, poisson, seeded, type Random } from './random.ts';
import type { Rule, Rules } from './rules.ts';
import { gameOf } from './state.ts';

/** Seconds of traffic until harm is found (mean; releases where it is not count as Infinity once they are half) and safety is proven. */
export interface Simulated {
  readonly harms: readonly { readonly harm: string; readonly seconds: number }[];
  readonly median: number;
  readonly p95: number;
}

/** Releases for each answer; drift weighs hundreds of bets a look. */
const RELEASES = { many: 40, few: 8 } as const;
/** Share of a score's range that one standard deviation is taken to be, and of a gauge's margin. */
const SPREAD = 0.2;

/**
 * Means, gauges and drift have no formula: a few releases are played with the real judge. Assumed: scores spread over a fifth of their
 * range around its middle, a gauge whose noise is half its margin, a distribution of any shape. The seed is fixed. `nats` of harm fail the
 * release by this trigger alone.
 */
export function simulated(rules: Rules, rule: Rule, flow: Flow, nats: number): Simulated {
  const leg = rule.question.fail.legs[0];
  if (leg === undefined) return { harms: [], median: Infinity, p95: Infinity };
  const harms = harmsOf(leg).map(({ harm, size }) => ({
    harm,
    seconds: mean(times(rules, rule, flow, { side: 'fail', size, nats })),
  }));
  const clean = times(rules, rule, flow, { side: 'pass', size: 0, nats: Math.log(1 / rules.falsePass) });
  return { harms, median: at(clean, 0.5), p95: at(clean, 0.95) };
}

function harmsOf(leg: Leg): readonly { readonly harm: string; readonly size: number }[] {
  switch (leg.kind) {
    case 'drift':
    case 'drift-reference':
      return [0.05, 0.1, 0.2].map((d) => ({ harm: `KS ${Number((leg.kappa + d).toFixed(3))}`, size: leg.kappa + d }));
    case 'mean':
      return [0.02, 0.05, 0.1].map((share) => ({
        harm: `${share * 100} % of the range beyond the limit`,
        size: limitShift(leg) + share * (leg.high - leg.low),
      }));
    case 'gauge':
      return [0.5, 1, 2].map((times) => ({
        harm: `${1 + times} times the margin`,
        size: (1 + times) * limitShift(leg),
      }));
    case 'rate':
    case 'slower-than':
    case 'slower-than-baseline':
    case 'spend':
      return [];
  }
}

/** How far the limit lies from a baseline in the middle of the range, or at 1. */
function limitShift(leg: Extract<Leg, { kind: 'mean' | 'gauge' }>): number {
  const centre = leg.kind === 'mean' ? (leg.low + leg.high) / 2 : 1;
  const shift = Math.abs((leg.factor - 1) * centre + leg.plus);
  return leg.factor === 0 ? 0.1 * Math.abs(leg.plus || 1) : shift;
}

/** Sorted seconds of each release; Infinity where the deadline came first. */
function times(
  rules: Rules,
  rule: Rule,
  flow: Flow,
  run: { readonly side: 'fail' | 'pass'; readonly size: number; readonly nats: number },
): readonly number[] {
  const { question } = rule;
  const side = question[run.side];
  const game = gameOf(rules, run.side);
  const drift = side.legs.some((leg) => leg.kind === 'drift' || leg.kind === 'drift-reference');
  const looks = Math.ceil(rules.deadlineSeconds / rules.pollSeconds);
  return Array.from({ length: drift ? RELEASES.few : RELEASES.many }, (_, release) => {
    const random = seeded(release + 1);
    let states = side.legs.map(beginLeg);
    for (let k = 1; k <= looks; k++) {
      const sample = draw(side.legs[0], flow, rules.pollSeconds, { random, size: run.size, bad: question.bad });
      states = side.legs.map((leg, i) => playLeg(leg, states[i] ?? beginLeg(leg), sample, game, question.bad));
      if (sideLogE(side, states, run.side) >= run.nats) return k * rules.pollSeconds;
    }
    return Infinity;
  }).toSorted((a, b) => (a === b ? 0 : a - b));
}

interface Draw {
  readonly random: Random;
  /** How much worse the canary is than the baseline. */
  readonly size: number;
  readonly bad: 'above' | 'below';
}

function draw(leg: Leg | undefined, flow: Flow, seconds: number, { random, size, bad }: Draw): Sample {
  const nc = poisson(random, flow.canary * seconds);
  const nb = poisson(random, flow.baseline * seconds);
  const worse = bad === 'above' ? size : -size;
  switch (leg?.kind) {
    case 'mean': {
      const [centre, width] = [(leg.low + leg.high) / 2, leg.high - leg.low];
      const scores = (n: number, mean: number) => moments(random, n, { mean, sd: SPREAD * width });
      const fixed = leg.factor === 0 ? leg.plus - (bad === 'above' ? 1 : -1) * limitShift(leg) : centre;
      return { kind: 'moments', canary: scores(nc, fixed + worse), baseline: scores(nb, fixed) };
    }
    case 'gauge': {
      const margin = limitShift(leg);
      const base = leg.factor === 0 ? leg.plus - (bad === 'above' ? margin : -margin) : 1;
      const noise = () => (margin / 2 / Math.SQRT2) * normal(random);
      return { kind: 'gauge', canary: base + worse + noise(), baseline: base + noise() };
    }
    case 'drift':
    case 'drift-reference':
      return { kind: 'histogram', edges: CELLS, canary: cells(random, nc, size), baseline: cells(random, nb, 0) };
    case 'rate':
    case 'slower-than':
    case 'slower-than-baseline':
    case 'spend':
    case undefined:
      return { kind: 'missing', reason: 'invalid', detail: 'nothing to draw' };
  }
}

/** Sums of n scores: the mean of many is normal, so its noise is drawn at once. */
function moments(random: Random, n: number, { mean: centre, sd }: { readonly mean: number; readonly sd: number }) {
  const sum = n * centre + Math.sqrt(n) * sd * normal(random);
  return { n, sum, sumOfSquares: n * sd * sd + (n > 0 ? (sum * sum) / n : 0) };
}

const CELL_COUNT = 50;
const CELLS = [...Array.from({ length: CELL_COUNT - 1 }, (_, i) => (i + 1) / CELL_COUNT), Infinity];

/** n values of a flat distribution; `moved` of all are taken from below the median to above. */
function cells(random: Random, n: number, moved: number): readonly number[] {
  let left = n;
  let share = 1;
  return CELLS.map((_, i) => {
    const p = (1 + (i < CELL_COUNT / 2 ? -2 : 2) * Math.min(moved, 0.5)) / CELL_COUNT;
    const count = i === CELL_COUNT - 1 ? left : binomial(random, left, Math.min(1, p / share));
    left -= count;
    share -= p;
    return count;
  });
}

function mean(sorted: readonly number[]): number {
  const found = sorted.filter(Number.isFinite);
  return found.length * 2 <= sorted.length ? Infinity : found.reduce((sum, t) => sum + t, 0) / found.length;
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Infinity;
}

/** One row per kind of vector: how its input becomes a call of the judge. */
import * as z from 'zod';
import { counterIncrease } from '../src/measure/increase.ts';
import { addToBand, emptyBand, rateBand } from '../src/judge/band.ts';
import { bucketCounts } from '../src/judge/buckets.ts';
import { decide } from '../src/judge/decide.ts';
import { dkwPad } from '../src/judge/drift.ts';
import { exceedance } from '../src/judge/exceedance.ts';
import { addGauge, EMPTY_GAUGE, gaugeLogE } from '../src/judge/gauge.ts';
import { klprojIncrement, projection } from '../src/judge/klproj.ts';
import { ksDistance } from '../src/judge/ks.ts';
import { infoRate, limitSeconds } from '../src/judge/limit.ts';
import { binomialTail } from '../src/judge/log-gamma.ts';
import { logMean, safeLog } from '../src/judge/log-space.ts';
import { bernsteinIncrements, bettingIncrements } from '../src/judge/mean.ts';
import { EMPTY, logE, play, type Mixture } from '../src/judge/mixture.ts';
import { ksBounds, psi } from '../src/judge/psi.ts';
import { rareIncrement } from '../src/judge/rare.ts';
import type { Line, Window } from '../src/judge/window.ts';

/** The ratios of the vectors' own one-line mixture. */
const EVEN_GRID = [1.2, 1.5, 2, 3, 6, 20];

const numbers = z.array(z.number());
const window = z
  .tuple([z.number(), z.number(), z.number(), z.number()])
  .transform(([xc, nc, xb, nb]): Window => ({ xc, nc, xb, nb }));
const line = z.tuple([z.number(), z.number()]).transform(([r, d]): Line => ({ r, d }));
const enumerated = { nc: z.number(), nb: z.number(), pc: z.number(), pb: z.number(), limit: line };

/** A row: the shape of the input, and the call. */
function row<T>(shape: z.ZodType<T>, call: (input: T) => unknown): (input: unknown) => unknown {
  return (input) => call(shape.parse(input));
}

const KINDS: Readonly<Record<string, (input: unknown) => unknown>> = {
  rareLogInc: row(z.object({ window, limit: line, g: z.number() }), (v) => rareIncrement(v.window, v.limit, v.g)),
  eprocess: row(
    z.object({
      windows: z.array(window),
      limit: line,
      grid: numbers,
      firstWeight: z.number(),
      horizon: z.number().nullable(),
      capNats: z.number().nullable(),
    }),
    (v) => {
      const rule = { starts: { first: v.firstWeight, horizon: v.horizon }, cap: v.capNats };
      const process = run(v.windows, EMPTY, (mixture, one) =>
        play(
          mixture,
          v.grid.map((g) => rareIncrement(one, v.limit, g)),
          rule,
        ),
      ).map(logE);
      const crossed = process.findIndex((log) => log >= Math.log(100));
      return {
        logE_last: process.at(-1) ?? 0,
        logE_max: process.reduce((most, log) => Math.max(most, log), -Infinity),
        firstCrossing100: crossed < 0 ? null : crossed + 1,
      };
    },
  ),
  'expectation<=1': row(z.object({ ...enumerated, g: z.number() }), (v) =>
    expectation(v, (one) => rareIncrement(one, v.limit, v.g)),
  ),
  'klProjExpectation<=1': row(z.object({ ...enumerated, thetaC: z.number(), thetaB: z.number() }), (v) =>
    expectation(v, (one) => klprojIncrement(one, v.limit, v)),
  ),
  klProj: row(z.object({ thetaC: z.number(), thetaB: z.number(), window, limit: line }), (v) => ({
    q: projection({ ...v, weightC: v.window.nc, weightB: v.window.nb, line: v.limit }),
    logE: klprojIncrement(v.window, v.limit, v),
  })),
  rateCS: row(z.object({ windows: z.array(window), ratio: z.number(), alpha: z.number(), grid: numbers }), (v) =>
    rateBand(
      v.windows.reduce((sums, one) => addToBand(sums, one, v.ratio, v.grid), emptyBand(v.grid)),
      v.ratio,
      v.alpha,
    ),
  ),
  bettingMean: row(z.object({ z: numbers, mu0: z.number(), lo: z.number(), hi: z.number(), grid: numbers }), (v) =>
    logMean(bettingIncrements(v.z, { mu0: v.mu0, low: v.lo }, v.grid)),
  ),
  empiricalBernstein: row(
    z.object({
      windows: z.array(z.tuple([z.number(), z.number(), z.number()])),
      mu0: z.number(),
      prior: z.number(),
      grid: numbers,
    }),
    (v) => {
      const past = { n: 0, sum: 0 };
      const logs = v.grid.map(() => 0);
      for (const [n, sum, sumOfSquares] of v.windows) {
        const centre = (v.prior + past.sum) / (1 + past.n);
        const added = bernsteinIncrements({ n, sum, sumOfSquares }, { mu0: v.mu0, centre }, v.grid);
        added.forEach((l, i) => (logs[i] = (logs[i] ?? 0) + l));
        past.n += n;
        past.sum += sum;
      }
      return logMean(logs);
    },
  ),
  gaugeT: row(z.object({ d: numbers, burn: z.number() }), (v) =>
    gaugeLogE(v.d.reduce((gauge, d) => addGauge(gauge, d, v.burn), EMPTY_GAUGE)),
  ),
  quantileExceedance: row(z.object({ n: z.number(), above: z.number(), q: z.number() }), (v) => ({
    pBinom: binomialTail(v.above, v.n, 1 - v.q),
    logE: logMean(EVEN_GRID.map((g) => rareIncrement({ xc: v.above, nc: v.n, xb: 0, nb: 0 }, { r: 0, d: 1 - v.q }, g))),
  })),
  exceedance: row(z.object({ counts: numbers, edges: z.array(z.number().nullable()), limit: z.number() }), (v) =>
    exceedance(
      v.counts,
      v.edges.map((edge) => edge ?? Infinity),
      v.limit,
    ),
  ),
  ksStatistic: row(z.object({ x: numbers, y: numbers }), (v) => ksDistance(v.x, v.y)),
  ksBounds: row(z.object({ a: numbers, b: numbers }), (v) => ksBounds(v.a, v.b)),
  dkwPad: row(z.object({ m: z.number(), alphaRef: z.number() }), (v) => dkwPad(v.m, v.alphaRef)),
  psi: row(z.object({ a: numbers, b: numbers, pseudo: z.number().default(0.5) }), (v) => psi(v.a, v.b, v.pseudo)),
  bucketCounts: row(z.object({ cum: numbers }), (v) => bucketCounts(v.cum)),
  counterDelta: row(z.object({ prev: z.number().nullable(), cur: z.number() }), (v) => {
    if (v.prev === null) return null;
    const [before, now] = [v.prev, v.cur].map((value, at) => [{ id: 'pod', value, at }]);
    return counterIncrease(before ?? [], now ?? []).parts[0] ?? null;
  }),
  infoRate: row(z.object({ pc: z.number(), pb: z.number(), rc: z.number(), rb: z.number(), limit: line }), (v) => ({
    natsPerSecond: infoRate(v, v.limit),
    secondsAlpha01: limitSeconds(v, v.limit, 0.01),
  })),
  decide: row(
    z.object({
      metrics: z.array(
        z.object({
          name: z.string(),
          weight: z.number(),
          logEFail: z.number(),
          logEPass: z.number(),
          required: z.boolean(),
          hasData: z.boolean(),
        }),
      ),
      policy: z.object({ alphaFail: z.number(), alphaPass: z.number(), minSoakS: z.number(), deadlineS: z.number() }),
      elapsedS: z.number(),
    }),
    (v) => decide(v.metrics, v.policy, v.elapsedS),
  ),
};

/** The judge's answer to one vector; throws for a kind or an input it does not know. */
export function answer(kind: string, input: unknown): unknown {
  const call = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (call === undefined) throw new Error(`unknown kind ${kind}`);
  return call(input);
}

function run(
  windows: readonly Window[],
  start: Mixture,
  step: (mixture: Mixture, window: Window) => Mixture,
): Mixture[] {
  let mixture = start;
  return windows.map((one) => (mixture = step(mixture, one)));
}

/** Exact expectation of exp(increment) over all outcomes of both arms. */
function expectation(
  arms: { readonly nc: number; readonly nb: number; readonly pc: number; readonly pb: number },
  increment: (window: Window) => number,
): number {
  const { nc, nb, pc, pb } = arms;
  let sum = 0;
  for (let xc = 0; xc <= nc; xc++) {
    for (let xb = 0; xb <= nb; xb++) {
      const chance = logChoose(nc, xc, pc) + logChoose(nb, xb, pb);
      sum += Math.exp(chance + increment({ xc, nc, xb, nb }));
    }
  }
  return sum;
}

/** Log probability of x successes out of n. */
function logChoose(n: number, x: number, p: number): number {
  let log = 0;
  for (let i = 1; i <= x; i++) log += Math.log((n - x + i) / i);
  return log + (x === 0 ? 0 : x * safeLog(p)) + (n === x ? 0 : (n - x) * safeLog(1 - p));
}

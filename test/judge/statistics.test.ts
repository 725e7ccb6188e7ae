import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bucketCounts, histogramBelow, quantileEdge, valuesBelow } from '../../src/judge/buckets.ts';
import { decide, mergedLogE, type Metric } from '../../src/judge/decide.ts';
import { dkwPad, driftIncrements, noDriftIncrements, referenceOf } from '../../src/judge/drift.ts';
import { exceedance } from '../../src/judge/exceedance.ts';
import { kolmogorovTail, ksDistance } from '../../src/judge/ks.ts';
import { infoRate, limitSeconds, secondsToDetect, secondsToPromote } from '../../src/judge/limit.ts';
import { binomialTail, chiSquaredPoint, logGamma } from '../../src/judge/log-gamma.ts';
import { bernsteinPairIncrements, unpairedDifferences } from '../../src/judge/mean.ts';
import { psi } from '../../src/judge/psi.ts';
import { SPLIT_LIMIT, splitLogE } from '../../src/judge/split.ts';
import { seeded } from '../../bench/judge/random.ts';

const near = (a: number, b: number, tol = 1e-9) =>
  assert.ok(Math.abs(a - b) <= tol * Math.max(1, Math.abs(b)), `${a} is not ${b}`);

test('the KS distance of empty samples and of NaN is refused', () => {
  assert.throws(() => ksDistance([], [1]), /first sample .* is empty/);
  assert.throws(() => ksDistance([1], [NaN]), /second sample .* NaN/);
});

test('ties are counted together: equal samples are at distance 0', () => {
  const result = ksDistance([1, 1, 2, 2], [1, 2]);
  assert.deepEqual(result, { D: 0, pExact: 1, pAsymptotic: 1 });
});

test('both series of the Kolmogorov distribution meet', () => {
  near(kolmogorovTail(0.999_999_999), kolmogorovTail(1), 1e-8);
  near(kolmogorovTail(1.36), 0.049_485_876_755_377_8, 1e-9);
});

test('special functions against known values', () => {
  near(logGamma(0.5), Math.log(Math.sqrt(Math.PI)));
  near(logGamma(10), Math.log(362_880));
  near(logGamma(171), 706.573_062_245_787_4);
  near(logGamma(19.999_999), logGamma(20.000_001), 1e-6);
  near(chiSquaredPoint(0.01, 1), 6.634_896_601_021_214);
  near(chiSquaredPoint(0.01, 10), 23.209_251_158_954_356);
  near(binomialTail(2, 3, 0.5), 0.5);
  assert.equal(binomialTail(0, 3, 0.5), 1);
  assert.equal(binomialTail(4, 3, 0.5), 0);
});

test('buckets: differences, counts at edges, quantile edges', () => {
  assert.deepEqual(bucketCounts([1, 4, 3, 9]), [1, 3, 0, 5]);
  assert.deepEqual(histogramBelow([1, 2, 3, 4], [1, 2, 3, Infinity], [1, 2.5, 3]), [1, 3, 6]);
  assert.deepEqual(valuesBelow([0.5, 1, 1.5, 9], [1, 2]), [2, 3]);
  assert.equal(quantileEdge([50, 40, 10], [1, 2], 0.9), 2);
  assert.equal(quantileEdge([50, 30, 20], [1, 2], 0.9), 2);
  assert.equal(quantileEdge([0, 0, 0], [1, 2], 0.9), null);
});

test('above a limit: what is sure and what is possible', () => {
  const edges = [0.1, 0.3, 0.5, Infinity];
  assert.deepEqual(exceedance([5, 4, 3, 2], edges, 0.2), { sure: 5, possible: 9, exact: false });
  assert.deepEqual(exceedance([5, 4, 3, 2], edges, 0.1 + 0.2), { sure: 5, possible: 5, exact: true });
  assert.deepEqual(exceedance([5, 4, 3, 2], edges, 0.7), { sure: 0, possible: 2, exact: false });
  assert.deepEqual(exceedance([5, 4, 3, 2], edges, 0.05), { sure: 9, possible: 14, exact: false });
  assert.throws(() => exceedance([1], edges, 1), /1 counts and 4 edges/);
});

test('PSI of one bin or of nothing is refused', () => {
  assert.throws(() => psi([1], [1]), /PSI needs/);
  assert.throws(() => psi([0, 0], [1, 1]), /PSI needs/);
  near(psi([10, 10], [100, 100], 0).psi, 0);
});

test('a configured split is believed, another one is not', () => {
  assert.ok(splitLogE({ nc: 5003, nb: 94_997 }, 0.05) < 0);
  assert.ok(splitLogE({ nc: 6000, nb: 94_000 }, 0.05) > SPLIT_LIMIT);
  assert.equal(splitLogE({ nc: 0, nb: 0 }, 0.05), 0);
});

test('the limit: faster with more traffic, never at the line itself', () => {
  const line = { r: 1, d: 0 };
  const rates = { pc: 0.015, pb: 0.005, rc: 5, rb: 95 };
  near(infoRate({ ...rates, rc: 10, rb: 190 }, line), 2 * infoRate(rates, line));
  assert.equal(limitSeconds({ ...rates, pc: 0.005 }, line, 0.01), Infinity);
  near(secondsToDetect(rates, line, { alpha: 0.01, pollSeconds: 15 }), 1.5 * limitSeconds(rates, line, 0.01) + 15);
  const promote = secondsToPromote({ pb: 0.005, rc: 5, rb: 95 }, { r: 1, d: 0.005 }, { alpha: 0.05, pollSeconds: 15 });
  assert.ok(promote.median > 400 && promote.median < 500 && promote.p95 > promote.median);
});

test('a fixed reference: drift is proven beyond the limit, closeness inside it', () => {
  const random = seeded(4);
  const values = Array.from({ length: 5000 }, random);
  const pad = dkwPad(values.length, 0.002);
  const forFail = referenceOf(values, { kappa: 0.15, pad, count: 19 });
  const forPass = referenceOf(values, { kappa: 0.15, pad, count: 49 });
  const live = (shift: number) => Array.from({ length: 500 }, () => random() + shift);
  const below = (edges: readonly number[], sample: readonly number[]) => ({
    n: sample.length,
    below: valuesBelow(sample, edges),
  });
  const best = (logs: readonly number[]) => Math.max(...logs);
  assert.ok(best(driftIncrements(forFail, below(forFail.edges, live(0.4)))) > 10);
  assert.ok(best(driftIncrements(forFail, below(forFail.edges, live(0.05)))) < 0);
  const weakest = (logs: readonly number[]) =>
    Math.min(...Array.from({ length: logs.length / 3 }, (_, i) => Math.max(...logs.slice(3 * i, 3 * i + 3))));
  assert.ok(weakest(noDriftIncrements(forPass, below(forPass.edges, live(0)))) > 1);
  assert.ok(weakest(noDriftIncrements(forPass, below(forPass.edges, live(0.2)))) < 0);
  assert.throws(() => referenceOf([], { kappa: 0.1, pad: 0, count: 19 }), /has no values/);
});

test('unpaired differences use each baseline score once, in order', () => {
  assert.deepEqual(unpairedDifferences([1, 2], [0, 2, 4, 6, 8], 1), [0, -3]);
  assert.deepEqual(unpairedDifferences([1, 2, 3], [1], 2), [-1]);
  assert.deepEqual(unpairedDifferences([], [1], 1), []);
});

test('two arms known by their sums: no bet without traffic on either', () => {
  const some = { n: 10, sum: 9, sumOfSquares: 8.5 };
  const none = { n: 0, sum: 0, sumOfSquares: 0 };
  const rule = { factor: 1, plus: 0, centreC: 0.5, centreB: 0.5 };
  assert.ok(bernsteinPairIncrements({ canary: some, baseline: none }, rule).every((l) => l === 0));
  assert.ok(bernsteinPairIncrements({ canary: none, baseline: some }, rule).every((l) => l === 0));
  assert.ok(
    Math.max(...bernsteinPairIncrements({ canary: some, baseline: { n: 10, sum: 1, sumOfSquares: 0.5 } }, rule)) > 0,
  );
});

const metric = (over: Partial<Metric>): Metric => ({
  name: 'm',
  weight: 1,
  logEFail: -1,
  logEPass: 5,
  required: true,
  hasData: true,
  ...over,
});
const POLICY = { alphaFail: 0.01, alphaPass: 0.05, minSoakS: 300, deadlineS: 1800 };

test('the merge is a weighted mean: half of one share of evidence is not enough', () => {
  near(mergedLogE([metric({ logEFail: Math.log(100) }), metric({ logEFail: 0 })]), Math.log(50.5));
  assert.equal(mergedLogE([metric({ weight: 0, logEFail: 99 })]), 0);
  const both = [metric({ logEFail: Math.log(150) }), metric({ logEFail: Math.log(0.1) })];
  assert.equal(decide(both, POLICY, 60).verdict, 'continue');
});

test('a pass needs proof of all, data of all, the soak, and no net evidence of harm', () => {
  assert.equal(decide([metric({})], POLICY, 300).verdict, 'pass');
  assert.equal(decide([metric({})], POLICY, 299).verdict, 'continue');
  assert.equal(decide([metric({ hasData: false })], POLICY, 300).verdict, 'continue');
  assert.equal(decide([metric({ logEPass: 2 })], POLICY, 300).verdict, 'continue');
  assert.equal(decide([metric({ logEFail: 0.1 })], POLICY, 300).verdict, 'continue');
  assert.equal(decide([metric({ logEPass: NaN })], POLICY, 300).verdict, 'continue');
  assert.equal(decide([metric({ logEFail: NaN })], POLICY, 300).verdict, 'continue');
  assert.equal(decide([], POLICY, 300).verdict, 'continue');
  assert.equal(decide([metric({ required: false })], POLICY, 1800).verdict, 'inconclusive');
});

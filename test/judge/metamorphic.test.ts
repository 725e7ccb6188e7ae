import assert from 'node:assert/strict';
import { test } from 'node:test';
import { binomial, seeded } from '../../bench/judge/random.ts';
import { addGauge, EMPTY_GAUGE, gaugeLogE, lagOne } from '../../src/judge/gauge.ts';
import { begin, look, rulesOfGate, verdict } from '../../src/judge/judge.ts';
import { baselineGuess, klprojIncrement } from '../../src/judge/klproj.ts';
import { ksDistance } from '../../src/judge/ks.ts';
import { EMPTY_LANE, laneLogE, playLane } from '../../src/judge/lane.ts';
import { logAdd, logMean, logSum, LOG_ZERO } from '../../src/judge/log-space.ts';
import { AT_ONCE, EMPTY, logE, play, startWeight, type Mixture } from '../../src/judge/mixture.ts';
import { FAIL_GRID, rareIncrement, rareStrataIncrement } from '../../src/judge/rare.ts';
import { rateIncrements } from '../../src/judge/rate-leg.ts';
import { NOTHING, type Window } from '../../src/judge/window.ts';
import type { Sample } from '../../src/measure/sample.ts';
import type { Trigger } from '../../src/playbook/schema.ts';
import { aGate, aTrigger, events, when } from './fixtures.ts';

const LINE = { r: 1, d: 0 };
const random = seeded(3);
const WINDOWS: readonly Window[] = Array.from({ length: 60 }, () => ({
  xc: binomial(random, 75, 0.01),
  nc: 75,
  xb: binomial(random, 1425, 0.005),
  nb: 1425,
}));

function run(windows: readonly Window[], starts = AT_ONCE): Mixture {
  return windows.reduce(
    (mixture, window) =>
      play(
        mixture,
        FAIL_GRID.map((g) => rareIncrement(window, LINE, g)),
        { starts },
      ),
    EMPTY,
  );
}

const close = (a: number, b: number) =>
  assert.ok(Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a)), `${a} is not ${b}`);

test('windows without traffic change no evidence', () => {
  const empty = { xc: 0, nc: 0, xb: 0, nb: 0 };
  const starts = { first: 0.75, horizon: 200 };
  const before = run(WINDOWS, starts);
  close(
    logE(
      play(
        before,
        FAIL_GRID.map((g) => rareIncrement(empty, LINE, g)),
        { starts },
      ),
    ),
    logE(before),
  );
});

test('the order of windows changes the evidence only through the start times', () => {
  close(logE(run(WINDOWS)), logE(run(WINDOWS.toReversed())));
  const starts = { first: 0.75, horizon: 60 };
  assert.notEqual(logE(run(WINDOWS, starts)), logE(run(WINDOWS.toReversed(), starts)));
});

test('cutting windows in two with the same split of traffic changes nothing', () => {
  const halves = WINDOWS.flatMap((w) => [
    { xc: w.xc, nc: w.nc / 2, xb: 0, nb: w.nb / 2 },
    { xc: 0, nc: w.nc / 2, xb: w.xb, nb: w.nb / 2 },
  ]);
  close(logE(run(halves)), logE(run(WINDOWS)));
});

test('strata of equal split add up to the whole', () => {
  const [a, b] = [WINDOWS[0], WINDOWS[1]];
  if (a === undefined || b === undefined) throw new Error('no windows');
  const both = { xc: a.xc + b.xc, nc: a.nc + b.nc, xb: a.xb + b.xb, nb: a.nb + b.nb };
  close(rareStrataIncrement([a, b], LINE, 2), rareIncrement(both, LINE, 2));
});

test('start weights never spend more than everything', () => {
  for (const starts of [
    AT_ONCE,
    { first: 0.75, horizon: null },
    { first: 0.75, horizon: 2 },
    { first: 0.75, horizon: 120 },
  ]) {
    let sum = 0;
    for (let k = 1; k <= 500; k++) sum += startWeight(starts, k);
    assert.ok(sum <= 1 + 1e-12, `${JSON.stringify(starts)} spends ${sum}`);
  }
});

test('a bet that only breaks even keeps the wealth at 1, with and without a horizon', () => {
  for (const horizon of [null, 5]) {
    let mixture = EMPTY;
    for (let k = 0; k < 20; k++) mixture = play(mixture, [0, 0, 0], { starts: { first: 0.75, horizon } });
    close(logE(mixture), 0);
  }
});

test('a cap lowers the evidence and never raises it', () => {
  const starts = { first: 0.75, horizon: 60 };
  let capped = EMPTY;
  let free = EMPTY;
  for (const window of WINDOWS) {
    const increments = FAIL_GRID.map((g) => rareIncrement(window, LINE, g));
    capped = play(capped, increments, { starts, cap: 0.5 });
    free = play(free, increments, { starts });
    assert.ok(logE(capped) <= logE(free));
  }
});

test('a billion requests and odds of e to the million stay ordinary numbers', () => {
  const window = { xc: 1e9, nc: 1e9, xb: 0, nb: 1e9 };
  let mixture = EMPTY;
  for (let k = 0; k < 20; k++) {
    mixture = play(
      mixture,
      FAIL_GRID.map((g) => rareIncrement(window, LINE, g)),
      { starts: { first: 0.75, horizon: 10 } },
    );
    mixture = play(
      mixture,
      FAIL_GRID.map((g) => rareIncrement({ ...window, xc: 0, xb: 1e9 }, LINE, g)),
      { starts: AT_ONCE },
    );
    assert.ok(Number.isFinite(logE(mixture)));
  }
  let high = EMPTY;
  for (let k = 0; k < 1000; k++) high = play(high, [1000, -1000], { starts: AT_ONCE });
  assert.ok(Math.abs(logE(high) - 1e6) < 1);
});

test('sums in log space survive numbers that exp cannot hold', () => {
  close(logAdd(2000, 2000), 2000 + Math.log(2));
  close(logSum([1e6, 1e6, LOG_ZERO]), 1e6 + Math.log(2));
  close(logMean([-1e6, -1e6]), -1e6);
  assert.equal(logSum([]), LOG_ZERO);
  assert.equal(logAdd(LOG_ZERO, 5), 5);
});

test('a gauge in another unit gives the same evidence', () => {
  const values = Array.from({ length: 30 }, () => random() - 0.3);
  const inUnit = (scale: number) => gaugeLogE(values.reduce((gauge, d) => addGauge(gauge, d * scale), EMPTY_GAUGE));
  // The predictive density is per unit: both densities scale alike.
  close(inUnit(1), inUnit(1000));
  close(inUnit(1), inUnit(1e-6));
});

test('a gauge that never moves proves harm only when it lies above the limit', () => {
  const constant = (d: number) =>
    gaugeLogE(new Array<number>(20).fill(d).reduce((gauge, x) => addGauge(gauge, x), EMPTY_GAUGE));
  assert.ok(constant(0) <= 0);
  assert.ok(constant(-3) <= 0);
  assert.ok(constant(3) > Math.log(100));
});

test('autocorrelation is near 1 for a slow wave, near 0 for noise and 0 for a constant', () => {
  assert.ok(lagOne(Array.from({ length: 200 }, (_, i) => Math.sin(i / 20))) > 0.9);
  assert.ok(Math.abs(lagOne(Array.from({ length: 400 }, random))) < 0.2);
  assert.equal(lagOne([1, 1, 1]), 0);
  assert.equal(lagOne([]), 0);
});

test('the KS distance does not depend on order, sides or any rising change of unit', () => {
  const x = Array.from({ length: 200 }, random);
  const y = Array.from({ length: 150 }, () => random() ** 2);
  const { D, pExact } = ksDistance(x, y);
  assert.equal(ksDistance(y, x).D, D);
  assert.equal(ksDistance(x.toReversed(), y).D, D);
  assert.equal(
    ksDistance(
      x.map((v) => Math.exp(5 * v)),
      y.map((v) => Math.exp(5 * v)),
    ).D,
    D,
  );
  close(ksDistance(y, x).pExact ?? NaN, pExact ?? NaN);
});

test('the same latencies in milliseconds and in seconds give the same evidence', () => {
  const asked = (unit: 's' | 'ms'): Trigger =>
    aTrigger({ name: 'p99', unit, if: when({ kind: 'quantile', q: 0.99 }, '>', { factor: 1.1, plus: 20 }) });
  const end = (unit: 's' | 'ms', scale: number) => {
    const rules = rulesOfGate(aGate({ triggers: [asked(unit)] }));
    const edges = [50, 100, 150, 200, 300, 500, 1000].map((edge) => edge * scale);
    let state = begin(rules);
    for (let k = 1; k <= 20; k++) {
      const sample: Sample = {
        kind: 'histogram',
        edges: [...edges, Infinity],
        canary: [500, 300, 150, 50, 30, 10, 3, 0],
        baseline: [2600, 1500, 700, 200, 90, 20, 4, 1],
      };
      state = look(rules, state, { t: 15 * k, samples: { p99: sample } });
    }
    const finding = verdict(rules, state).findings[0];
    return [finding?.logEFail, finding?.logEPass, finding?.canary, finding?.limit];
  };
  assert.deepEqual(end('s', 0.001), end('ms', 1));
});

test('missing looks between the others change no evidence', () => {
  const rules = rulesOfGate(aGate());
  const end = (gaps: boolean) => {
    let state = begin(rules);
    for (const [k, w] of WINDOWS.entries()) {
      if (gaps && k % 3 === 0) state = look(rules, state, { t: 15 * k, samples: {} });
      state = look(rules, state, { t: 15 * (k + 1), samples: { errors: events(w.xc, w.nc, w.xb, w.nb) } });
    }
    return verdict(rules, state);
  };
  assert.equal(end(true).logE, end(false).logE);
  assert.equal(end(true).findings[0]?.logEPass, end(false).findings[0]?.logEPass);
});

test('two lanes together start with a wealth of 1', () => {
  const game = { side: 'fail', starts: { first: 0.75, horizon: 10 }, cap: 1, catastrophe: true } as const;
  close(laneLogE(playLane(EMPTY_LANE, [0, 0], [0], game)), 0);
  close(laneLogE(EMPTY_LANE), 0);
});

test('limits above 10 % are judged by bets on concrete rates, rarer ones by ratios', () => {
  const window = { xc: 20, nc: 50, xb: 30, nb: 100 };
  const common = { r: 0, d: 0.3 };
  assert.equal(
    rateIncrements(NOTHING, window, common, 'fail')[0],
    klprojIncrement(window, common, { thetaC: 0.315, thetaB: 0.5 }),
  );
  const rare = { r: 0, d: 0.05 };
  assert.equal(rateIncrements(NOTHING, window, rare, 'fail')[2], rareIncrement(window, rare, FAIL_GRID[2]));
  const past = { xc: 0, nc: 0, xb: 300, nb: 1000 };
  const thetaB = baselineGuess(past);
  const guess = { thetaC: thetaB + 0.03 + 0.06, thetaB };
  close(
    rateIncrements(past, window, { r: 1, d: 0.03 }, 'fail')[2] ?? NaN,
    klprojIncrement(window, { r: 1, d: 0.03 }, guess),
  );
});

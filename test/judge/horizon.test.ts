import assert from 'node:assert/strict';
import { test } from 'node:test';
import { binomial, poisson, seeded, type Random } from '../../bench/judge/random.ts';
import { advanceHorizon, BEGIN_HORIZON, type Horizon } from '../../src/judge/horizon.ts';
import { horizonFloor, horizonPlan, type HorizonPlan } from '../../src/judge/horizon-plan.ts';
import { horizonThreshold } from '../../src/judge/horizon-threshold.ts';
import { begin, look, rulesOfGate, verdict, type State } from '../../src/judge/judge.ts';
import { capOf, EMPTY_LANE, laneLogE, playLane } from '../../src/judge/lane.ts';
import { FAIL_SHARES } from '../../src/judge/rare.ts';
import { FIRST } from '../../src/judge/state.ts';
import type { Window } from '../../src/judge/window.ts';
import type { Gate } from '../../src/playbook/schema.ts';
import { aGate, aTrigger, events, RATE, when } from './fixtures.ts';

const ALPHA = 0.05;
const PLAN: HorizonPlan = { ...horizonPlan({ alpha: ALPHA, looks: 30, ratio: 1 }), paths: 600 };
const NATS = Math.log(1 / ALPHA);

/** One window of 60 canary and 1,140 baseline requests. */
function windowOf(random: Random, pc: number, pb: number): Window {
  const [nc, nb] = [poisson(random, 60), poisson(random, 1140)];
  return { xc: binomial(random, nc, pc), nc, xb: binomial(random, nb, pb), nb };
}

/** The look at which the release fails; null: never. */
function failsAt(plan: HorizonPlan, windows: readonly Window[]): number | null {
  let state: Horizon = BEGIN_HORIZON;
  for (const [i, window] of windows.entries()) {
    state = advanceHorizon(state, window, plan);
    if (state.logE >= Math.log(1 / plan.alpha)) return i + 1;
  }
  return null;
}

test('releases like the baseline fail no more often than promised, and nearly as often: nothing is left unspent', () => {
  let failed = 0;
  const releases = 600;
  for (let i = 0; i < releases; i++) {
    const random = seeded(7000 + i);
    const rate = i % 2 === 0 ? 0.01 : 0.05;
    failed +=
      failsAt(
        PLAN,
        Array.from({ length: 30 }, () => windowOf(random, rate, rate)),
      ) === null
        ? 0
        : 1;
  }
  const sd = Math.sqrt(ALPHA / releases);
  assert.ok(failed / releases <= ALPHA + 3 * sd, `${failed} of ${releases}`);
  assert.ok(failed / releases >= ALPHA - 3 * sd, `${failed} of ${releases}`);
});

test('the release is one place among the paths: with 99 of them 1 % is one place, and only the last look may give it away', () => {
  const plan: HorizonPlan = { ...horizonPlan({ alpha: 0.01, looks: 20, ratio: 1 }), paths: 99 };
  const random = seeded(17);
  const windows = Array.from({ length: 20 }, () => windowOf(random, 0.03, 0.03));
  const thresholds = windows.map((_, i) => horizonThreshold(windows.slice(0, i + 1), plan));
  assert.ok(
    thresholds.slice(0, -1).every((one) => one === Infinity),
    thresholds.join(' '),
  );
  assert.ok(Number.isFinite(thresholds.at(-1)));
});

test('a common incident on both arms is no reason to fail', () => {
  let failed = 0;
  for (let i = 0; i < 150; i++) {
    const random = seeded(9000 + i);
    const windows = Array.from({ length: 30 }, (_, k) => {
      const rate = k >= 10 && k < 14 ? 0.1 : 0.01;
      return windowOf(random, rate, rate);
    });
    failed += failsAt(PLAN, windows) === null ? 0 : 1;
  }
  assert.ok(failed / 150 <= ALPHA + 3 * Math.sqrt(ALPHA / 150), `${failed} of 150`);
});

test('a worse canary is found sooner than at the bound that holds for ever', () => {
  let [sooner, later] = [0, 0];
  for (let i = 0; i < 60; i++) {
    const random = seeded(100 + i);
    const windows = Array.from({ length: 30 }, () => windowOf(random, 0.04, 0.01));
    let mixture = BEGIN_HORIZON;
    const never = { ...PLAN, paths: 1 };
    sooner += failsAt(PLAN, windows) ?? 31;
    let bound = 31;
    for (const [k, window] of windows.entries()) {
      // One path leaves no room to spend, so this is the mixture's own evidence up to the floor; compare it with the bound by hand.
      mixture = advanceHorizon(mixture, window, never);
      const total = mixture.mixture.logs.reduce((sum, log) => sum + Math.exp(log), mixture.mixture.cash);
      if (bound > 30 && Math.log(total) >= NATS) bound = k + 1;
    }
    later += bound;
  }
  assert.ok(sooner < 0.9 * later, `${sooner / 60} against ${later / 60} looks`);
});

test('thresholds lie above the floor where paths do, and never below it', () => {
  const random = seeded(5);
  const windows = Array.from({ length: 30 }, () => windowOf(random, 0.02, 0.02));
  const thresholds = windows.map((_, i) => horizonThreshold(windows.slice(0, i + 1), PLAN));
  assert.ok(thresholds.every((one) => one >= horizonFloor(ALPHA)));
  assert.ok(
    thresholds.some((one) => Number.isFinite(one) && one > 1.3 * horizonFloor(ALPHA)),
    thresholds.join(' '),
  );
  assert.ok(
    thresholds.filter(Number.isFinite).every((one) => one < NATS),
    'and below the bound for ever',
  );
  assert.equal(horizonThreshold(windows.slice(0, 1), { ...PLAN, paths: 10 }), Infinity, 'nothing to spend yet');
});

test('the same windows give the same threshold, whatever was asked in between and after JSON', () => {
  const random = seeded(6);
  const one = Array.from({ length: 12 }, () => windowOf(random, 0.05, 0.02));
  const other = Array.from({ length: 12 }, () => windowOf(random, 0.02, 0.02));
  const alone = horizonThreshold(one, PLAN);
  horizonThreshold(other.slice(0, 5), PLAN);
  horizonThreshold(one.slice(0, 5), PLAN);
  horizonThreshold(other, PLAN);
  const copied: unknown = JSON.parse(JSON.stringify(one));
  assert.equal(horizonThreshold(one, PLAN), alone);
  assert.deepEqual(copied, one);
  assert.equal(horizonThreshold(structuredClone(one), PLAN), alone);
  assert.notEqual(horizonThreshold(other, PLAN), alone);
});

const strict = aTrigger({
  if: when(RATE, '>', { factor: 1, plus: 0 }),
  'pass-when': when(RATE, '<', { factor: 1, plus: 0.005 }),
});
const gate = (over: Partial<Gate> = {}): Gate =>
  aGate({ spending: 'horizon', robust: false, triggers: [strict], ...over });

/** Looks until the gate fails on 2 errors of 150 against 20 of 2,850, its state written out and read back before each look. */
function looksToFail(asked: Gate): { readonly looks: number; readonly logE: number; readonly same: boolean } {
  const rules = rulesOfGate(asked);
  let state = begin(rules);
  let saved = state;
  for (let k = 1; k <= 120; k++) {
    const seen = { t: 15 * k, samples: { errors: events(2, 150, 20, 2850) } };
    state = look(rules, state, seen);
    const read = JSON.parse(JSON.stringify(saved)) as State;
    saved = look(rules, read, seen);
    const { status, logE } = verdict(rules, state);
    if (status === 'fail') return { looks: k, logE, same: JSON.stringify(saved) === JSON.stringify(state) };
  }
  return { looks: Infinity, logE: NaN, same: false };
}

test('the gate uses it, says so in its usual odds, and goes on from its saved state', () => {
  const horizon = looksToFail(gate());
  assert.ok(horizon.same, 'the resumed run is the uninterrupted one');
  assert.ok(horizon.logE >= Math.log(100), String(horizon.logE));
  const forEver = looksToFail(gate({ spending: 'any-time' }));
  assert.ok(horizon.looks < forEver.looks, `${horizon.looks} against ${forEver.looks} looks`);
});

test('it is refused where its promise would not hold, with the cure', () => {
  const cases: readonly (readonly [Gate, RegExp])[] = [
    [gate({ robust: true }), /independent events/],
    [gate({ triggers: [strict, { ...strict, name: 'other' }] }), /exactly one trigger that decides, and there are 2/],
    [gate({ triggers: [aTrigger()] }), /without an absolute margin/],
    [gate({ triggers: [aTrigger({ if: when(RATE, '>', { factor: 0, plus: 0.01 }) })] }), /against the baseline/],
    [gate({ 'fail-at': 200 }), /fail-at/],
    [gate({ triggers: [{ ...strict, strata: 'region' }] }), /strata/],
  ];
  for (const [asked, message] of cases) assert.throws(() => rulesOfGate(asked), message);
  const told = { ...strict, name: 'other', criticality: 'info' } as const;
  assert.equal(rulesOfGate(gate({ triggers: [told, strict] })).horizon?.trigger, 'errors');
});

test('as many windows at the cap as burst-windows says are just not a proof, one more is', () => {
  for (const [falseAlarm, windows] of [
    [0.01, 3],
    [0.01, 1],
    [0.2, 3],
    [0.001, 10],
  ] as const) {
    const cap = capOf(falseAlarm, windows, FIRST);
    const game = { side: 'fail', starts: { first: FIRST, horizon: 120 }, cap, catastrophe: true } as const;
    const worst = FAIL_SHARES.map(() => 1e6);
    let lane = EMPTY_LANE;
    // The catastrophic lane sees nothing: a burst that is no catastrophe.
    for (let k = 0; k < windows; k++) lane = playLane(lane, worst, [0, 0, 0], game, FAIL_SHARES);
    assert.ok(laneLogE(lane) < Math.log(1 / falseAlarm), `${windows} windows at ${falseAlarm}`);
    lane = playLane(lane, worst, [0, 0, 0], game, FAIL_SHARES);
    assert.ok(laneLogE(lane) >= Math.log(1 / falseAlarm));
  }
});

test('the shares of the bets are all the money', () => {
  assert.ok(Math.abs(FAIL_SHARES.reduce((a, b) => a + b, 0) - 1) < 1e-12);
});

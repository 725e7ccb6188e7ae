import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { calibrate, failAtOf, thresholdOf, type Placebo } from '../../src/judge/calibrate.ts';
import { failCourse } from '../../src/judge/fail-course.ts';
import { begin, look, rulesOfGate, verdict, type Rules } from '../../src/judge/judge.ts';
import { binomial, seeded } from '../../src/judge/random.ts';
import type { Look } from '../../src/measure/sample.ts';
import { aGate, aTrigger, events, RATE, when } from './fixtures.ts';

const LOOKS = 40;
const ALPHA = 0.1;
const rules: Rules = rulesOfGate(
  aGate({
    'false-alarm': ALPHA,
    deadline: LOOKS * 15_000,
    triggers: [aTrigger({ if: when(RATE, '>', { factor: 1, plus: 0 }) })],
  }),
);
const uncapped: Rules = { ...rules, robust: false };

/** One of 20 equal pods against the others; each pod has a burst of two windows now and then. */
function placebo(seed: number, harm = 0): Placebo {
  const random = seeded(seed);
  const looks: Look[] = [];
  let burst = 0;
  for (let k = 1; k <= LOOKS; k++) {
    if (random() < 0.02) burst = 2;
    const rate = 0.005 + harm + (burst-- > 0 ? 0.1 : 0);
    const sample = events(binomial(random, 75, rate), 75, binomial(random, 1425, 0.009), 1425);
    looks.push({ t: k * 15, samples: { errors: sample } });
  }
  return { slice: `pod-${seed % 20}`, startedAt: seed * 1000, looks };
}
const placebos = (from: number, count: number) => Array.from({ length: count }, (_, i) => placebo(from + i));
const alarms = (by: Rules, runs: readonly Placebo[]) =>
  runs.filter(({ looks }) => failCourse(by, looks).some((logE) => logE >= by.failLogE)).length / runs.length;

test('the fail course is the evidence that the judge itself reports, look by look', () => {
  for (const seed of [1, 2, 3]) {
    const { looks } = placebo(seed, 0.02);
    let state = begin(rules);
    const judged = looks.map((one) => {
      state = look(rules, { ...state, failed: null }, one);
      return verdict(rules, { ...state, failed: null }).logE;
    });
    assert.deepEqual(failCourse(rules, looks), judged);
  }
});

test('fresh unchanged pods with bursts reach the calibrated threshold no more often than promised; the uncalibrated gate does', () => {
  const history = placebos(1, 120);
  const fresh = placebos(100_000, 300);
  const allowed = ALPHA + 3 * Math.sqrt((ALPHA * (1 - ALPHA)) / fresh.length + (ALPHA * (1 - ALPHA)) / history.length);
  const maxima = history.map(({ looks }) => failCourse(uncapped, looks).reduce((a, b) => Math.max(a, b), 0));
  const { failLogE, attained } = thresholdOf(maxima, ALPHA);
  assert.equal(attained, ALPHA);
  assert.ok(alarms(uncapped, fresh) > allowed, `uncapped, not calibrated: ${alarms(uncapped, fresh)}`);
  const calibrated = alarms({ ...uncapped, failLogE }, fresh);
  assert.ok(calibrated <= allowed, `uncapped, calibrated: ${calibrated}`);
  const [chosen] = calibrate(rules, history.slice(0, 60)).settings;
  const gate = { ...rules, burstWindows: chosen.burstWindows, failLogE: chosen.failLogE };
  assert.ok(alarms(gate, fresh) <= allowed, `chosen m ${chosen.burstWindows}: ${alarms(gate, fresh)}`);
});

test('calibration counts the false alarms of today, worst first, and takes the cap that finds harm soonest', () => {
  const today = { ...uncapped, robust: true, burstWindows: 1 };
  const found = calibrate(today, placebos(1, 40));
  assert.equal(found.runs, 40);
  assert.ok(found.today.alarms > 0);
  assert.equal(found.alarms.length, found.today.alarms);
  const logs = found.alarms.map(({ logE }) => logE);
  assert.deepEqual(
    logs,
    logs.toSorted((a, b) => b - a),
  );
  const [chosen, ...others] = found.settings;
  for (const other of others) assert.ok((chosen.delays[0] ?? 0) <= (other.delays[0] ?? 0));
  assert.deepEqual(calibrate(today, placebos(1, 40)), found, 'the same input gives the same answer');
});

test('the threshold is never below log(1/alpha), at most k of the runs lie at or above it, and few runs say so', () => {
  const maximum = fc.double({ min: -5, max: 50, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(maximum, { minLength: 1, maxLength: 300 }),
      fc.constantFrom(0.01, 0.05, 0.1),
      (maxima, alpha) => {
        const { failLogE, attained } = thresholdOf(maxima, alpha);
        const runs = maxima.length;
        assert.ok(failLogE >= Math.log(1 / alpha));
        const above = maxima.filter((logE) => logE >= failLogE).length;
        assert.ok(above <= alpha * (runs + 1) + 1e-9, `${above} of ${runs}`);
        assert.ok(Math.abs(attained - Math.max(alpha, 1 / (runs + 1))) < 1e-12);
      },
    ),
    { seed: 11, numRuns: 200 },
  );
});

test('odds for the playbook are round, and never below the threshold', () => {
  assert.equal(failAtOf(Math.log(100), 0.01), 100);
  assert.equal(failAtOf(Math.log(250.2), 0.01), 251);
  assert.equal(failAtOf(5000, 0.01), 1e299);
  fc.assert(
    fc.property(fc.double({ min: 4.61, max: 600, noNaN: true }), (logE) => {
      assert.ok(Math.log(failAtOf(logE, 0.01)) >= logE - 1e-9);
    }),
    { seed: 5, numRuns: 200 },
  );
});

test('too few runs never loosen the cap', () => {
  const { settings } = calibrate(rules, placebos(1, 5));
  assert.ok(settings.every(({ burstWindows }) => burstWindows >= rules.burstWindows));
  assert.ok(settings.every(({ attained }) => attained === 1 / 6));
});

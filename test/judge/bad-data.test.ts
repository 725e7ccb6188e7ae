import assert from 'node:assert/strict';
import { test } from 'node:test';
import { begin, look, NO_TRAFFIC_LOOKS, rulesOfGate, rulesOfVerify, stopped, verdict } from '../../src/judge/judge.ts';
import type { Sample } from '../../src/measure/sample.ts';
import type { Gate } from '../../src/playbook/schema.ts';
import { aGate, aTrigger, events, RATE, when } from './fixtures.ts';

/** The verdict after `looks` equal looks, 15 s apart. */
function after(gate: Gate, samples: Readonly<Record<string, Sample>>, looks = 120) {
  const rules = rulesOfGate(gate);
  let state = begin(rules);
  for (let k = 1; k <= looks; k++) state = look(rules, state, { t: 15 * k, samples });
  return verdict(rules, state);
}

const good = events(5, 1000, 50, 10_000);
const missing: Sample = { kind: 'missing', reason: 'stale', detail: 'the newest sample is 300 s old' };

const BAD: readonly (readonly [string, Sample])[] = [
  ['nothing measured', missing],
  ['NaN', events(NaN, 1000, 5, 1000)],
  ['NaN of the baseline', events(1, 1000, 5, NaN)],
  ['Infinity', events(0, Infinity, 5, 1000)],
  ['negative', events(-1, 1000, 5, 1000)],
  ['more bad than all', events(2000, 1000, 5, 1000)],
  ['the baseline is missing', events(0, 1000)],
  ['no traffic at all', events(0, 0, 0, 0)],
  ['no traffic on the canary', events(0, 0, 5, 1000)],
  ['no traffic on the baseline', events(0, 1000, 0, 0)],
  ['another kind of sample', { kind: 'gauge', canary: 0, baseline: 0 }],
];

for (const [what, sample] of BAD) {
  test(`${what} is never a pass and never a failure`, () => {
    for (const looks of [1, 5, 40, 120, 1000]) {
      const { status } = after(aGate(), { errors: sample }, looks);
      assert.ok(status !== 'pass' && status !== 'fail', `${status} after ${looks} looks`);
    }
    assert.notEqual(after(aGate(), { errors: sample }).status, 'continue');
  });
}

test('the same gate passes on good data, so the table above can fail', () => {
  assert.equal(after(aGate(), { errors: good }).status, 'pass');
});

const HISTOGRAM: readonly (readonly [string, Sample])[] = [
  ['a negative bucket', { kind: 'histogram', edges: [0.1, 0.3, Infinity], canary: [1000, -1, 0], baseline: null }],
  ['edges out of order', { kind: 'histogram', edges: [0.3, 0.1, Infinity], canary: [1000, 1, 0], baseline: null }],
  ['no +Inf bucket', { kind: 'histogram', edges: [0.1, 0.3], canary: [1000, 1], baseline: null }],
  ['NaN in a bucket', { kind: 'histogram', edges: [0.1, 0.3, Infinity], canary: [1000, NaN, 0], baseline: null }],
  ['fewer counts than edges', { kind: 'histogram', edges: [0.1, 0.3, Infinity], canary: [1000], baseline: null }],
  ['an empty histogram', { kind: 'histogram', edges: [0.1, 0.3, Infinity], canary: [0, 0, 0], baseline: null }],
];

for (const [what, sample] of HISTOGRAM) {
  test(`${what} is never a pass of a latency limit`, () => {
    const slow = aTrigger({ name: 'p99', if: when({ kind: 'quantile', q: 0.99 }, '>', { factor: 0, plus: 300 }) });
    const { status } = after(aGate({ triggers: [slow] }), { p99: sample });
    assert.ok(['inconclusive', 'no-data'].includes(status), status);
  });
}

test('scores outside their range and numbers that are not finite are never a pass', () => {
  const mean = aTrigger({ name: 'score', range: [0, 1], if: when({ kind: 'mean' }, '<', { factor: 0, plus: 0.5 }) });
  const value = aTrigger({ name: 'value', if: when({ kind: 'value' }, '>', { factor: 0, plus: 1 }) });
  for (const canary of [[0.9, 1.1], [0.9, NaN], [-0.1], []]) {
    const samples: Record<string, Sample> = { score: { kind: 'values', canary, baseline: null } };
    assert.notEqual(after(aGate({ triggers: [mean] }), samples).status, 'pass');
  }
  for (const moments of [
    { n: 10, sum: 11, sumOfSquares: 13 },
    { n: 10, sum: 9, sumOfSquares: 1 },
    { n: -1, sum: 0, sumOfSquares: 0 },
  ]) {
    const samples: Record<string, Sample> = { score: { kind: 'moments', canary: moments, baseline: null } };
    assert.notEqual(after(aGate({ triggers: [mean] }), samples).status, 'pass');
  }
  const gauge: Sample = { kind: 'gauge', canary: NaN, baseline: null };
  assert.notEqual(after(aGate({ triggers: [value] }), { value: gauge }).status, 'pass');
});

test('a gauge that is compared with a baseline is never judged without one', () => {
  const value = aTrigger({ name: 'value', if: when({ kind: 'value' }, '>', { factor: 1, plus: 1 }) });
  const alone: Sample = { kind: 'gauge', canary: 0.5, baseline: null };
  const result = after(aGate({ triggers: [value] }), { value: alone });
  assert.equal(result.status, 'no-data');
  assert.equal(result.findings[0]?.missing[0]?.reason, 'one-arm');
});

test('what happened once is told as once', () => {
  assert.match(
    after(aGate(), { errors: missing }, 1).findings[0]?.because ?? '',
    /^no data: stale once: the newest sample/,
  );
});

test('one required trigger without data holds the pass of all others, and is named', () => {
  const second = aTrigger({ name: 'second' });
  const result = after(aGate({ triggers: [aTrigger(), second] }), { errors: good, second: missing });
  assert.equal(result.status, 'no-data');
  assert.match(result.because, /second: no data: stale 120 times: the newest sample is 300 s old/);
});

test('a trigger that lost its data cannot pass on what it saw before', () => {
  const rules = rulesOfGate(aGate());
  let state = begin(rules);
  for (let k = 1; k <= 30; k++) state = look(rules, state, { t: 15 * k, samples: { errors: good } });
  for (let k = 31; k <= 60; k++) state = look(rules, state, { t: 15 * k, samples: { errors: missing } });
  assert.equal(verdict(rules, state).status, 'continue');
  state = look(rules, state, { t: 1800, samples: {} });
  assert.equal(verdict(rules, state).status, 'no-data');
});

test('on-no-data fail fails after more than three looks without data, never for missing traffic', () => {
  const gate = aGate({ triggers: [aTrigger({ 'on-no-data': 'fail' })] });
  assert.equal(after(gate, { errors: missing }, 3).status, 'continue');
  const failed = after(gate, { errors: missing }, 4);
  assert.equal(failed.status, 'fail');
  assert.equal(failed.blame, 'errors');
  assert.equal(failed.then, 'rollback');
  const idle: Sample = { kind: 'missing', reason: 'no-traffic', detail: 'both arms stand still' };
  assert.notEqual(after(gate, { errors: idle }, 8).status, 'fail');
});

test('a source that cannot be read ends as an error, not as no-data', () => {
  const sample: Sample = { kind: 'missing', reason: 'unauthorized', detail: 'HTTP 401' };
  assert.equal(after(aGate(), { errors: sample }).status, 'error');
});

test('a canary without traffic is inconclusive early', () => {
  const result = after(aGate(), { errors: events(0, 0, 5, 1000) }, NO_TRAFFIC_LOOKS);
  assert.equal(result.status, 'inconclusive');
  assert.match(result.because, /no traffic/);
  assert.equal(after(aGate(), { errors: events(0, 0, 5, 1000) }, NO_TRAFFIC_LOOKS - 1).status, 'continue');
  assert.equal(after(aGate(), { errors: events(0, 1, 5, 1000) }, NO_TRAFFIC_LOOKS).status, 'continue');
});

test('a source that has gone blind is not said to have no traffic', () => {
  const rules = rulesOfGate(aGate());
  let state = begin(rules);
  for (let k = 1; k < NO_TRAFFIC_LOOKS; k++)
    state = look(rules, state, { t: 15 * k, samples: { errors: events(0, 0, 5, 1000) } });
  state = look(rules, state, { t: 15 * NO_TRAFFIC_LOOKS, samples: { errors: missing } });
  assert.equal(verdict(rules, state).status, 'continue');
  state = look(rules, state, { t: 15 * NO_TRAFFIC_LOOKS + 15, samples: { errors: events(0, 0, 5, 1000) } });
  assert.equal(verdict(rules, state).status, 'inconclusive');
});

test('a gate whose triggers only report can neither pass nor fail', () => {
  for (const over of [{ criticality: 'info' }, { 'dry-run': true }] as const) {
    const gate = aGate({ triggers: [aTrigger(over)] });
    assert.equal(after(gate, { errors: good }).status, 'inconclusive');
    const harm = after(gate, { errors: events(500, 1000, 50, 10_000) });
    assert.equal(harm.status, 'inconclusive');
    assert.equal(harm.findings[0]?.status, 'fail');
    assert.match(harm.findings[0].because, /reported only/);
  }
});

test('min-samples holds back both verdicts', () => {
  const gate = aGate({ triggers: [aTrigger({ 'min-samples': 50_000 })] });
  assert.equal(after(gate, { errors: events(500, 1000, 50, 10_000) }, 49).status, 'continue');
  assert.equal(after(gate, { errors: events(500, 1000, 50, 10_000) }, 50).status, 'fail');
  assert.equal(after(gate, { errors: good }, 49).status, 'continue');
  assert.equal(after(gate, { errors: good }, 50).status, 'pass');
});

test('a stopped gate is inconclusive, however good it looked', () => {
  const rules = rulesOfGate(aGate());
  let state = begin(rules);
  for (let k = 1; k <= 39; k++) state = look(rules, state, { t: 15 * k, samples: { errors: good } });
  assert.equal(stopped(rules, state, 'cancelled').status, 'inconclusive');
});

test('recovery is not proven by silence, and is told as failed only at the end', () => {
  assert.equal(recovery(0, 0).status, 'continue');
  assert.equal(recovery(20, 0).status, 'continue');
  assert.equal(recovery(120, 0).status, 'fail');
  assert.equal(recovery(20, 10).status, 'pass');
  assert.equal(recovery(0, 10).status, 'pass');
});

/** Errors are 40 % of 500 answers a look, then 0.4 %. */
function recovery(bad: number, good: number) {
  const rules = rulesOfVerify({
    'healthy-for': 60_000,
    within: 600_000,
    poll: 5000,
    arm: 'app="shop"',
    criteria: [aTrigger({ if: when(RATE, '>', { factor: 0, plus: 0.02 }) })],
  });
  let state = begin(rules);
  for (let k = 1; k <= bad + good; k++)
    state = look(rules, state, { t: 5 * k, samples: { errors: k <= bad ? events(200, 500) : events(2, 500) } });
  return verdict(rules, state);
}

test('a proof after bad minutes tells the numbers that it stands on, and what they were with the bad minutes', () => {
  const { status, findings } = recovery(40, 16);
  assert.equal(status, 'pass');
  const [errors] = findings;
  assert.deepEqual(errors?.late, { afterSeconds: 200, canary: 0.004, canaryCount: 16 * 500 });
  assert.equal(errors.canary, (40 * 200 + 16 * 2) / 28_000, 'the whole time is in the numbers as it was');
  assert.match(
    errors.because,
    /^rate 0.004 < limit 0.02 after the first 3 min \(0.287 with them\): proven inside with odds .+ : 1, n 8000$/,
  );
});

test('a recovery without bad minutes, and one that is not proven, tell the whole time', () => {
  const because = (bad: number, good: number) => recovery(bad, good).findings.map((one) => one.because)[0] ?? '';
  assert.match(because(0, 10), /^rate 0.004 < limit 0.02: proven inside with odds .+, n 5000$/);
  assert.match(because(120, 0), /^rate 0.4 > limit 0.02: /);
  assert.match(because(40, 1), /^rate 0.39 > limit 0.02: not proven yet/);
});

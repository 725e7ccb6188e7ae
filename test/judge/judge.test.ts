import assert from 'node:assert/strict';
import { test } from 'node:test';
import { begin, look, rulesOfGate, verdict, type State } from '../../src/judge/judge.ts';
import type { Sample } from '../../src/measure/sample.ts';
import type { Gate } from '../../src/playbook/schema.ts';
import { binomial, seeded } from '../../bench/judge/random.ts';
import { aGate, aTrigger, events, RATE, when } from './fixtures.ts';

type Story = (k: number) => Readonly<Record<string, Sample>>;

function play(gate: Gate, story: Story, looks = 120) {
  const rules = rulesOfGate(gate);
  let state = begin(rules);
  for (let k = 1; k <= looks; k++) {
    state = look(rules, state, { t: 15 * k, samples: story(k) });
    const now = verdict(rules, state);
    if (now.status !== 'continue') return now;
  }
  return verdict(rules, state);
}

test('a release five times worse than its limit fails within minutes, with both numbers in the sentence', () => {
  const result = play(aGate(), () => ({ errors: events(25, 500, 50, 10_000) }));
  assert.equal(result.status, 'fail');
  assert.equal(result.blame, 'errors');
  assert.equal(result.then, 'rollback');
  assert.ok(result.elapsedSeconds <= 60);
  assert.match(
    result.because,
    /^errors: rate 0\.05 > limit 0\.01 \(baseline 0\.005\): odds \d+ : 1 against an acceptable release, n \d+\/\d+$/,
  );
});

test('an unchanged release passes when the soak is over, and not before', () => {
  const result = play(aGate(), () => ({ errors: events(3, 500, 50, 10_000) }));
  assert.equal(result.status, 'pass');
  assert.equal(result.elapsedSeconds, 600);
  assert.match(result.because, /proven inside/);
});

test('what was proven long ago does not pass at a look that cannot see; it passes at the next one that can', () => {
  const clean = events(3, 500, 50, 10_000);
  const blind = { kind: 'missing', reason: 'time-out', detail: 'no answer' } as const;
  const result = play(aGate(), (k) => ({ errors: k === 40 || k === 41 ? blind : clean }));
  assert.equal(result.status, 'pass');
  assert.equal(result.elapsedSeconds, 15 * 42);
});

test('half of all requests failing is a verdict after one window', () => {
  const result = play(aGate(), () => ({ errors: events(38, 75, 7, 1425) }));
  assert.equal(result.status, 'fail');
  assert.equal(result.elapsedSeconds, 15);
});

test('in robust mode one bad window alone never fails a release; in exact mode it does', () => {
  const burst: Story = (k) => ({ errors: k === 3 ? events(60, 500, 50, 10_000) : events(2, 500, 50, 10_000) });
  assert.equal(play(aGate(), burst).status, 'pass');
  assert.equal(play(aGate({ robust: false }), burst).status, 'fail');
});

test('an incident on both arms is not the fault of the release', () => {
  const story: Story = (k) => ({ errors: k < 20 ? events(150, 500, 3000, 10_000) : events(2, 500, 50, 10_000) });
  assert.notEqual(play(aGate({ robust: false }), story).status, 'fail');
});

test('a failure stays a failure, whatever comes later', () => {
  const rules = rulesOfGate(aGate());
  let state = begin(rules);
  for (let k = 1; k <= 10; k++)
    state = look(rules, state, { t: 15 * k, samples: { errors: events(50, 500, 50, 10_000) } });
  for (let k = 11; k <= 300; k++)
    state = look(rules, state, { t: 15 * k, samples: { errors: events(0, 500, 50, 10_000) } });
  assert.equal(verdict(rules, state).status, 'fail');
});

test('a limit with both a factor and a floor fails only when both are exceeded', () => {
  const limits = [
    { factor: 1.5, plus: 0 },
    { factor: 0, plus: 0.01 },
  ];
  const both = aGate({ triggers: [aTrigger({ if: when(RATE, '>', ...limits) })] });
  const either = aGate({ triggers: [aTrigger({ if: { ...when(RATE, '>', ...limits), join: 'any' } })] });
  const story: Story = () => ({ errors: events(3, 500, 20, 10_000) });
  assert.notEqual(play(both, story).status, 'fail');
  assert.equal(play(both, story).findings[0]?.limit, 0.01);
  assert.equal(play(either, story).status, 'fail');
  assert.equal(play(either, story).findings[0]?.limit, 0.003);
});

test('an accuracy that falls below its limit fails, one that holds passes', () => {
  const accuracy = aTrigger({ name: 'accuracy', if: when(RATE, '<', { factor: 0.97, plus: 0 }) });
  const gate = aGate({ triggers: [accuracy] });
  // 90 % right on the baseline: the limit is 87.3 %.
  const fallen = play(gate, () => ({ accuracy: events(60, 75, 900, 1000) }));
  assert.equal(fallen.status, 'fail');
  assert.equal(fallen.findings[0]?.limit, 0.873);
  assert.match(fallen.because, /rate 0\.8 < limit 0\.873 \(baseline 0\.9\)/);
  assert.equal(play(gate, () => ({ accuracy: events(68, 75, 900, 1000) })).status, 'pass');
});

test('while it looks, it says of each trigger that is not proven yet both numbers, its limit and the odds', () => {
  const [errors, slow] = [aTrigger({ name: 'errors' }), aTrigger({ name: 'slow' })];
  const silent = { kind: 'missing', reason: 'no-series', detail: 'no such metric' } as const;
  const gate = aGate({ triggers: [errors, slow] });
  const { status, because } = play(gate, () => ({ errors: events(1, 100, 2, 100), slow: silent }), 1);
  assert.equal(status, 'continue');
  assert.match(
    because,
    /^errors: rate 0\.01 < limit 0\.\d+ \(baseline 0\.02\): not proven yet \(odds .* for harm, .* for none\), n 100\/100; slow: no data: /,
  );
});

test('p99 above a limit fails on what is surely slower and passes on what may be slower', () => {
  const slow = aTrigger({ name: 'p99', if: when({ kind: 'quantile', q: 0.99 }, '>', { factor: 0, plus: 300 }) });
  const histogram =
    (edges: number[], canary: number[]): Story =>
    () => ({
      p99: { kind: 'histogram', edges: [...edges, Infinity], canary, baseline: null },
    });
  const gate = aGate({ triggers: [slow] });
  assert.equal(play(gate, histogram([0.1, 0.3, 0.5], [400, 60, 30, 10])).status, 'fail');
  assert.equal(play(gate, histogram([0.1, 0.3, 0.5], [480, 20, 0, 0])).status, 'pass');
  // 300 ms lies inside the bucket (250, 500]: what is in it proves nothing either way.
  const coarse = play(gate, histogram([0.1, 0.25, 0.5], [400, 60, 40, 0]));
  assert.equal(coarse.status, 'inconclusive');
  assert.equal(
    play(aGate({ triggers: [{ ...slow, unit: 'ms' }] }), histogram([100, 300, 500], [400, 60, 30, 10])).status,
    'fail',
  );
});

test('a quantile beyond the last edge of its histogram is told as above it, never as equal to the limit', () => {
  const slow = aTrigger({ name: 'p95', if: when({ kind: 'quantile', q: 0.95 }, '>', { factor: 0, plus: 300 }) });
  const saying = (edges: number[], canary: number[]) =>
    play(aGate({ triggers: [slow] }), () => ({
      p95: { kind: 'histogram', edges: [...edges, Infinity], canary, baseline: null },
    }));
  // One in five takes longer than 300 ms, and nobody knows how much longer.
  const failed = saying([0.1, 0.3], [100, 20, 30]);
  assert.equal(failed.status, 'fail');
  assert.match(failed.because, /^p95: p95 above 300 ms \(the last edge of its histogram\) > limit 300 ms: odds /);
  // What lies above the last edge may be above the limit or below it.
  const unknown = saying([0.1, 0.25], [100, 20, 30]);
  assert.equal(unknown.status, 'inconclusive');
  assert.match(
    unknown.findings[0]?.because ?? '',
    /^p95 above 250 ms \(the last edge of its histogram\), limit 300 ms: not/,
  );
  assert.match(saying([0.1, 0.3], [148, 2, 0]).findings[0]?.because ?? '', /^p95 100 ms < limit 300 ms: proven inside/);
});

test('raw latencies are counted against a fixed limit exactly', () => {
  const slow = aTrigger({
    name: 'p90',
    unit: 'ms',
    if: when({ kind: 'quantile', q: 0.9 }, '>', { factor: 0, plus: 300 }),
  });
  const values =
    (slowOnes: number): Story =>
    () => ({
      p90: {
        kind: 'values',
        canary: Array.from({ length: 100 }, (_, i) => (i < slowOnes ? 301 : 300)),
        baseline: null,
      },
    });
  assert.equal(play(aGate({ triggers: [slow] }), values(30)).status, 'fail');
  assert.equal(play(aGate({ triggers: [slow] }), values(2)).status, 'pass');
});

const EDGES = [0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1, Infinity];

/** Counts of n latencies whose share above edge x is exp(-x / scale). */
function latencies(random: () => number, n: number, scale: number): number[] {
  let left = n;
  let tail = 1;
  return EDGES.map((edge) => {
    const above = Math.exp(-edge / scale);
    const stay = binomial(random, left, 1 - above / tail);
    left -= stay;
    tail = above;
    return stay;
  });
}

test('p99 above the baseline by more than a share fails at a slower canary, passes at an equal one', () => {
  const slower = aTrigger({ name: 'p99', if: when({ kind: 'quantile', q: 0.99 }, '>', { factor: 1.2, plus: 0 }) });
  const story = (scale: number): Story => {
    const random = seeded(5);
    return () => ({
      p99: {
        kind: 'histogram',
        edges: EDGES,
        canary: latencies(random, 1000, scale),
        baseline: latencies(random, 5000, 0.1),
      },
    });
  };
  const gate = aGate({ triggers: [slower] });
  const fail = play(gate, story(0.2));
  assert.equal(fail.status, 'fail');
  assert.match(fail.because, /p99 1000 ms > limit 720 ms \(baseline 600 ms\)/);
  assert.equal(play(gate, story(0.1)).status, 'pass');
});

test('drift beyond the limit fails, the same distribution passes, a harmless distance does not fail', () => {
  const drift = aTrigger({ name: 'drift', if: when({ kind: 'ks' }, '>', { factor: 0, plus: 0.15 }) });
  const story = (shift: number, gate: Gate) => {
    const random = seeded(6);
    const uniform = (n: number, by: number) => Array.from({ length: n }, () => random() + by);
    return play(gate, () => ({ drift: { kind: 'values', canary: uniform(200, shift), baseline: uniform(400, 0) } }));
  };
  const gate = aGate({ triggers: [drift] });
  const fail = story(0.3, gate);
  assert.equal(fail.status, 'fail');
  assert.ok(Math.abs((fail.findings[0]?.canary ?? 0) - 0.3) < 0.06);
  assert.equal(story(0, gate).status, 'pass');
  assert.notEqual(story(0.08, gate).status, 'fail');
});

test('a mean score below its limit fails from values and from sums, with and without a baseline', () => {
  const random = seeded(7);
  const scores = (n: number, mean: number) =>
    Array.from({ length: n }, () => Math.min(1, Math.max(0, mean + 0.2 * (random() - 0.5))));
  const sums = (values: readonly number[]) => ({
    n: values.length,
    sum: values.reduce((a, b) => a + b, 0),
    sumOfSquares: values.reduce((a, b) => a + b * b, 0),
  });
  const fixed = aTrigger({ name: 'score', range: [0, 1], if: when({ kind: 'mean' }, '<', { factor: 0, plus: 0.75 }) });
  const relative = aTrigger({
    name: 'score',
    range: [0, 1],
    if: when({ kind: 'mean' }, '<', { factor: 1, plus: -0.05 }),
  });
  for (const trigger of [fixed, relative]) {
    for (const form of ['values', 'moments'] as const) {
      const story =
        (mean: number): Story =>
        () => {
          const [canary, baseline] = [scores(40, mean), scores(200, 0.8)];
          return {
            score:
              form === 'values'
                ? { kind: 'values', canary, baseline }
                : { kind: 'moments', canary: sums(canary), baseline: sums(baseline) },
          };
        };
      const gate = aGate({ triggers: [trigger] });
      assert.equal(play(gate, story(0.65)).status, 'fail', `${form} ${trigger.if.limits[0]?.factor} worse`);
      assert.equal(play(gate, story(0.82)).status, 'pass', `${form} ${trigger.if.limits[0]?.factor} equal`);
    }
  }
});

test('a gauge fails after a handful of looks above its limit, and passes below it', () => {
  const cost = aTrigger({ name: 'cost', if: when({ kind: 'value' }, '>', { factor: 1, plus: 0.5 }) });
  const story = (level: number): Story => {
    const random = seeded(8);
    return () => ({ cost: { kind: 'gauge', canary: level + 0.1 * random(), baseline: 3 + 0.1 * random() } });
  };
  const gate = aGate({ triggers: [cost] });
  const fail = play(gate, story(5));
  assert.equal(fail.status, 'fail');
  assert.ok(fail.elapsedSeconds >= 5 * 15 && fail.elapsedSeconds <= 10 * 15);
  assert.equal(play(gate, story(3)).status, 'pass');
});

test('a critical trigger weighs three times a normal one', () => {
  const rules = rulesOfGate(
    aGate({ triggers: [aTrigger({ criticality: 'critical' }), aTrigger({ name: 'other', weight: 2 })] }),
  );
  assert.deepEqual(
    rules.triggers.map((rule) => rule.weight),
    [3, 2],
  );
});

test('the deadline without proof is inconclusive and says how long the proof would take', () => {
  const result = play(aGate(), () => ({ errors: events(0, 2, 5, 1000) }));
  assert.equal(result.status, 'inconclusive');
  assert.match(result.because, /30 min are over without proof, about \d+ (s|min) more at this traffic would prove it/);
});

test('a state that went through JSON after every look gives the same verdict to the last bit', () => {
  const triggers = [
    aTrigger(),
    aTrigger({ name: 'p99', if: when({ kind: 'quantile', q: 0.99 }, '>', { factor: 1.2, plus: 0 }) }),
    aTrigger({ name: 'drift', if: when({ kind: 'ks' }, '>', { factor: 0, plus: 0.15 }) }),
    aTrigger({ name: 'score', range: [0, 1], if: when({ kind: 'mean' }, '<', { factor: 1, plus: -0.05 }) }),
    aTrigger({ name: 'cost', if: when({ kind: 'value' }, '>', { factor: 1, plus: 0.5 }) }),
  ];
  const rules = rulesOfGate(aGate({ triggers }));
  const random = seeded(9);
  let straight = begin(rules);
  let resumed = begin(rules);
  for (let k = 1; k <= 30; k++) {
    const values = (n: number) => Array.from({ length: n }, random);
    const samples: Record<string, Sample> = {
      errors: events(binomial(random, 75, 0.01), 75, binomial(random, 1425, 0.005), 1425),
      p99: {
        kind: 'histogram',
        edges: EDGES,
        canary: latencies(random, 75, 0.1),
        baseline: latencies(random, 1425, 0.1),
      },
      drift: { kind: 'values', canary: values(20), baseline: values(60) },
      score: { kind: 'values', canary: values(10), baseline: values(30) },
      cost: { kind: 'gauge', canary: random(), baseline: random() },
    };
    straight = look(rules, straight, { t: 15 * k, samples });
    const thawed: State = JSON.parse(JSON.stringify(resumed)) as State;
    resumed = look(rules, thawed, { t: 15 * k, samples });
  }
  assert.equal(JSON.stringify(resumed), JSON.stringify(straight));
  assert.deepEqual(verdict(rules, resumed), verdict(rules, straight));
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { between } from '../../src/measure/window.ts';
import type { ArmReading, Reading } from '../../src/measure/reading.ts';
import { aCondition, alone, aTrigger, counters } from './a-trigger.ts';

const relative = aTrigger();
const fixed = aTrigger({ if: aCondition({ factor: 0, plus: 0.01 }) });
const arm = (hits: number, total: number): { hits: Record<string, number>; total: Record<string, number> } => ({
  hits: { p: hits },
  total: { p: total },
});
function reasonOf(sample: ReturnType<typeof between>['sample']): string {
  return sample.kind === 'missing' ? sample.reason : sample.kind;
}

describe('counters', () => {
  it('the first look has no window, however much the counters already hold', () => {
    const now = counters(0, arm(50, 1000), arm(5, 1000));
    const { sample, keep } = between(relative, null, now);
    assert.equal(reasonOf(sample), 'first-look');
    assert.deepEqual(keep, now);
  });

  it('the window is what was added since the last look, in both arms', () => {
    const { sample } = between(relative, counters(0, arm(1, 100), arm(2, 200)), counters(15, arm(4, 150), arm(3, 300)));
    assert.deepEqual(sample, { kind: 'events', canary: { hits: 3, total: 50 }, baseline: { hits: 1, total: 100 } });
  });

  it('a restarted pod counts what it shows now, and the restart is noted', () => {
    const { sample, notes } = between(fixed, alone(0, { p: 9 }, { p: 1000 }), alone(15, { p: 2 }, { p: 30 }));
    assert.deepEqual(sample, { kind: 'events', canary: { hits: 2, total: 30 }, baseline: null });
    assert.deepEqual(notes, [{ kind: 'restarted', arm: 'canary', series: 'p' }]);
  });

  it('a pod that the last look did not have is new and counts from zero', () => {
    const { sample, notes } = between(fixed, alone(0, {}, { a: 10 }), alone(15, { b: 1 }, { a: 20, b: 5 }));
    assert.deepEqual(sample, { kind: 'events', canary: { hits: 1, total: 15 }, baseline: null });
    assert.deepEqual(notes, [{ kind: 'appeared', arm: 'canary', series: 'b' }]);
  });

  it('a pod that missed one scrape is not counted from zero when it comes back', () => {
    const away = between(fixed, alone(0, {}, { a: 10, b: 5000 }), alone(15, {}, { a: 20 }));
    assert.deepEqual(away.notes, [{ kind: 'gone', arm: 'canary', series: 'b' }]);
    const still = between(fixed, away.keep, alone(30, {}, { a: 30 }));
    assert.deepEqual(still.notes, [], 'a pod is reported gone once');
    const back = between(fixed, still.keep, alone(45, {}, { a: 40, b: 5007 }));
    assert.deepEqual(back.sample, { kind: 'events', canary: { hits: 0, total: 17 }, baseline: null });
    assert.deepEqual(back.notes, []);
  });

  it('a pod whose scrape failed at the first look does not bring its whole life into one window', () => {
    const first = alone(0, { a: 7 }, { a: 40_000_000 });
    const second = alone(15, { a: 8, b: 9_000 }, { a: 40_000_600, b: 38_000_000 });
    const seen = between(fixed, first, second);
    assert.deepEqual(seen.sample, { kind: 'events', canary: { hits: 1, total: 600 }, baseline: null });
    const next = between(fixed, seen.keep, alone(30, { a: 8, b: 9_002 }, { a: 40_001_200, b: 38_000_550 }));
    assert.deepEqual(next.sample, { kind: 'events', canary: { hits: 2, total: 1_150 }, baseline: null });
  });

  it('a new pod of a busy service counts from zero, also where it serves more than the others', () => {
    const { sample } = between(
      fixed,
      alone(0, {}, { a: 9_000_000 }),
      alone(15, { b: 30 }, { a: 9_000_400, b: 20_000 }),
    );
    assert.deepEqual(sample, { kind: 'events', canary: { hits: 30, total: 20_400 }, baseline: null });
    const only = between(fixed, alone(0, {}, { a: 5 }), alone(15, {}, { b: 50_000 }));
    assert.deepEqual(only.sample, { kind: 'events', canary: { hits: 0, total: 50_000 }, baseline: null });
  });

  it('a busy series beside an idle one may be new or old: its first look is left out, and that is said', () => {
    const first = alone(0, {}, { idle: 4 });
    const seen = between(fixed, first, alone(15, { busy: 900 }, { idle: 4, busy: 20_000 }));
    assert.deepEqual(seen.sample, {
      kind: 'missing',
      reason: 'first-look',
      detail: 'canary: busy shows 20000 events at once: counting begins with this look',
    });
    const next = between(fixed, seen.keep, alone(30, { busy: 1_900 }, { idle: 4, busy: 40_000 }));
    assert.deepEqual(next.sample, { kind: 'events', canary: { hits: 1_000, total: 20_000 }, baseline: null });
  });

  it('one arm missing gives no window, and the next look covers both spans', () => {
    const start = counters(0, arm(0, 100), arm(0, 100));
    const gap = between(relative, start, counters(15, null, arm(1, 200)));
    assert.equal(reasonOf(gap.sample), 'one-arm');
    assert.deepEqual(gap.keep, start);
    const { sample } = between(relative, gap.keep, counters(30, arm(2, 140), arm(3, 300)));
    assert.deepEqual(sample, { kind: 'events', canary: { hits: 2, total: 40 }, baseline: { hits: 3, total: 200 } });
  });

  it('an arm that was missing at the first look begins counting when it is first seen', () => {
    const first = between(relative, null, counters(0, null, arm(1, 100)));
    assert.equal(reasonOf(first.sample), 'one-arm');
    const second = between(relative, first.keep, counters(15, arm(7, 900), arm(1, 200)));
    assert.equal(reasonOf(second.sample), 'first-look');
    const third = between(relative, second.keep, counters(30, arm(8, 910), arm(2, 300)));
    assert.deepEqual(third.sample, {
      kind: 'events',
      canary: { hits: 1, total: 10 },
      baseline: { hits: 1, total: 100 },
    });
  });

  it('a fixed limit is measured although the baseline is missing', () => {
    const { sample } = between(fixed, counters(0, arm(0, 10), arm(0, 10)), counters(15, arm(1, 20), null));
    assert.deepEqual(sample, { kind: 'events', canary: { hits: 1, total: 10 }, baseline: null });
  });

  it('no traffic is a reason, not zero errors', () => {
    const start = counters(0, arm(1, 100), arm(2, 200));
    const quiet = between(relative, start, counters(15, arm(1, 100), arm(3, 300)));
    assert.equal(reasonOf(quiet.sample), 'no-traffic');
    assert.equal(quiet.keep.at, 15_000, 'the quiet span is over');
    assert.equal(reasonOf(between(relative, start, counters(15, arm(2, 110), arm(2, 200))).sample), 'no-traffic');
  });

  for (const [what, hits, total, reason] of [
    ['NaN', NaN, 120, 'not-a-number'],
    ['infinite', 1, Infinity, 'not-a-number'],
    ['negative', -1, 120, 'invalid'],
    ['more hits than events', 30, 110, 'invalid'],
  ] as const) {
    it(`${what} is missing as ${reason}, and the old reading is kept`, () => {
      const start = alone(0, { p: 1 }, { p: 100 });
      const { sample, keep } = between(fixed, start, alone(15, { p: hits }, { p: total }));
      assert.equal(reasonOf(sample), reason);
      assert.deepEqual(keep, start);
    });
  }

  it('a sample older than max-age is stale, with both numbers', () => {
    const now: Reading = { ...alone(15, { p: 1 }, { p: 200 }), at: 200_000 };
    const { sample, keep } = between(fixed, alone(0, { p: 1 }, { p: 100 }), now);
    assert.deepEqual(sample, {
      kind: 'missing',
      reason: 'stale',
      detail: 'canary: the newest sample is 185 s old, the limit is 120 s',
    });
    assert.equal(keep.at, 0);
  });

  it('looking again before the next scrape is not "no traffic"', () => {
    const start = alone(10, { p: 1 }, { p: 100 });
    const { sample } = between(fixed, start, { ...start, at: 12_000 });
    assert.equal(reasonOf(sample), 'unchanged');
  });

  it('a source that changes its kind is a wrong type', () => {
    const { sample } = between(fixed, alone(0, {}, { p: 1 }), histogram(15, [1, Infinity], { p: [1, 2] }));
    assert.equal(reasonOf(sample), 'wrong-type');
  });
});

function buckets(t: number, edges: readonly number[], pods: Readonly<Record<string, readonly number[]>>): ArmReading {
  const series = Object.entries(pods).map(([id, cumulative]) => ({ id, edges, cumulative, at: t * 1000 }));
  return { kind: 'buckets', series };
}
function histogram(t: number, edges: readonly number[], pods: Readonly<Record<string, readonly number[]>>): Reading {
  return { at: t * 1000, canary: buckets(t, edges, pods), baseline: null };
}

describe('histograms', () => {
  const edges = [0.1, 0.3, Infinity];

  it('differences are taken over time first, then over buckets, and pods are added', () => {
    const before = histogram(0, edges, { a: [5, 8, 10], b: [0, 0, 0] });
    const { sample } = between(fixed, before, histogram(15, edges, { a: [9, 13, 16], b: [1, 1, 2] }));
    assert.deepEqual(sample, { kind: 'histogram', edges, canary: [5, 1, 2], baseline: null });
  });

  it('a restart is seen in any bucket, also when the total has grown again', () => {
    const { sample } = between(fixed, histogram(0, edges, { a: [5, 8, 10] }), histogram(15, edges, { a: [2, 9, 12] }));
    assert.deepEqual(sample, { kind: 'histogram', edges, canary: [2, 7, 3], baseline: null });
  });

  it('a histogram whose scrape failed at the first look begins with what it shows', () => {
    const two = [0.1, Infinity];
    const first = histogram(0, two, { a: [900_000, 1_000_000] });
    const second = histogram(15, two, { a: [900_090, 1_000_100], b: [700_000, 800_000] });
    const { sample } = between(fixed, first, second);
    assert.deepEqual(sample, { kind: 'histogram', edges: two, canary: [90, 10], baseline: null });
  });

  it('buckets that decrease over their edges are invalid', () => {
    const { sample } = between(fixed, histogram(0, edges, { a: [1, 2, 3] }), histogram(15, edges, { a: [9, 8, 12] }));
    assert.equal(reasonOf(sample), 'invalid');
  });

  it('a pod whose buckets decrease is not hidden by a larger pod', () => {
    const start = histogram(0, edges, { a: [1, 1, 1], b: [0, 0, 0] });
    const { sample } = between(fixed, start, histogram(15, edges, { a: [9, 8, 12], b: [10, 90, 100] }));
    assert.equal(reasonOf(sample), 'invalid');
  });

  it('rounding noise between buckets is clipped to the running maximum', () => {
    const { sample } = between(
      fixed,
      histogram(0, edges, { a: [0, 0, 0] }),
      histogram(15, edges, { a: [10, 10 - 1e-12, 10] }),
    );
    assert.deepEqual(sample, { kind: 'histogram', edges, canary: [10, 0, 0], baseline: null });
  });

  it('pods of one arm with different edges are invalid', () => {
    const start = histogram(0, edges, { a: [1, 2, 3] });
    const other = { id: 'b', edges: [0.2, Infinity], cumulative: [1, 2], at: 15_000 };
    const now: Reading = {
      at: 15_000,
      canary: { kind: 'buckets', series: [{ id: 'a', edges, cumulative: [2, 3, 4], at: 15_000 }, other] },
      baseline: null,
    };
    const { sample } = between(fixed, start, now);
    assert.match(
      sample.kind === 'missing' ? sample.detail : '',
      /^canary: b has the edges 0.2 Infinity, the others 0.1/,
    );
  });

  it('a pod that comes back with other edges is another program, so all it shows is new', () => {
    const { sample } = between(
      fixed,
      histogram(0, [0.1, Infinity], { a: [1, 2] }),
      histogram(15, [0.3, Infinity], { a: [4, 7] }),
    );
    assert.deepEqual(sample, { kind: 'histogram', edges: [0.3, Infinity], canary: [4, 3], baseline: null });
  });

  it('arms with different edges cannot be compared; a fixed limit still can be judged', () => {
    const both = (t: number, n: number): Reading => ({
      at: t * 1000,
      canary: buckets(t, edges, { a: [n, n, n] }),
      baseline: buckets(t, [0.2, Infinity], { b: [n, n] }),
    });
    assert.equal(reasonOf(between(relative, both(0, 1), both(15, 2)).sample), 'invalid');
    const { sample } = between(fixed, both(0, 1), both(15, 2));
    assert.deepEqual(sample, { kind: 'histogram', edges, canary: [1, 0, 0], baseline: null });
  });
});

describe('moments and gauges', () => {
  const moments = (t: number, n: number, sum: number, sumOfSquares: number): Reading => ({
    at: t * 1000,
    canary: { kind: 'moments', series: [{ id: 'a', n, sum, sumOfSquares, at: t * 1000 }] },
    baseline: null,
  });

  it('sums of scores are differences, also when scores are negative', () => {
    const { sample } = between(fixed, moments(0, 10, 5, 6), moments(15, 14, 2, 9));
    assert.deepEqual(sample, { kind: 'moments', canary: { n: 4, sum: -3, sumOfSquares: 3 }, baseline: null });
  });

  it('sums that no set of scores can have are invalid', () => {
    assert.equal(reasonOf(between(fixed, moments(0, 0, 0, 0), moments(15, 2, 10, 3)).sample), 'invalid');
  });

  const gauge = (t: number, value: number): Reading => ({
    at: t * 1000,
    canary: { kind: 'gauge', value, at: t * 1000 },
    baseline: null,
  });

  it('a gauge is taken as it is, from the first look', () => {
    assert.deepEqual(between(fixed, null, gauge(0, 0.9)).sample, { kind: 'gauge', canary: 0.9, baseline: null });
  });

  it('the same gauge sample is never counted twice', () => {
    const first = between(fixed, null, gauge(0, 0.9));
    assert.equal(reasonOf(between(fixed, first.keep, { ...gauge(0, 0.9), at: 5_000 }).sample), 'unchanged');
  });

  it('a gauge that is NaN is not a number', () => {
    assert.equal(reasonOf(between(fixed, null, gauge(0, NaN)).sample), 'not-a-number');
  });
});

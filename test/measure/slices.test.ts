import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { labelOf, placeboSample, segmentSlices, slicesOf } from '../../src/measure/slices.ts';
import { seriesId } from '../../src/measure/point.ts';
import type { ArmReading } from '../../src/measure/reading.ts';

/** Counters of pods at one step: [hits, total] by pod. */
function arm(pods: Readonly<Record<string, readonly [number, number]>>, at: number): ArmReading {
  const series = (part: 0 | 1) =>
    Object.entries(pods).map(([pod, values]) => ({
      id: seriesId({ __name__: part === 0 ? 'bad' : 'all', pod, zone: 'a,b="c"' }),
      value: values[part],
      at,
    }));
  return { kind: 'counters', hits: series(0), total: series(1) };
}

test('each pod is played against the sum of the others; restarts and pods that come and go are counted as in a gate', () => {
  const slices = slicesOf(
    [
      arm({ p1: [1, 100], p2: [2, 200] }, 1),
      arm({ p1: [3, 150], p2: [2, 260], p3: [9, 90] }, 2),
      arm({ p1: [1, 20], p3: [10, 100] }, 3),
    ],
    'pod',
  );
  const at = (slice: string, step: number) => placeboSample(slices, slice, step);
  const missing = (slice: string, step: number) => {
    const sample = at(slice, step);
    return sample.kind === 'missing' ? sample.reason : sample.kind;
  };
  assert.equal(missing('p1', 0), 'first-look');
  assert.deepEqual(at('p1', 1), { kind: 'events', canary: { hits: 2, total: 50 }, baseline: { hits: 0, total: 60 } });
  assert.equal(missing('p3', 1), 'first-look');
  assert.deepEqual(
    at('p1', 2),
    { kind: 'events', canary: { hits: 1, total: 20 }, baseline: { hits: 1, total: 10 } },
    'p1 restarted',
  );
  assert.equal(missing('p2', 2), 'no-series');
});

test('a pod alone has nobody to be compared with', () => {
  const slices = slicesOf([arm({ p1: [0, 1] }, 1), arm({ p1: [0, 9] }, 2)], 'pod');
  const sample = placeboSample(slices, 'p1', 1);
  assert.equal(sample.kind === 'missing' && sample.reason, 'one-arm');
});

test('a label is read back from the text of a series, whatever its value holds', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (pod, other) => {
      const id = seriesId({ __name__: 'm', pod, a: other, z: other });
      assert.equal(labelOf(id, 'pod'), pod);
      assert.equal(labelOf(id, 'none'), null);
    }),
    { seed: 3, numRuns: 300 },
  );
});

test('the pods of each segment are cut apart too, so that a gate in segments can be calibrated', () => {
  const course = [0, 1].map((step): ArmReading => {
    const one = (pod: string, zone: string, value: number) => ({
      id: seriesId({ __name__: 'all', pod, zone }),
      value,
      at: step,
    });
    return {
      kind: 'counters',
      hits: [],
      total: [
        one('p1', 'a', 10 + step * 5),
        one('p2', 'a', 20 + step * 7),
        one('p1', 'b', step * 3),
        one('p2', 'b', step),
      ],
    };
  });
  const cut = segmentSlices(course, 'pod', { by: 'zone' });
  assert.deepEqual([...cut.keys()], ['a', 'b']);
  const sample = (zone: string) => placeboSample(cut.get(zone) ?? new Map(), 'p1', 1);
  assert.deepEqual(sample('a'), { kind: 'events', canary: { hits: 0, total: 5 }, baseline: { hits: 0, total: 7 } });
  assert.deepEqual(sample('b'), { kind: 'events', canary: { hits: 0, total: 3 }, baseline: { hits: 0, total: 1 } });
});

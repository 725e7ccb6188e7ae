import assert from 'node:assert/strict';
import { test } from 'node:test';
import { between } from '../../src/measure/window.ts';
import type { ArmReading, Reading, Row } from '../../src/measure/reading.ts';
import type { Trigger } from '../../src/playbook/schema.ts';
import { aCondition, aTrigger } from './a-trigger.ts';

const MEAN = aCondition({ text: 'mean < baseline - 0.03', statistic: { kind: 'mean' }, op: '<', plus: -0.03 });
const paired = aTrigger({ name: 'quality', score: 'score', 'pair-by': 'id', range: [0, 1], if: MEAN });
const unpaired = aTrigger({ name: 'quality', score: 'score', range: [0, 1], if: MEAN });

function list(rows: readonly Row[], ids: 'given' | 'position', at: number): ArmReading {
  return { kind: 'values', ids, rows, at };
}

const ids = (values: Readonly<Record<string, number>>): readonly Row[] =>
  Object.entries(values).map(([id, value]) => ({ id, value }));
const places = (...values: readonly number[]): readonly Row[] => values.map((value, i) => ({ id: String(i), value }));

function reading(t: number, canary: readonly Row[], baseline: readonly Row[], how: 'given' | 'position'): Reading {
  return { at: t * 1000, canary: list(canary, how, t * 1000), baseline: list(baseline, how, t * 1000) };
}

/** The samples of several looks, one after the other. */
function looks(trigger: Trigger, readings: readonly Reading[]) {
  let kept: Reading | null = null;
  return readings.map((now) => {
    const { sample, keep } = between(trigger, kept, now);
    kept = keep;
    return sample;
  });
}

function sorted(sample: ReturnType<typeof looks>[number] | undefined): unknown {
  if (sample?.kind !== 'values') return sample?.kind === 'missing' ? sample.reason : sample?.kind;
  const pairs = sample.canary.map((c, i) => [c, sample.baseline?.[i]]);
  return pairs.toSorted((a, b) => Number(a[0]) - Number(b[0]));
}

test('only inputs that both arms have are used, the rest waits for its partner, and each counts once', () => {
  const samples = looks(paired, [
    reading(1, ids({ a: 0.1, b: 0.2, c: 0.3 }), ids({ b: 0.9, x: 0.8 }), 'given'),
    reading(2, ids({ a: 0.1, b: 0.2, c: 0.3 }), ids({ b: 0.9, x: 0.8 }), 'given'),
    reading(3, ids({ a: 0.1, b: 0.2, c: 0.3, x: 0.4 }), ids({ b: 0.9, x: 0.8, c: 0.7 }), 'given'),
  ]);
  assert.deepEqual(samples.map(sorted), [
    [[0.2, 0.9]],
    'unchanged',
    [
      [0.3, 0.7],
      [0.4, 0.8],
    ],
  ]);
  assert.equal(samples[0]?.kind === 'values' && samples[0].paired, true);
});

test('a row that waits is not lost when its list forgets it', () => {
  const samples = looks(paired, [
    reading(1, ids({ a: 0.1 }), ids({ z: 1 }), 'given'),
    reading(2, ids({ q: 0.5 }), ids({ a: 0.6 }), 'given'),
  ]);
  assert.deepEqual(sorted(samples[1]), [[0.1, 0.6]]);
});

test('an id that is there twice is invalid', () => {
  const twice = [...ids({ a: 0.1 }), ...ids({ a: 0.2 })];
  assert.equal(sorted(looks(paired, [reading(1, twice, ids({ a: 1 }), 'given')])[0]), 'invalid');
});

test('a growing list adds only its new rows', () => {
  const samples = looks(unpaired, [
    reading(1, places(0.1, 0.2), places(0.5, 0.6), 'position'),
    reading(2, places(0.1, 0.2, 0.3), places(0.5, 0.6, 0.7), 'position'),
  ]);
  assert.deepEqual(sorted(samples[1]), [[0.3, 0.7]]);
});

test('a list without ids that was written anew is invalid, whether it is shorter or not', () => {
  for (const anew of [places(0.1), places(0.9, 0.2, 0.3)]) {
    const samples = looks(unpaired, [
      reading(1, places(0.1, 0.2), places(0.5, 0.6), 'position'),
      reading(2, anew, places(0.5, 0.6), 'position'),
    ]);
    assert.equal(sorted(samples[1]), 'invalid');
  }
});

test('a finished baseline is used one to one, so that later rows of the canary still have something beside them', () => {
  const all = places(...Array.from({ length: 10 }, (_, i) => i / 10));
  const samples = looks(unpaired, [
    reading(1, places(0.1, 0.2), all, 'position'),
    reading(2, places(0.1, 0.2, 0.3, 0.4, 0.5), all, 'position'),
  ]);
  assert.deepEqual(
    samples.map((sample) => sample.kind === 'values' && [sample.canary.length, sample.baseline?.length]),
    [
      [2, 2],
      [3, 3],
    ],
  );
});

test('lists that come sorted by score are not paired good with good', () => {
  const rising = places(...Array.from({ length: 200 }, (_, i) => i / 200));
  const [sample] = looks(unpaired, [reading(1, rising, rising, 'position')]);
  assert.ok(sample?.kind === 'values' && sample.baseline !== null);
  const baseline = sample.baseline;
  const together = sample.canary.reduce((sum, c, i) => sum + (c - 0.5) * ((baseline[i] ?? 0) - 0.5), 0) / 200;
  assert.ok(Math.abs(together) < 0.02, String(together));
});

test('right and wrong answers without pairs are events of a rate', () => {
  const trigger = aTrigger({ name: 'accuracy', correct: 'ok', if: aCondition({ op: '<', plus: -0.03 }) });
  const [sample] = looks(trigger, [reading(1, places(1, 0, 1), places(1, 1, 1), 'position')]);
  assert.deepEqual(sample, { kind: 'events', canary: { hits: 2, total: 3 }, baseline: { hits: 3, total: 3 } });
});

test('a finished list is handed to ks in portions, the first only to choose the edges', () => {
  const trigger = aTrigger({
    name: 'drift',
    score: 'x',
    if: aCondition({ statistic: { kind: 'ks' }, factor: 0, plus: 0.15 }),
  });
  const rows = places(...Array.from({ length: 400 }, (_, i) => (i * 37) % 400));
  const samples = looks(
    trigger,
    [1, 2, 3].map((t) => reading(t, rows, rows, 'position')),
  );
  const sizes = samples.map((sample) => sample.kind === 'values' && [sample.canary.length, sample.baseline?.length]);
  assert.deepEqual(sizes, [
    [0, 100],
    [100, 75],
    [75, 57],
  ]);
});

test('a value that is not a number refuses the list', () => {
  const samples = looks(paired, [reading(1, ids({ a: NaN }), ids({ a: 1 }), 'given')]);
  assert.equal(samples[0]?.kind === 'missing' && samples[0].reason, 'one-arm');
});

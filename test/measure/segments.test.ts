import assert from 'node:assert/strict';
import { test } from 'node:test';
import { segmentsBetween } from '../../src/measure/segments.ts';
import type { ArmReading, Reading } from '../../src/measure/reading.ts';
import { aTrigger } from './a-trigger.ts';

const segments = { by: 'region', 'on-no-data': 'hold' } as const;
const trigger = { ...aTrigger({ bad: 'bad', total: 'all' }), segments };

type Counts = Readonly<Record<string, readonly [bad: number, all: number]>>;

function arm(counts: Counts, at: number): ArmReading {
  const series = (i: 0 | 1, metric: string) =>
    Object.entries(counts).flatMap(([region, values]) =>
      values[i] === 0 ? [] : [{ id: `${metric}{pod="a",region=${JSON.stringify(region)}}`, value: values[i], at }],
    );
  return { kind: 'counters', hits: series(0, 'bad'), total: series(1, 'all') };
}

function reading(t: number, canary: Counts, baseline: Counts): Reading {
  return { at: t * 1000, canary: arm(canary, t * 1000), baseline: arm(baseline, t * 1000) };
}

function played(of: typeof trigger, readings: readonly Reading[]) {
  let before: ReadonlyMap<string, Reading> = new Map();
  let samples = {};
  for (const now of readings) {
    const window = segmentsBetween(of, before, now);
    if ('reason' in window) return window;
    before = window.keep;
    samples = window.samples;
  }
  return samples;
}

const first = reading(0, { eu: [1, 100], us: [0, 50] }, { eu: [10, 1000], us: [5, 500] });
const second = reading(15, { eu: [3, 160], us: [0, 80] }, { eu: [16, 1600], us: [8, 800] });

test('each value of the label has its own window, and one without errors has none', () => {
  assert.deepEqual(played(trigger, [first, second]), {
    eu: { kind: 'events', canary: { hits: 2, total: 60 }, baseline: { hits: 6, total: 600 } },
    us: { kind: 'events', canary: { hits: 0, total: 30 }, baseline: { hits: 3, total: 300 } },
  });
});

test('a segment that is gone stays known, as one that was not measured', () => {
  const gone = reading(30, { eu: [4, 200] }, { eu: [20, 2000] });
  const samples = played(trigger, [first, second, gone]);
  assert.match(
    JSON.stringify(samples),
    /"us":\{"kind":"missing","reason":"no-series","detail":"no series with region=\\"us\\""/,
  );
});

test('values are all the segments there are, whether they are seen or not', () => {
  const asked = { ...trigger, segments: { ...segments, values: ['us', 'ap'] } };
  const samples = JSON.stringify(played(asked, [first, second]));
  assert.match(samples, /^\{"us":\{"kind":"events".*"ap":\{"kind":"missing"/);
});

test('a series without the label is no segment, and refuses the whole', () => {
  const other: Reading = {
    ...second,
    canary: { kind: 'counters', hits: [], total: [{ id: 'all{pod="b"}', value: 1, at: 15_000 }] },
  };
  assert.deepEqual(played(trigger, [first, other]), {
    kind: 'missing',
    reason: 'no-series',
    detail: 'all{pod="b"} has no label region, which \'segments\' names',
  });
});

test('a label with more values than anybody can prove is refused', () => {
  const many = Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`tenant-${i}`, [1, 10] as const]));
  assert.match(JSON.stringify(played(trigger, [reading(0, many, many)])), /51 values of region, more than 50/);
});

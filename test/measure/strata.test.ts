import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readArms } from '../../src/measure/arms.ts';
import { metricOf } from '../../src/measure/metric.ts';
import type { Point } from '../../src/measure/point.ts';
import type { Reading } from '../../src/measure/reading.ts';
import { between } from '../../src/measure/window.ts';
import { aTrigger } from './a-trigger.ts';

const trigger = aTrigger({ bad: 'bad', total: 'all', strata: 'region' });
type Row = readonly [region: string, bad: number, all: number];

function reading(at: number, canary: readonly Row[], baseline: readonly Row[]): Reading {
  const points = (rows: readonly Row[], name: 'bad' | 'all'): Point[] =>
    rows.map(([region, bad, all]) => ({
      labels: { __name__: name, pod: 'p', ...(region === '' ? {} : { region }) },
      value: name === 'bad' ? bad : all,
      at,
    }));
  const parts = (rows: readonly Row[]) =>
    new Map([
      ['hits', { kind: 'points', points: points(rows, 'bad') } as const],
      ['total', { kind: 'points', points: points(rows, 'all') } as const],
    ]);
  return { at, ...readArms(metricOf(trigger), parts(canary), parts(baseline)) };
}

function windowOf(before: readonly (readonly Row[])[], now: readonly (readonly Row[])[]) {
  return between(trigger, reading(0, before[0] ?? [], before[1] ?? []), reading(15_000, now[0] ?? [], now[1] ?? []))
    .sample;
}

test('the counts of each value of the label stand beside their sums', () => {
  const sample = windowOf(
    [
      [['eu', 1, 10]],
      [
        ['eu', 0, 100],
        ['us', 5, 50],
      ],
    ],
    [
      [
        ['eu', 3, 30],
        ['jp', 0, 4],
      ],
      [
        ['eu', 2, 300],
        ['us', 6, 70],
      ],
    ],
  );
  assert.deepEqual(sample, {
    kind: 'events',
    canary: { hits: 2, total: 24 },
    baseline: { hits: 3, total: 220 },
    strata: [
      { name: 'eu', canary: { hits: 2, total: 20 }, baseline: { hits: 2, total: 200 } },
      { name: 'jp', canary: { hits: 0, total: 4 }, baseline: null },
      { name: 'us', canary: null, baseline: { hits: 1, total: 20 } },
    ],
  });
});

test('a series without the label is refused, and so is a stratum that contradicts itself', () => {
  const lacking = windowOf([[['eu', 1, 10]], [['eu', 0, 100]]], [[['', 3, 30]], [['eu', 2, 300]]]);
  assert.match(JSON.stringify(lacking), /no-series.*has no label region, which 'strata' names/);
  const broken = windowOf(
    [
      [
        ['eu', 0, 10],
        ['us', 0, 10],
      ],
      [['eu', 0, 100]],
    ],
    [
      [
        ['eu', 9, 12],
        ['us', 0, 90],
      ],
      [['eu', 2, 300]],
    ],
  );
  assert.match(JSON.stringify(broken), /invalid.*canary in eu: 9 events of a total of 2/);
});

test('a label with too many values is refused with its number', () => {
  const rows = (n: number): Row[] => Array.from({ length: 201 }, (_, i) => [`r${i}`, 0, n] as const);
  assert.match(JSON.stringify(windowOf([rows(1), rows(1)], [rows(2), rows(2)])), /201 strata, more than 200/);
});

test('a mean without squares gets the largest that its range allows', () => {
  const metric = metricOf(aTrigger({ bad: undefined, total: undefined, sum: 's', count: 'c', range: [-1, 3] }));
  const found = (name: string, value: number) =>
    ({ kind: 'points', points: [{ labels: { __name__: name }, value, at: 0 }] }) as const;
  const { canary } = readArms(
    metric,
    new Map([
      ['sum', found('s', 4)],
      ['count', found('c', 4)],
    ]),
    null,
  );
  // Four values of mean 1 in [-1, 3]: at most two of each end, 2 + 18.
  assert.deepEqual(canary, { kind: 'moments', series: [{ id: '{}', n: 4, sum: 4, sumOfSquares: 20, at: 0 }] });
});

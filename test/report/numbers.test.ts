import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  apart,
  count,
  duration,
  instant,
  milliseconds,
  odds,
  percent,
  quantity,
  short,
  statisticName,
} from '../../src/report/numbers.ts';

const rate = { kind: 'rate' } as const;

test('a ratio is shown as percent, never as a bare number', () => {
  assert.equal(percent(0.0231), '2.31 %');
  assert.equal(percent(0), '0.00 %');
  assert.equal(percent(1), '100.00 %');
  assert.equal(percent(NaN), 'not a number');
});

test('milliseconds become seconds from one second on, and a value beyond the last bucket says so', () => {
  assert.equal(milliseconds(312.4), '312 ms');
  assert.equal(milliseconds(0.5), '0.500 ms');
  assert.equal(milliseconds(1500), '1.50 s');
  assert.equal(milliseconds(Infinity), 'above every bucket');
});

test('odds hold from nothing to e^1e6', () => {
  assert.equal(odds(0), '1.0 : 1');
  assert.equal(odds(Math.log(240)), '240 : 1');
  assert.equal(odds(Math.log(100)), '100 : 1');
  assert.equal(odds(Math.log(12_345)), '12,300 : 1');
  assert.equal(odds(-3), '0.050 : 1');
  assert.equal(odds(1e6), '3.0e434294 : 1');
  assert.equal(odds(-1e6), '3.3e-434295 : 1');
  assert.equal(odds(Math.log(9.99e9)), '1.0e10 : 1');
  assert.equal(odds(Infinity), 'beyond counting : 1');
  assert.equal(odds(NaN), 'not a number');
});

test('durations are short and rounded', () => {
  assert.deepEqual([0, 45, 60, 245, 3600, 3725, 90_000, 172_800, -3].map(duration), [
    '0 s',
    '45 s',
    '1 min',
    '4 min 05 s',
    '1 h',
    '1 h 02 min',
    '1 d 01 h',
    '2 d',
    '0 s',
  ]);
  assert.equal(duration(59.7), '1 min');
});

test('two numbers that differ are never printed alike', () => {
  assert.deepEqual(apart(rate, 0.010001, 0.01), ['1.0001 %', '1.0000 %']);
  assert.deepEqual(apart(rate, 0.02, 0.01), ['2.00 %', '1.00 %']);
  assert.deepEqual(apart(rate, 0.01, 0.01), ['1.00 %', '1.00 %']);
  assert.deepEqual(apart(rate, null, 0.01), ['no data', '1.00 %']);
});

test('each statistic has its unit and its name', () => {
  assert.equal(quantity({ kind: 'quantile', q: 0.999 }, 312.4), '312 ms');
  assert.equal(quantity({ kind: 'ks' }, 0.153), '0.153');
  assert.equal(quantity({ kind: 'mean' }, 0.81234), '0.8123');
  assert.equal(quantity({ kind: 'value' }, 1_234_567), '1,235,000');
  assert.equal(statisticName({ kind: 'quantile', q: 0.999 }), 'p99.9');
  assert.equal(statisticName({ kind: 'quantile', q: 0.5 }), 'p50');
});

test('counts are grouped, instants are UTC, commits are seven digits', () => {
  assert.equal(count(1_234_567), '1,234,567');
  assert.equal(instant('2026-03-01T12:00:05.123Z'), '2026-03-01 12:00:05 UTC');
  assert.equal(instant('<b>'), 'unknown time');
  assert.equal(short('9F8E7D6C5B'), '9f8e7d6');
  assert.equal(short('<script>'), 'unknown');
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { agrees, runVectors } from '../../cli/vectors.ts';

const file: unknown = JSON.parse(readFileSync(new URL('../fixtures/vectors/judge.json', import.meta.url), 'utf8'));

test('every known number comes out as published', () => {
  const lines: string[] = [];
  const tally = runVectors(file, (line) => lines.push(line));
  assert.deepEqual(lines, []);
  assert.equal(tally.passed, 59);
});

test('a wrong number, an unknown kind and a broken input are failures, each with a line', () => {
  const lines: string[] = [];
  const vectors = [
    { id: 'a', kind: 'dkwPad', input: { m: 5000, alphaRef: 0.002 }, expected: 0.03, tol: 1e-9 },
    { id: 'b', kind: 'nonsense', input: {}, expected: 0, tol: 1e-9 },
    { id: 'c', kind: 'dkwPad', input: { m: 'many' }, expected: 0, tol: 1e-9 },
  ];
  assert.deepEqual(
    runVectors({ vectors }, (line) => lines.push(line)),
    { passed: 0, failed: 3 },
  );
  assert.equal(lines.length, 3);
});

test('numbers agree within their tolerance, everything else exactly', () => {
  assert.ok(agrees(1000.0000005, 1000, 1e-9));
  assert.ok(!agrees(1000.1, 1000, 1e-9));
  assert.ok(!agrees(null, 0, 1e-9));
  assert.ok(agrees({ a: [1, null], more: 1 }, { a: [1, null] }, 1e-9));
  assert.ok(!agrees({}, { a: 1 }, 1e-9));
});

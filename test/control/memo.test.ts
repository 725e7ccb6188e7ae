import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemo } from '../../src/control/memo.ts';

test('the newest are remembered, whatever was asked for counts as new, and the rest is forgotten', () => {
  const memo = createMemo<number>(3);
  for (const [at, key] of ['a', 'b', 'c'].entries()) memo.set(key, at);
  assert.equal(memo.get('a'), 0);
  memo.set('d', 3);
  assert.deepEqual(
    ['a', 'b', 'c', 'd'].map((key) => memo.get(key)),
    [0, undefined, 2, 3],
  );
  for (let at = 0; at < 1000; at += 1) memo.set(`x${at}`, at);
  assert.deepEqual(memo.values(), [997, 998, 999]);
});

test('a value that is set again is one value, and zero is a value', () => {
  const memo = createMemo<number>(2);
  memo.set('a', 1);
  memo.set('a', 0);
  memo.set('b', 2);
  assert.deepEqual([memo.get('a'), memo.get('b'), memo.values().length], [0, 2, 2]);
  memo.delete('a');
  assert.deepEqual([memo.get('a'), memo.values()], [undefined, [2]]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { against } from '../../src/control/seconds.ts';

test('a time beside its limit is never shown as equal to it while it is not', () => {
  assert.equal(against(2900, 3000), '2 s < 3 s');
  assert.equal(against(3100, 3000), '4 s > 3 s');
  assert.equal(against(3000, 3000), '3 s = 3 s');
});

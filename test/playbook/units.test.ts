import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { durationCure, printDuration, readDuration } from '../../src/playbook/units.ts';

test('a duration is read in its unit', () => {
  const read = ['300ms', '15s', '10m', '1h', '1d', '1.5h', '0s'].map((text) => readDuration(text));
  const expected = [300, 15_000, 600_000, 3_600_000, 86_400_000, 5_400_000, 0];
  assert.deepEqual(
    read,
    expected.map((value) => ({ ok: true, value })),
  );
});

test('printing a duration and reading it again gives the same milliseconds', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 365 * 86_400_000 }), (ms) => {
      assert.deepEqual(readDuration(printDuration(ms)), { ok: true, value: ms });
    }),
  );
});

test('what has no unit, or not one of ours, is refused with the words to write', () => {
  const cures = ['15', '15 seconds', '5min', '1h30m', '2w', '15S', ' 15s'].map(durationCure);
  assert.deepEqual(cures, ['write 15s', 'write 15s', 'write 5m', 'write 90m', 'write 14d', 'write 15s', 'write 15s']);
  for (const text of ['15', '15 s', '1h30m', '15S', '', '-5s', 'soon', '1e3s', '__proto__', '5toString']) {
    assert.equal(readDuration(text).ok, false, text);
  }
});

test('a duration outside its bounds names the bound', () => {
  assert.deepEqual(readDuration('10ms', 1_000), {
    ok: false,
    message: 'must be at least 1s',
    cure: 'write 1s or more',
  });
  assert.deepEqual(readDuration('366d'), { ok: false, message: 'must be at most 365d', cure: 'write 365d or less' });
  assert.equal(readDuration('0.5ms').ok, false);
});

test('no text makes reading a duration throw, and what it reads is whole milliseconds in bounds', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const read = readDuration(text);
      durationCure(text);
      assert.ok(!read.ok || (Number.isInteger(read.value) && read.value >= 0));
    }),
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { afterFailure } from '../../../src/adapters/queue/patience.ts';
import { RollbackError } from '../../../src/errors.ts';

const away = (retryAfterMs?: number) =>
  new RollbackError('github-unavailable', 'GitHub answered 502', retryAfterMs === undefined ? {} : { retryAfterMs });

test('a passing failure is repeated after 0.5, 1, 2 ... seconds, at most a minute', () => {
  const waits = Array.from({ length: 10 }, (_, i) => afterFailure(away(), { failures: i + 1, ageMs: 0 }));
  assert.deepEqual(
    waits.map((after) => after.kind === 'again' && after.delayMs),
    [500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000],
  );
  assert.deepEqual(afterFailure(away(), { failures: 5000, ageMs: 0 }), { kind: 'again', delayMs: 60_000 });
});

test('when the other side says how long to wait, that is kept', () => {
  assert.deepEqual(afterFailure(away(17_000), { failures: 1, ageMs: 0 }), { kind: 'again', delayMs: 17_000 });
});

test('an outage is waited for a day, then the task is given up with its number of tries', () => {
  assert.equal(afterFailure(away(), { failures: 1400, ageMs: 86_400_000 }).kind, 'again');
  assert.deepEqual(afterFailure(away(), { failures: 1441, ageMs: 86_400_001 }), {
    kind: 'dead',
    because: 'GitHub answered 502 (given up after 1441 tries)',
  });
});

test('what needs a person is not repeated, what nobody foresaw eight times', () => {
  const forbidden = new RollbackError('github-forbidden', 'GitHub answered 403');
  assert.deepEqual(afterFailure(forbidden, { failures: 1, ageMs: 0 }), {
    kind: 'dead',
    because: 'GitHub answered 403',
  });
  const odd = new TypeError('x is undefined');
  assert.equal(afterFailure(odd, { failures: 7, ageMs: 0 }).kind, 'again');
  assert.equal(afterFailure(odd, { failures: 8, ageMs: 0 }).kind, 'dead');
});

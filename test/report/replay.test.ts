import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Verdict } from '../../src/judge/verdict.ts';
import { replayText } from '../../src/report/replay.ts';

const verdict = (logE: number): Verdict => ({
  status: 'continue',
  blame: null,
  then: null,
  logE,
  elapsedSeconds: 75,
  findings: [],
  because: 'not yet proven',
});

/** The lines of the looks, with the given evidence one after the other. */
function lookLines(evidence: readonly number[]): readonly string[] {
  const looks = evidence.map((logE, i) => ({ t: 15 * (i + 1), soFar: verdict(logE) }));
  const view = { about: 'rec in production', release: null, startedAt: null, looks, verdict: verdict(0), then: null };
  return replayText(view).split('\n\n')[1]?.split('\n') ?? [];
}

test('of looks in a row that say the same, the first and the last are shown and the others are counted', () => {
  assert.deepEqual(
    lookLines([0, 0, 0, 0, Math.log(5), 0, 0, 0, 0]).map((line) => line.trim()),
    [
      '15 s  continue  harm 1.0 : 1',
      '2 more looks like this',
      '1 min  continue  harm 1.0 : 1',
      '1 min 15 s  continue  harm 5.0 : 1',
      '1 min 30 s  continue  harm 1.0 : 1',
      '2 more looks like this',
      '2 min 15 s  continue  harm 1.0 : 1',
    ],
  );
  assert.deepEqual(lookLines([0, 0, 0]).map((line) => line.trim())[1], 'one more look like this');
  assert.equal(lookLines([0, 0]).length, 2);
  assert.deepEqual(
    lookLines([0]).map((line) => line.trim()),
    ['15 s  continue  harm 1.0 : 1'],
  );
});

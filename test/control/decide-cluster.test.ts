import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide } from '../../src/control/decide.ts';
import { verifyList } from '../../src/report/verify-words.ts';
import { aMergedPull, anObserved, aVerdict, opened, rulesFor, SECOND, START } from './builders.ts';

const rules = rulesFor({ applications: [] });
const after = (seconds: number) =>
  decide(
    anObserved({
      ...{ rules, now: START + (60 + seconds) * SECOND, stage: opened(aMergedPull()) },
      proof: aVerdict({ because: 'errors: 0.001 < 0.02' }),
    }),
  );

test('without an Argo CD application nobody claims that something was applied or is healthy', () => {
  const early = after(10);
  assert.equal(early.kind === 'wait' && early.for, 'health');
  assert.equal(
    early.because,
    'merged; the playbook names no Argo CD application, so only the metrics can tell; 10 s < 30 s',
  );
  const over = after(40);
  assert.equal(over.kind === 'finish' && over.outcome, 'recovered');
  assert.equal(
    over.because,
    'errors: 0.001 < 0.02; the playbook names no Argo CD application, so only the metrics can tell',
  );
  const list = verifyList(rules.verify, []);
  assert.match(list, /^- 30 s are over since the merge; the playbook names no Argo CD application/);
  assert.doesNotMatch(list, /Healthy|has applied/);
});

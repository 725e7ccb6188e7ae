import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide } from '../../src/control/decide.ts';
import { aCommandCause, aGateCause, aGood, anIncident, anObserved, planning } from './builders.ts';

const ALERT = { kind: 'alert', source: 'Alertmanager', alert: 'HighErrorRate', fingerprint: 'f00d' } as const;

test('a machine that accuses a rollback, although nothing is left to put back, calls a person; a person is told so', () => {
  const stage = planning(
    { kind: 'nothing-to-do', good: aGood(), because: 'the files are already as they were' },
    { isRollback: true },
  );
  const word = (cause: Parameters<typeof anIncident>[0]): string => {
    const step = decide(anObserved({ stage, incident: anIncident(cause) }));
    return step.kind === 'escalate' ? step.trouble : step.kind;
  };
  assert.equal(word({ cause: ALERT }), 'is-a-rollback');
  assert.equal(word({ cause: aGateCause() }), 'is-a-rollback');
  assert.equal(word({ cause: aCommandCause() }), 'finish');
});

test('where the ledger cannot be read nobody knows of a hold: a machine opens nothing, a person may', () => {
  const stage = planning(undefined, { unreadable: 'line 3 does not follow from line 2' });
  const step = decide(anObserved({ stage, incident: anIncident({ cause: ALERT }) }));
  assert.ok(step.kind === 'escalate' && step.trouble === 'held');
  assert.match(step.because, /nobody knows whether .* line 3 does not follow/);
  assert.equal(decide(anObserved({ stage, incident: anIncident({ cause: aCommandCause() }) })).kind, 'open');
});

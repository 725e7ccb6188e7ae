import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noticesOf } from '../../src/control/notices.ts';
import type { Entry } from '../../src/ledger/entry.ts';
import { headline } from '../../src/report/notify/notice.ts';
import { anEntry } from '../ledger/builders.ts';
import { anIncident, anObserved } from './builders.ts';

const about = {
  repository: 'acme/deploy',
  repositoryUrl: 'https://github.com/acme/deploy',
  mention: ['@acme/oncall'],
  look: null,
};

/** What Slack and the others show first, and the sentence below it. */
function told(overrides: Partial<Entry>): readonly string[] {
  const entry = anEntry({ revision: null, actor: 'mona', because: 'no reason given', details: {}, ...overrides });
  return noticesOf(entry, about).map((notice) => `${headline(notice)} - ${notice.because}`);
}

test('who stops something or lifts it is told with what, where, until when and why', () => {
  assert.deepEqual(told({ kind: 'held', details: { reason: 'we look', until: '2026-03-01T14:00:00.000Z' } }), [
    'Held: rec in production - mona stopped automatic rollbacks until 2026-03-01 14:00:00 UTC: we look',
  ]);
  assert.deepEqual(told({ kind: 'frozen', environment: '*', details: { reason: null, until: null } }), [
    'Held: rec - mona stopped changes',
  ]);
  assert.deepEqual(told({ kind: 'resumed', service: '*', environment: '*', details: { reason: 'fixed' } }), [
    'Allowed again: everything - mona allowed automatic rollbacks again: fixed',
  ]);
  assert.deepEqual(told({ kind: 'unfrozen', service: '*' }), [
    'Allowed again: everything in production - mona let changes through again',
  ]);
});

test('a fallback accuses no release and goes back to none, whatever else was released since', () => {
  const seen = anObserved({ incident: anIncident({ way: 'fallback' }) });
  const step = { kind: 'wait', for: 'proof', until: null, lookAgainMs: 1000, because: 'x', commands: [] } as const;
  const [notice] = noticesOf(anEntry({ kind: 'merged' }), { ...about, look: { seen, step } });
  assert.deepEqual([notice?.bad, notice?.target], [null, null]);
  assert.equal(notice && headline(notice), 'Rolling back - merged: rec in production');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Entry, EntryKind } from '../../src/ledger/entry.ts';
import { lastGateBegan } from '../../src/plan/last-gate.ts';

const KEY = { service: 'rec', environment: 'production' };

function line(kind: EntryKind, revision: string, over: Partial<Entry> = {}): Entry {
  return {
    at: '2026-03-01T12:30:00.000Z',
    kind,
    id: `${revision}/${kind}`,
    ...KEY,
    revision,
    incident: null,
    actor: 'gate',
    because: 'why',
    details: {},
    ...over,
  };
}

const passed = (revision: string, startedAt: string): Entry =>
  line('gate-passed', revision, { details: { startedAt } });
const FIRST = '2026-03-01T12:00:00.000Z';
const SECOND = '2026-03-02T12:00:00.000Z';

test('the newest passed gate of another revision says when it began', () => {
  const ledger = [passed('a', FIRST), passed('b', SECOND)];
  assert.equal(lastGateBegan(ledger, KEY, 'c'), Date.parse(SECOND));
  assert.equal(lastGateBegan(ledger, KEY, 'b'), Date.parse(FIRST), 'a release is not its own baseline');
});

test('a release that was taken back afterwards is no baseline', () => {
  const ledger = [
    passed('a', FIRST),
    passed('b', SECOND),
    line('requested', 'b', { incident: 'i' }),
    line('merged', 'x', { incident: 'i' }),
  ];
  assert.equal(lastGateBegan(ledger, KEY, 'c'), Date.parse(FIRST));
});

test('nothing is guessed: another service, no gate, or a line without its beginning give null', () => {
  assert.equal(lastGateBegan([], KEY, 'c'), null);
  assert.equal(lastGateBegan([passed('a', FIRST)], { ...KEY, environment: 'staging' }, 'c'), null);
  assert.equal(lastGateBegan([line('gate-passed', 'a')], KEY, 'c'), null);
  assert.equal(lastGateBegan([passed('a', 'yesterday')], KEY, 'c'), null);
});

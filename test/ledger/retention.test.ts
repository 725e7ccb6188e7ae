import assert from 'node:assert/strict';
import { test } from 'node:test';
import { append, verify } from '../../src/ledger/chain.ts';
import { split } from '../../src/ledger/retention.ts';
import { anEntry, sha256 } from './builders.ts';

const { text } = append(
  '',
  [
    anEntry({ id: '1', at: '2026-01-01T00:00:00Z' }),
    anEntry({ id: '2', at: '2026-02-01T00:00:00Z', incident: 'i1', kind: 'opened' }),
    anEntry({ id: '3', at: '2026-07-01T00:00:00Z' }),
  ],
  sha256,
);

test('both parts are still proven, and the chain goes on from where the archive ends', () => {
  const { archive, rest, after } = split(text, '2026-06-01T00:00:00Z');
  assert.equal(archive + rest, text);
  assert.equal(archive.trimEnd().split('\n').length, 2);
  assert.deepEqual(verify(archive, sha256), { ok: true, lines: 2, head: after });
  assert.equal(verify(rest, sha256, { after }).ok, true);
  assert.equal(verify(rest, sha256).ok, false, 'without the archive the missing lines are noticed');
  const more = append(rest, [anEntry({ id: '4' })], sha256, { after });
  assert.equal(more.added[0]?.seq, 4);
});

test('an open incident keeps its first line, whatever its age', () => {
  assert.equal(split(text, '2026-06-01T00:00:00Z', ['i1']).archive.trimEnd().split('\n').length, 1);
});

test('nothing old, everything old, no last line break', () => {
  assert.equal(split(text, '2025-01-01T00:00:00Z').archive, '');
  assert.equal(split(text, '2027-01-01T00:00:00Z').rest, '');
  assert.equal(split(text.slice(0, -1), '2027-01-01T00:00:00Z').archive, text);
});

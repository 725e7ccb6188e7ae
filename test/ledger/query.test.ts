import assert from 'node:assert/strict';
import { test } from 'node:test';
import { append, START } from '../../src/ledger/chain.ts';
import { find, headOf } from '../../src/ledger/query.ts';
import { anEntry, sha, sha256 } from './builders.ts';

const lines = append(
  '',
  [
    anEntry({ id: '1', at: '2026-11-17T10:00:00Z' }),
    anEntry({ id: '2', at: '2026-11-17T11:00:00Z', environment: 'staging' }),
    anEntry({ id: '3', at: '2026-11-17T12:00:00Z', service: 'search', incident: 'i1', kind: 'opened' }),
    anEntry({ id: '4', at: '2026-11-17T13:00:00Z', incident: 'i1', kind: 'recovered', revision: sha('b') }),
  ],
  sha256,
).added;
const ids = (query: Parameters<typeof find>[1]) => find(lines, query).map(({ id }) => id);

test('entries are found by service, environment, incident, revision, kind and time', () => {
  assert.deepEqual(ids({}), ['1', '2', '3', '4']);
  assert.deepEqual(ids({ service: 'rec', environment: 'production' }), ['1', '4']);
  assert.deepEqual(ids({ incident: 'i1' }), ['3', '4']);
  assert.deepEqual(ids({ revision: sha('b') }), ['4']);
  assert.deepEqual(ids({ kinds: ['opened', 'recovered'] }), ['3', '4']);
  assert.deepEqual(ids({ since: '2026-11-17T12:00:00+01:00', until: '2026-11-17T13:00:00Z' }), ['2', '3']);
});

test('the head is the last line, or the start of an empty ledger', () => {
  assert.deepEqual(headOf(lines), { seq: 4, hash: lines[3]?.hash });
  assert.deepEqual(headOf([]), START);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { append } from '../../src/ledger/chain.ts';
import { ledgerText } from '../../src/report/ledger.ts';
import { anEntry, sha256 } from '../ledger/builders.ts';

test('on a terminal a line of the ledger is two rows, without hashes and without escapes', () => {
  const entries = [
    anEntry({ id: 'a', kind: 'gate-failed', actor: 'gate', because: 'rate 0.3 > limit 0.01: odds\n300 : 1' }),
    anEntry({
      id: 'b',
      kind: 'held',
      service: '*',
      environment: '*',
      revision: null,
      actor: 'ada-2',
      because: 'we look',
    }),
  ];
  assert.equal(
    ledgerText(append('', entries, sha256).added),
    [
      '1  2026-11-17 14:00:00 UTC  gate-failed  rec in production  aaaaaaa  ------------  by gate',
      '   rate 0.3 > limit 0.01: odds 300 : 1',
      '2  2026-11-17 14:00:00 UTC  held         everything         -------  ------------  by ada-2',
      '   we look',
    ].join('\n'),
  );
});

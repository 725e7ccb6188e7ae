import assert from 'node:assert/strict';
import { test } from 'node:test';
import { POSTGRESQL } from '../../src/migrations/database.ts';
import { judgeRelease } from '../../src/migrations/judge.ts';
import { inOrder, medianOf, proofVerdict, worstOf, type Proof, type ProofOf } from '../../src/migrations/proof.ts';
import { recognise } from '../../src/migrations/recognise.ts';
import { schemaDiff } from '../../src/migrations/schema-diff.ts';
import { settledBy } from '../../src/migrations/settled.ts';

const ran = (downMs: readonly number[], more: Partial<Extract<ProofOf, { kind: 'ran' }>> = {}): ProofOf => ({
  ...{ kind: 'ran', id: '2', path: 'V2__x.sql', upMs: [1], downMs, differences: [], locks: [] },
  ...more,
});
const proof = (...migrations: readonly ProofOf[]): Proof => ({ budgetMs: 100, migrations });
const release = (up: string) =>
  judgeRelease(
    recognise([
      { path: 'V2__x.sql', before: null, after: up },
      { path: 'U2__x.sql', before: null, after: 'SELECT 1;' },
    ]),
    POSTGRESQL,
  );

test('the middle and the worst of the runs', () => {
  assert.equal(medianOf([9, 1, 5]), 5);
  assert.equal(medianOf([4, 1, 3, 2]), 2.5);
  assert.equal(worstOf([9, 1, 5]), 9);
});

test('one late run is no fault, a late middle is; what was not run proves nothing', () => {
  assert.equal(proofVerdict(proof(ran([1, 2, 900]))).ok, true);
  assert.match(proofVerdict(proof(ran([101, 102, 1]))).faults.join(), /101 ms in the middle of 3 runs > budget 100 ms/);
  assert.equal(proofVerdict(proof()).ok, false);
  assert.equal(proofVerdict(proof({ kind: 'not-run', id: '2', path: 'x.py', because: 'no SQL' })).ok, false);
});

test('what is missing, left behind or another thing afterwards is named', () => {
  const column = (name: string, definition: string) => ({ kind: 'column', name, definition });
  const differences = schemaDiff(
    [column('a.b', 'int'), column('a.c', 'int')],
    [column('a.c', 'bigint'), column('a.d', 'int')],
  );
  const words = proofVerdict(proof(ran([1], { differences }))).faults.join('\n');
  assert.match(words, /a\.b is missing after the down: it was int/);
  assert.match(words, /a\.c was int, and is bigint after the down/);
  assert.match(words, /a\.d stays behind after the down: int/);
});

test('a run settles a doubt and takes a yes back, but brings no row back', () => {
  const doubt = release('DO $$ BEGIN NULL; END $$;');
  assert.equal(doubt.undo, 'unproven');
  assert.equal(settledBy(doubt, proof(ran([1]))).undo, 'down');
  assert.equal(settledBy(doubt, proof(ran([500]))).undo, 'unproven');
  assert.equal(settledBy(doubt, null).undo, 'unproven');
  assert.equal(settledBy(release('DROP TABLE a;'), proof(ran([1]))).undo, 'impossible');
  for (const up of ['DO $$ BEGIN DELETE FROM a; END $$;', 'SELECT tidy_up();', 'DROP TYPE mood CASCADE;']) {
    const settled = settledBy(release(up), proof(ran([1])));
    assert.equal(settled.undo, 'unproven', up);
    assert.match(settled.because, /no run on empty tables shows whether rows are lost/);
  }
});

test('versions run as numbers, repeatables last', () => {
  const files = ['V10__a.sql', 'V9__a.sql', 'R__a.sql', 'V9.1__a.sql'].map((path) => ({
    path,
    before: null,
    after: 'SELECT 1;',
  }));
  assert.deepEqual(
    inOrder(recognise(files).migrations).map(({ id }) => id),
    ['9', '9.1', '10', 'R a'],
  );
});

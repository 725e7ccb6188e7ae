/** Ways down on the PostgreSQL that runs inside this process. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openPglite } from '../../../src/adapters/postgres/pglite.ts';
import { prove } from '../../../src/adapters/postgres/prove.ts';
import type { Scratch } from '../../../src/adapters/postgres/scratch.ts';
import { proofVerdict } from '../../../src/migrations/proof.ts';
import { recognise } from '../../../src/migrations/recognise.ts';
import { migrationsText } from '../../../src/report/migrations.ts';
import { judgeRelease } from '../../../src/migrations/judge.ts';
import { POSTGRESQL } from '../../../src/migrations/database.ts';

let scratch: Scratch;
before(async () => {
  scratch = await openPglite();
});
after(() => scratch.drop());

/** Each has a schema of its own: one database serves all. */
async function proven(schema: string, up: string, down: string) {
  const base = `CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.users (id bigint PRIMARY KEY, mail text);`;
  const found = recognise([
    { path: 'db/V2__x.sql', before: null, after: up.replaceAll('users', `${schema}.users`) },
    { path: 'db/U2__x.sql', before: null, after: down.replaceAll('users', `${schema}.users`) },
  ]);
  const script = { path: 'base.sql', line: 1, text: base, runnable: true };
  const proof = await prove({
    base: [{ up: script, transaction: 'implicit' }],
    migrations: found.migrations,
    budgetMs: 10_000,
    runs: 3,
    scratch,
  });
  const release = judgeRelease(found, POSTGRESQL);
  return { proof, verdict: proofVerdict(proof), text: migrationsText({ release, proof, policy: null }) };
}

test('a way down is proven without a server, and what one session cannot show is said', async () => {
  const { proof, verdict, text } = await proven(
    'a',
    'ALTER TABLE users RENAME COLUMN mail TO email; CREATE INDEX by_mail ON users (email);',
    'DROP INDEX a.by_mail; ALTER TABLE users RENAME COLUMN email TO mail;',
  );
  assert.deepEqual(verdict, { ok: true, faults: [] });
  const [ran] = proof.migrations;
  assert.equal(ran?.kind === 'ran' ? ran.downMs.length : ran?.kind, 3);
  assert.match(text, /worst of 3 runs; who it waits for was not tried/);
});

test('what a way down leaves behind is named object by object, however often it is run', async () => {
  const { verdict } = await proven(
    'b',
    'ALTER TABLE users RENAME COLUMN mail TO email; CREATE INDEX by_mail ON users (email);',
    'ALTER TABLE users RENAME COLUMN email TO mail;',
  );
  assert.equal(verdict.ok, false);
  assert.match(verdict.faults.join('\n'), /index b\.by_mail/);
  assert.doesNotMatch(verdict.faults.join('\n'), /already exists/);
});

test('a statement that the database refuses is told in its words', async () => {
  const { verdict } = await proven('c', 'ALTER TABLE users DROP COLUMN nobody;', 'SELECT 1;');
  assert.match(verdict.faults.join('\n'), /the up fails: column "nobody" of relation "users" does not exist/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scratchUrl } from '../../../src/adapters/postgres/scratch.ts';
import { connect } from '../../../src/adapters/postgres/session.ts';
import { RollbackError } from '../../../src/errors.ts';

const URL_TEXT = 'postgres://u:a-word@127.0.0.1:1/x';

test('only a variable whose name says scratch is read', () => {
  assert.equal(scratchUrl('SCRATCH_DATABASE_URL', { SCRATCH_DATABASE_URL: URL_TEXT }), URL_TEXT);
  assert.throws(() => scratchUrl('DATABASE_URL', { DATABASE_URL: URL_TEXT }), /does not say scratch/);
  assert.throws(() => scratchUrl('SCRATCH_URL', {}), /SCRATCH_URL is not set/);
});

test('a scratch variable that holds the address of the real database is refused', () => {
  for (const name of ['DATABASE_URL', 'PROD_DATABASE_URL', 'POSTGRES_DSN', 'PGURL'])
    assert.throws(
      () => scratchUrl('SCRATCH_URL', { SCRATCH_URL: URL_TEXT, [name]: URL_TEXT }),
      new RegExp(`same database as ${name}`),
      name,
    );
});

test('a server that is not there is told without the password', async () => {
  await assert.rejects(connect(URL_TEXT), (error: unknown) => {
    assert.ok(error instanceof RollbackError);
    assert.equal(error.code, 'source-unavailable');
    assert.ok(!`${error.message} ${error.hint}`.includes('a-word'));
    return true;
  });
});

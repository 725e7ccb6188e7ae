import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reached, wordsOf } from '../../../src/adapters/queue/postgres-storage.ts';

test('what a driver says of a database is told without the password in its address', async () => {
  const said = 'connect ECONNREFUSED postgres://lastgood:s3cret-word@db.example:5432/inbox';
  assert.equal(wordsOf(new Error(said)), 'connect ECONNREFUSED //***@db.example:5432/inbox');
  assert.doesNotMatch(wordsOf(new AggregateError([new Error(said)])), /s3cret/);
  await assert.rejects(
    reached(() => Promise.reject(new Error(said))),
    (error: Error & { code?: string }) => error.code === 'queue-unavailable' && !error.message.includes('s3cret'),
  );
});

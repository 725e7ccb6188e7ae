import assert from 'node:assert/strict';
import { test } from 'node:test';
import nock from 'nock';
import { tokenClient } from '../../../src/adapters/github/client.ts';
import { readJobVerdict } from '../../../src/adapters/github/job-verdict.ts';

const SHA = 'a'.repeat(40);
const PATH = `/repos/acme/deploy/commits/${SHA}`;

async function verdict(checks: readonly object[], statuses: readonly object[] | number) {
  nock.disableNetConnect();
  nock('https://api.github.com')
    .get(`${PATH}/check-runs`)
    .query({ check_name: 'lastgood/migration', filter: 'latest', per_page: 100 })
    .reply(200, { total_count: checks.length, check_runs: checks })
    .get(`${PATH}/statuses`)
    .query({ per_page: 100 })
    .reply(
      typeof statuses === 'number' ? statuses : 200,
      typeof statuses === 'number' ? { message: 'no' } : [...statuses],
    );
  try {
    const client = tokenClient({ baseUrl: 'https://api.github.com', token: 'not-a-token' });
    return await readJobVerdict(client, { owner: 'acme', repo: 'deploy' }, SHA, 'lastgood/migration');
  } finally {
    nock.cleanAll();
  }
}

const run = (status: string, conclusion: string | null) => ({ status, conclusion, output: { title: 'schema 6' } });
const status = (state: string, context = 'lastgood/migration') => ({ state, context, description: 'by hand' });

test('a check run or a status says it; only success is success', async () => {
  assert.equal(await verdict([], []), null);
  assert.deepEqual(await verdict([run('completed', 'success')], []), { state: 'success', says: 'schema 6' });
  assert.deepEqual(await verdict([], [status('success'), status('failure')]), { state: 'success', says: 'by hand' });
  for (const conclusion of ['failure', 'neutral', 'skipped', 'cancelled', 'timed_out', 'stale'])
    assert.equal((await verdict([run('completed', conclusion)], []))?.state, 'failure', conclusion);
  assert.equal((await verdict([run('in_progress', null)], []))?.state, 'pending');
  assert.equal((await verdict([], [status('error')]))?.state, 'failure');
  assert.equal(await verdict([], [status('success', 'other')]), null);
});

test('where the two disagree a failure counts, and then what is still running', async () => {
  assert.equal((await verdict([run('completed', 'success')], [status('failure')]))?.state, 'failure');
  assert.equal((await verdict([run('queued', null)], [status('success')]))?.state, 'pending');
});

test('without the right to read statuses the check run still counts', async () => {
  assert.equal((await verdict([run('completed', 'success')], 403))?.state, 'success');
});

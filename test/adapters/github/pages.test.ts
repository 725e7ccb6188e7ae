/** Answers of GitHub that do not fit into one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import nock from 'nock';
import { onlyNock } from '../only-nock.ts';
import { aRepository, graphql, HOST, REPO } from './github.ts';

onlyNock();

const SHA = 'a'.repeat(40);

test('a gate run is found behind a hundred other check runs', async () => {
  const run = (id: number, name: string) => ({
    ...{ id, name, external_id: 'x', head_sha: SHA, status: 'completed', conclusion: 'failure' },
    ...{ app: { slug: 'github-actions' }, output: { text: 'note' }, completed_at: '2026-03-01T12:00:00Z' },
  });
  const path = `${REPO}/commits/${SHA}/check-runs`;
  const page = (runs: readonly object[]) => ({ total_count: 101, check_runs: runs });
  nock(HOST)
    .get(path)
    .query({ per_page: 100, filter: 'latest' })
    .reply(200, page(Array.from({ length: 100 }, (_, i) => run(i, `job ${i}`))), {
      link: `<${HOST}${path}?per_page=100&filter=latest&page=2>; rel="next"`,
    });
  nock(HOST)
    .get(path)
    .query({ per_page: 100, filter: 'latest', page: 2 })
    .reply(200, page([run(200, 'lastgood/gate/web/production')]));
  assert.deepEqual(
    (await aRepository().gateRuns(SHA)).map(({ id }) => id),
    [200],
  );
});

test('a folder of which GitHub lists only a part is refused: what is missing would be deleted', async () => {
  const deep = { name: 'deep', type: 'tree', mode: 0o40000, oid: 'b'.repeat(40), object: { oid: 'b'.repeat(40) } };
  graphql('Trees', { data: { repository: { t0_0: { oid: SHA, entries: [deep] }, f0_0: null } } });
  nock(HOST)
    .get(`${REPO}/git/trees/${'b'.repeat(40)}`)
    .query({ recursive: '1' })
    .reply(200, {
      sha: 'b'.repeat(40),
      tree: [{ path: 'a.yaml', type: 'blob', sha: SHA, mode: '100644' }],
      truncated: true,
    });
  await assert.rejects(aRepository().trees(['apps/web'], [SHA]), /lists only a part of apps\/web\/deep/);
});

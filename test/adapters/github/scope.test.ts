import assert from 'node:assert/strict';
import { test } from 'node:test';
import { githubRepository } from '../../../src/adapters/github/repository.ts';
import { aGitHub, REPO, theApp } from '../../world/github/setup.ts';

test('a comment is about the files of its pull request or commit, however many; an issue and the open pull request of a fork are about none', async (t) => {
  const github = await aGitHub(t);
  const repository = githubRepository(theApp(github), REPO, 'lastgood[bot]');
  const scope = (number: number) => repository.scopeOf({ kind: 'issue', number });
  const files = Object.fromEntries(Array.from({ length: 230 }, (_, i) => [`apps/many/${i}.yaml`, `n: ${i}\n`]));
  const head = await github.pushCommit(REPO, { author: 'mona', branch: 'many', files });
  const number = await github.openPullRequest(REPO, { head: 'many', title: 'Many', author: 'mona' });
  const open = await scope(number);
  assert.deepEqual([open?.paths.length, new Set(open?.paths).size, open?.commit], [230, 230, null]);
  const merged = await github.merge(REPO, number, { by: 'mona', method: 'squash' });
  assert.equal((await scope(number))?.commit, merged);
  const commit = await repository.scopeOf({ kind: 'commit', sha: head });
  assert.equal(commit?.commit, head);
  assert.ok(commit.paths.includes('apps/many/7.yaml'));
  const change = { files: { 'apps/shop/values.yaml': 'image:\n  tag: "6"\n' }, title: 'Hello', branch: 'evil' };
  const fork = await github.forkPullRequest(REPO, { author: 'stranger', ...change });
  assert.deepEqual(await scope(fork), { commit: null, paths: [] });
  const issue = await theApp(github).issues.create({ owner: 'acme', repo: 'deploy', title: 'An issue' });
  assert.equal(await scope(issue.data.number), null);
});

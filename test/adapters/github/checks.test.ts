import assert from 'node:assert/strict';
import { test } from 'node:test';
import { githubRepository } from '../../../src/adapters/github/repository.ts';
import { aGitHub, REPO, theApp } from '../../world/github/setup.ts';

test('a number that is no open pull request into the branch is nothing, not an error of GitHub', async (t) => {
  const github = await aGitHub(t);
  const repository = githubRepository(theApp(github), REPO, 'lastgood[bot]');
  await github.pushCommit(REPO, { author: 'mona', branch: 'one', files: { 'apps/a.yaml': 'n: 1\n' } });
  const number = await github.openPullRequest(REPO, { head: 'one', title: 'One', author: 'mona' });
  const open = async (asked: number) => (await repository.openPulls('main', asked)).map((pull) => pull.number);
  assert.deepEqual([await open(number), await open(999)], [[number], []]);
  assert.deepEqual(await repository.openPulls('other', number), []);
  const elsewhere = githubRepository(theApp(github), `${REPO}-gone`, 'lastgood[bot]');
  await assert.rejects(elsewhere.openPulls('main', 999), /Could not/);
});

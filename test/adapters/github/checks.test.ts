import assert from 'node:assert/strict';
import { test } from 'node:test';
import { githubRepository } from '../../../src/adapters/github/repository.ts';
import { aGitHub, REPO, theApp } from '../../world/github/setup.ts';

test('open pull requests name their authors as an App or as a person; a number that is none of them is nothing, not an error of GitHub', async (t) => {
  const github = await aGitHub(t);
  const repository = githubRepository(theApp(github), REPO, 'lastgood[bot]');
  await github.pushCommit(REPO, { author: 'mona', branch: 'one', files: { 'apps/a.yaml': 'n: 1\n' } });
  const number = await github.openPullRequest(REPO, { head: 'one', title: 'One', author: 'mona' });
  const open = async (asked: number) => (await repository.openPulls('main', asked)).map((pull) => pull.number);
  assert.deepEqual([await open(number), await open(999)], [[number], []]);
  assert.deepEqual(await repository.openPulls('other', number), []);
  const pull = { title: 'Two', head: 'two', base: 'main' };
  await github.pushCommit(REPO, { author: 'mona', branch: 'two', files: { 'apps/a.yaml': 'n: 2\n' } });
  const [owner = '', repo = ''] = REPO.split('/');
  await theApp(github).pulls.create({ owner, repo, ...pull });
  assert.deepEqual((await repository.openPulls('main', null)).map(({ author }) => author).sort(), [
    `${github.app.slug}[bot]`,
    'mona',
  ]);
  const elsewhere = githubRepository(theApp(github), `${REPO}-gone`, 'lastgood[bot]');
  await assert.rejects(elsewhere.openPulls('main', 999), /Could not/);
});

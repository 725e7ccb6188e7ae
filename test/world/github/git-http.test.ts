import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { runGit } from '../../../src/world/github/git/run.ts';
import type { LocalGitHub } from '../../../src/world/github/start.ts';
import { aGitHub, aReceiver, FILES, person, repo, REPO } from './setup.ts';

interface Clone {
  readonly folder: string;
  readonly git: (...args: readonly string[]) => ReturnType<typeof runGit>;
}

async function aClone(t: TestContext, github: LocalGitHub, login: string): Promise<Clone> {
  const parent = mkdtempSync(join(tmpdir(), 'clone-'));
  t.after(() => rmSync(parent, { recursive: true, force: true }));
  const url = github.cloneUrl(REPO).replace('http://', `http://${login}:${github.token(login)}@`);
  const cloned = await runGit(parent, ['clone', '--quiet', url, 'work']);
  assert.equal(cloned.code, 0, cloned.stderr);
  const folder = join(parent, 'work');
  return { folder, git: (...args) => runGit(folder, args) };
}

async function commit({ folder, git }: Clone, text: string): Promise<string> {
  writeFileSync(join(folder, 'README.md'), text);
  await git('commit', '--quiet', '-am', `say ${text.trim()}`);
  return (await git('rev-parse', 'HEAD')).stdout.trim();
}

test('a clone holds the files, and a push moves the branch and fires the webhook', async (t) => {
  const github = await aGitHub(t);
  const receiver = await aReceiver(t);
  github.addWebhook(REPO, { url: receiver.url });
  const clone = await aClone(t, github, 'mona');
  assert.equal(readFileSync(join(clone.folder, 'apps/shop/values.yaml'), 'utf8'), FILES['apps/shop/values.yaml']);
  const sha = await commit(clone, 'pushed\n');
  const pushed = await clone.git('push', '--quiet', 'origin', 'main');
  assert.equal(pushed.code, 0, pushed.stderr);
  await github.drain();
  assert.equal((await person(github, 'mona').git.getRef({ ...repo, ref: 'heads/main' })).data.object.sha, sha);
  const [push] = receiver.received;
  assert.equal(push?.body['after'], sha);
  assert.equal((push.body['sender'] as Readonly<Record<string, unknown>>)['login'], 'mona');
});

test('a push to the head of a pull request moves it on', async (t) => {
  const github = await aGitHub(t);
  await github.pushCommit(REPO, { branch: 'two', files: { 'README.md': 'two\n' } });
  const number = await github.openPullRequest(REPO, { head: 'two', title: 'Two' });
  const clone = await aClone(t, github, 'mona');
  await clone.git('checkout', '--quiet', 'two');
  const sha = await commit(clone, 'three\n');
  await clone.git('push', '--quiet', 'origin', 'two');
  assert.equal((await person(github, 'mona').pulls.get({ ...repo, pull_number: number })).data.head.sha, sha);
});

test('a protected branch refuses a push, and one that rewrites it', async (t) => {
  const github = await aGitHub(t);
  const clone = await aClone(t, github, 'mona');
  await commit(clone, 'first\n');
  github.protect(REPO, 'main', { required_pull_request_reviews: { required_approving_review_count: 1 } });
  const refused = await clone.git('push', 'origin', 'main');
  assert.notEqual(refused.code, 0);
  assert.match(
    refused.stderr,
    /GH006: Protected branch update failed for refs\/heads\/main[\s\S]*Changes must be made through a pull request\./,
  );

  github.protect(REPO, 'main', {});
  assert.equal((await clone.git('push', 'origin', 'main')).code, 0);
  await clone.git('reset', '--quiet', '--hard', 'HEAD~1');
  const forced = await clone.git('push', '--force', 'origin', 'main');
  assert.notEqual(forced.code, 0);
  assert.match(forced.stderr, /Cannot force-push to a protected branch/);
});

test('who may only read may not push, and a private repository asks who you are', async (t) => {
  const github = await aGitHub(t);
  const clone = await aClone(t, github, 'rita');
  await commit(clone, 'no\n');
  assert.match((await clone.git('push', 'origin', 'main')).stderr, /403/);
  await github.createRepository({ owner: 'acme', name: 'secret', private: true });
  const anonymous = await runGit(clone.folder, ['ls-remote', github.cloneUrl('acme/secret')]);
  assert.notEqual(anonymous.code, 0);
});

test('what the local GitHub writes by itself is sound to git', async (t) => {
  const github = await aGitHub(t);
  await github.pushCommit(REPO, { branch: 'two', files: { 'a/b/c.txt': 'c\n', 'a-b': 'x\n', 'a.b': 'y\n' } });
  const number = await github.openPullRequest(REPO, { head: 'two', title: 'Two' });
  await github.merge(REPO, number);
  const checked = await runGit(github.repository(REPO).git.directory, ['fsck', '--full', '--strict', '--no-dangling']);
  assert.deepEqual([checked.code, checked.stderr], [0, '']);
});

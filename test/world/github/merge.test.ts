import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { LocalGitHub } from '../../../src/world/github/start.ts';
import { aGitHub, FILES, person, refusal, repo, REPO, theApp } from './setup.ts';

const SHOP = 'apps/shop/values.yaml';
const shop = FILES[SHOP];

/** A branch with one change to the shop, and a pull request for it. */
async function aChange(
  github: LocalGitHub,
  branch: string,
  text: string,
): Promise<{ readonly number: number; readonly head: string }> {
  const head = await github.pushCommit(REPO, {
    branch,
    files: { [SHOP]: text },
    author: 'mona',
    message: `Change ${branch}`,
  });
  return {
    number: await github.openPullRequest(REPO, { head: branch, title: `Change ${branch}`, author: 'mona' }),
    head,
  };
}

async function shopNow(github: LocalGitHub): Promise<string> {
  const { data } = await person(github, 'mona').repos.getContent({ ...repo, path: SHOP });
  return 'content' in data ? Buffer.from(data.content, 'base64').toString() : '';
}

async function states(github: LocalGitHub, pull_number: number): Promise<readonly unknown[]> {
  const mona = person(github, 'mona');
  const first = (await mona.pulls.get({ ...repo, pull_number })).data;
  const second = (await mona.pulls.get({ ...repo, pull_number })).data;
  return [first.mergeable, first.mergeable_state, second.mergeable, second.mergeable_state];
}

test('two changes to different lines of one file merge to both', async (t) => {
  const github = await aGitHub(t);
  const tag = await aChange(github, 'tag', shop.replace('tag: "1"', 'tag: "2"'));
  const owner = await aChange(github, 'owner', shop.replace('owner: shop', 'owner: sales'));
  await github.merge(REPO, tag.number);
  await github.merge(REPO, owner.number);
  assert.equal(await shopNow(github), shop.replace('tag: "1"', 'tag: "2"').replace('owner: shop', 'owner: sales'));
});

test('two changes to the same line conflict, and the second cannot be merged', async (t) => {
  const github = await aGitHub(t);
  const two = await aChange(github, 'two', shop.replace('"1"', '"2"'));
  const three = await aChange(github, 'three', shop.replace('"1"', '"3"'));
  await github.merge(REPO, two.number);
  assert.deepEqual(await states(github, three.number), [null, 'unknown', false, 'dirty']);
  const merge = person(github, 'mona').pulls.merge({ ...repo, pull_number: three.number });
  assert.deepEqual(await refusal(merge), { status: 405, message: 'Pull Request is not mergeable' });
});

test('mergeability is unknown at first, then known until one side moves', async (t) => {
  const github = await aGitHub(t);
  const { number } = await aChange(github, 'two', shop.replace('"1"', '"2"'));
  assert.deepEqual(await states(github, number), [null, 'unknown', true, 'clean']);
  await github.pushCommit(REPO, { files: { 'README.md': 'moved\n' } });
  assert.deepEqual(await states(github, number), [null, 'unknown', true, 'clean']);
});

test('a merge that pins another head is refused', async (t) => {
  const github = await aGitHub(t);
  const { number, head } = await aChange(github, 'two', shop.replace('"1"', '"2"'));
  await github.pushCommit(REPO, { branch: 'two', files: { 'late.txt': 'late\n' } });
  const merge = person(github, 'mona').pulls.merge({ ...repo, pull_number: number, sha: head });
  assert.deepEqual(await refusal(merge), {
    status: 409,
    message: 'Head branch was modified. Review and try the merge again.',
  });
});

test('required checks and reviews hold a merge back until they are there', async (t) => {
  const github = await aGitHub(t);
  github.protect(REPO, 'main', {
    required_status_checks: { strict: false, checks: [{ context: 'ci', app_id: 15368 }] },
    required_pull_request_reviews: { required_approving_review_count: 1 },
    enforce_admins: true,
  });
  const { number, head } = await aChange(github, 'two', shop.replace('"1"', '"2"'));
  const mona = person(github, 'mona');
  const merge = (): ReturnType<typeof mona.pulls.merge> => mona.pulls.merge({ ...repo, pull_number: number });
  assert.deepEqual(await states(github, number), [null, 'unknown', true, 'blocked']);
  assert.deepEqual(await refusal(merge()), { status: 405, message: 'Required status check "ci" is expected.' });

  await github.status(REPO, head, { context: 'ci', state: 'success', by: 'mona' });
  assert.match((await refusal(merge())).message, /"ci" is expected/, 'a status by somebody else does not count');

  await github.check(REPO, head, { name: 'ci', conclusion: 'failure' });
  assert.deepEqual(await refusal(merge()), { status: 405, message: 'Required status check "ci" is failing.' });
  await github.check(REPO, head, { name: 'ci', conclusion: 'success' });
  const review = { status: 405, message: 'At least 1 approving review is required by reviewers with write access.' };
  assert.deepEqual(await refusal(merge()), review);
  await github.review(REPO, number, { author: 'rita', event: 'APPROVE' });
  assert.deepEqual(await refusal(merge()), review, 'an approval without write access does not count');
  assert.match(
    (await refusal(mona.pulls.createReview({ ...repo, pull_number: number, event: 'APPROVE' }))).message,
    /your own pull request/,
  );
  await github.review(REPO, number, { author: 'hubot', event: 'APPROVE' });
  assert.equal((await merge()).data.merged, true);
});

test('a method that the repository does not allow is refused', async (t) => {
  const github = await aGitHub(t);
  github.repository(REPO).settings.allowMergeCommit = false;
  const { number } = await aChange(github, 'two', shop.replace('"1"', '"2"'));
  const merge = person(github, 'mona').pulls.merge({ ...repo, pull_number: number });
  assert.deepEqual(await refusal(merge), { status: 405, message: 'Merge commits are not allowed on this repository.' });
});

test('squash makes one commit with one parent, rebase keeps the commits, merge has two parents', async (t) => {
  const github = await aGitHub(t);
  const mona = person(github, 'mona');
  const shapes: unknown[] = [];
  for (const method of ['squash', 'rebase', 'merge'] as const) {
    await github.pushCommit(REPO, { branch: method, files: { [`${method}.txt`]: '1\n' }, message: 'first' });
    await github.pushCommit(REPO, { branch: method, files: { [`${method}.txt`]: '2\n' }, message: 'second' });
    const number = await github.openPullRequest(REPO, { head: method, title: `By ${method}` });
    await github.pushCommit(REPO, { files: { 'README.md': `before ${method}\n` } });
    const before = (await mona.git.getRef({ ...repo, ref: 'heads/main' })).data.object.sha;
    const sha = await github.merge(REPO, number, { method });
    const { data } = await mona.repos.compareCommitsWithBasehead({ ...repo, basehead: `${before}...main` });
    const { commit, parents } = (await mona.repos.getCommit({ ...repo, ref: sha })).data;
    shapes.push([data.total_commits, parents.length, commit.message.split('\n')[0], commit.committer?.name]);
  }
  assert.deepEqual(shapes, [
    [1, 1, 'By squash (#1)', 'GitHub'],
    [2, 1, 'second', 'GitHub'],
    [3, 2, 'Merge pull request #3 from acme/merge', 'GitHub'],
  ]);
});

test('the squash of a revert whose change is gone already is an empty commit', async (t) => {
  const github = await aGitHub(t);
  const mona = person(github, 'mona');
  await github.pushCommit(REPO, { files: { [SHOP]: shop.replace('"1"', '"2"') }, message: 'bad' });
  const revert = await aChange(github, 'revert', shop);
  await github.pushCommit(REPO, { files: { [SHOP]: shop }, message: 'reverted by hand' });
  const before = (await mona.repos.getCommit({ ...repo, ref: 'main' })).data;
  const sha = await github.merge(REPO, revert.number, { method: 'squash' });
  const after = (await mona.repos.getCommit({ ...repo, ref: sha })).data;
  assert.equal(after.commit.tree.sha, before.commit.tree.sha);
  assert.deepEqual(after.files, []);
});

test('a pull request whose head reaches the base by a push is merged', async (t) => {
  const github = await aGitHub(t);
  const mona = person(github, 'mona');
  const { number, head } = await aChange(github, 'two', shop.replace('"1"', '"2"'));
  await mona.git.updateRef({ ...repo, ref: 'heads/main', sha: head });
  assert.equal((await mona.pulls.get({ ...repo, pull_number: number })).data.merged, true);
});

test('an app that a ruleset lets by may merge directly; without the bypass it may not', async (t) => {
  const github = await aGitHub(t);
  const rules = [{ type: 'pull_request', parameters: { required_approving_review_count: 2 } }];
  const id = github.ruleset(REPO, { rules });
  const { number } = await aChange(github, 'two', shop.replace('"1"', '"2"'));
  const merge = (): Promise<unknown> => theApp(github).pulls.merge({ ...repo, pull_number: number });
  const { message, status } = await refusal(merge());
  assert.equal(status, 405);
  assert.match(message, /^Repository rule violations found\n\nAt least 2 approving reviews are required/);
  github.repository(REPO).rulesets.delete(id);
  github.ruleset(REPO, {
    rules,
    bypass: [{ actor_id: github.app.id, actor_type: 'Integration', bypass_mode: 'pull_request' }],
  });
  assert.equal((await states(github, number))[3], 'blocked');
  await merge();
});

test('a push to a branch that asks for pull requests is refused over the API', async (t) => {
  const github = await aGitHub(t);
  github.ruleset(REPO, { rules: [{ type: 'pull_request' }] });
  const { head } = await aChange(github, 'two', shop.replace('"1"', '"2"'));
  const update = person(github, 'mona').git.updateRef({ ...repo, ref: 'heads/main', sha: head });
  assert.match((await refusal(update)).message, /Changes must be made through a pull request\./);
});

test('of two pushes that start from the same commit the second is no fast forward', async (t: TestContext) => {
  const github = await aGitHub(t);
  const mona = person(github, 'mona');
  const one = await github.pushCommit(REPO, { branch: 'one', files: { 'a.txt': 'a\n' } });
  const two = await github.pushCommit(REPO, { branch: 'two', files: { 'b.txt': 'b\n' } });
  await mona.git.updateRef({ ...repo, ref: 'heads/main', sha: one });
  const late = mona.git.updateRef({ ...repo, ref: 'heads/main', sha: two });
  assert.deepEqual(await refusal(late), { status: 422, message: 'Update is not a fast forward' });
});

test('a branch is claimed once, however many ask at the same time', async (t) => {
  const github = await aGitHub(t);
  const mona = person(github, 'mona');
  const sha = (await mona.git.getRef({ ...repo, ref: 'heads/main' })).data.object.sha;
  const claims = await Promise.allSettled(
    [1, 2, 3, 4].map(() => mona.git.createRef({ ...repo, ref: 'refs/heads/claim', sha })),
  );
  assert.deepEqual(claims.map(({ status }) => status).sort(), ['fulfilled', 'rejected', 'rejected', 'rejected']);
});

test('a draft, a late branch and a failing check that nobody requires each have their own state', async (t) => {
  const github = await aGitHub(t);
  const { number, head } = await aChange(github, 'two', shop.replace('"1"', '"2"'));
  await github.check(REPO, head, { name: 'lint', conclusion: 'failure' });
  assert.equal((await states(github, number))[3], 'unstable');
  await github.check(REPO, head, { name: 'lint', conclusion: 'success' });
  await github.pushCommit(REPO, { files: { 'README.md': 'moved\n' } });
  assert.equal((await states(github, number))[3], 'clean');
  github.protect(REPO, 'main', { required_status_checks: { strict: true, contexts: ['lint'] } });
  assert.equal((await states(github, number))[3], 'behind');
  await github.pushCommit(REPO, { branch: 'early', files: { 'early.txt': '1\n' } });
  const draft = await github.openPullRequest(REPO, { head: 'early', title: 'Early', draft: true });
  assert.equal((await states(github, draft))[3], 'draft');
  const merge = person(github, 'mona').pulls.merge({ ...repo, pull_number: draft });
  assert.deepEqual(await refusal(merge), { status: 405, message: 'Pull Request is still a draft' });
});

test('a push to the head withdraws approvals where the rules say so', async (t) => {
  const github = await aGitHub(t);
  const reviews = { required_approving_review_count: 1, dismiss_stale_reviews: true };
  github.protect(REPO, 'main', { required_pull_request_reviews: reviews });
  const { number } = await aChange(github, 'two', shop.replace('"1"', '"2"'));
  await github.review(REPO, number, { author: 'hubot', event: 'APPROVE' });
  assert.equal((await states(github, number))[3], 'clean');
  await github.pushCommit(REPO, { branch: 'two', files: { 'sneaky.txt': '1\n' } });
  assert.equal((await states(github, number))[3], 'blocked');
});

test('deleting the head branch closes its pull request', async (t) => {
  const github = await aGitHub(t);
  const mona = person(github, 'mona');
  const { number } = await aChange(github, 'two', shop.replace('"1"', '"2"'));
  await mona.git.deleteRef({ ...repo, ref: 'heads/two' });
  const { state, merged } = (await mona.pulls.get({ ...repo, pull_number: number })).data;
  assert.deepEqual([state, merged], ['closed', false]);
});

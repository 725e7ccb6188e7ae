/** What makes a revert hard on GitHub: queues, late branches, bypasses, teams, forks, gates of environments. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { LocalGitHub } from '../../../src/world/github/start.ts';
import { aGitHub, aReceiver, FILES, graphql, person, refusal, repo, REPO, theApp } from './setup.ts';

const SHOP = 'apps/shop/values.yaml';
const CI = {
  type: 'required_status_checks',
  parameters: { required_status_checks: [{ context: 'ci' }], strict_required_status_checks_policy: false },
};

async function aChange(github: LocalGitHub, branch = 'two'): Promise<{ number: number; head: string; id: string }> {
  const files = { [SHOP]: FILES[SHOP].replace('"1"', `"${branch}"`) };
  const head = await github.pushCommit(REPO, { branch, files, author: 'mona', message: `Change ${branch}` });
  const number = await github.openPullRequest(REPO, { head: branch, title: branch, author: 'mona' });
  const id = (await person(github, 'mona').pulls.get({ ...repo, pull_number: number })).data.node_id;
  return { number, head, id };
}

async function aHookedGitHub(t: TestContext) {
  const hook = await aReceiver(t);
  const github = await aGitHub(t);
  github.setWebhook(hook.url);
  const events = (name: string) =>
    hook.received.filter(({ headers }) => headers['x-github-event'] === name).map(({ body }) => body);
  return { github, events };
}

const ENQUEUE = `mutation ($pull: ID!, $jump: Boolean) {
  enqueuePullRequest(input: { pullRequestId: $pull, jump: $jump }) { mergeQueueEntry { position } } }`;

test('a queue asks for the checks of its merge group, and merges that very commit once they passed', async (t) => {
  const { github, events } = await aHookedGitHub(t);
  const { number, head, id } = await aChange(github);
  await github.check(REPO, head, { name: 'ci', conclusion: 'success' });
  github.ruleset(REPO, { rules: [CI, { type: 'merge_queue' }] });
  assert.deepEqual((await graphql(github, github.appToken(), ENQUEUE, { pull: id, jump: true })).errors, []);
  await github.drain();
  const [asked] = events('merge_group');
  const group = asked?.['merge_group'] as { head_sha: string; head_ref: string; base_ref: string };
  assert.deepEqual([asked?.['action'], group.base_ref], ['checks_requested', 'refs/heads/main']);
  assert.match(group.head_ref, /^refs\/heads\/gh-readonly-queue\/main\/pr-1-/);
  const pull = async () => (await person(github, 'mona').pulls.get({ ...repo, pull_number: number })).data;
  assert.equal((await pull()).merged, false);
  await github.check(REPO, group.head_sha, { name: 'ci', conclusion: 'success' });
  await github.drain();
  assert.deepEqual([(await pull()).merged, (await pull()).merge_commit_sha], [true, group.head_sha]);
  assert.deepEqual(
    events('merge_group').map((body) => [body['action'], body['reason']]),
    [
      ['checks_requested', undefined],
      ['destroyed', 'merged'],
    ],
  );
});

test('a merge group whose check fails puts its pull request out of the queue', async (t) => {
  const { github, events } = await aHookedGitHub(t);
  const { number, head, id } = await aChange(github);
  await github.check(REPO, head, { name: 'ci', conclusion: 'success' });
  github.ruleset(REPO, { rules: [CI, { type: 'merge_queue' }] });
  await graphql(github, github.appToken(), ENQUEUE, { pull: id, jump: false });
  await github.drain();
  const group = events('merge_group')[0]?.['merge_group'] as { head_sha: string };
  await github.check(REPO, group.head_sha, { name: 'ci', conclusion: 'failure' });
  await github.drain();
  const dequeued = events('pull_request').find(({ action }) => action === 'dequeued');
  assert.equal(dequeued?.['reason'], 'CI_FAILURE');
  assert.equal((await person(github, 'mona').pulls.get({ ...repo, pull_number: number })).data.merged, false);
});

test('who jumps the queue is first, and not everybody may', async (t) => {
  const { github } = await aHookedGitHub(t);
  const [first, second] = [await aChange(github, 'first'), await aChange(github, 'second')];
  for (const { head } of [first, second]) await github.check(REPO, head, { name: 'ci', conclusion: 'success' });
  github.ruleset(REPO, { rules: [CI, { type: 'merge_queue' }] });
  await graphql(github, github.appToken(), ENQUEUE, { pull: first.id, jump: false });
  const denied = await graphql(github, github.token('mona'), ENQUEUE, { pull: second.id, jump: true });
  assert.match(denied.errors[0]?.message ?? '', /not authorized to jump/);
  const jumped = await graphql(github, github.appToken(), ENQUEUE, { pull: second.id, jump: true });
  assert.deepEqual(jumped.data['enqueuePullRequest'], { mergeQueueEntry: { position: 1 } });
});

test('a late branch is brought up to date once, and only from the head that was seen', async (t) => {
  const github = await aGitHub(t);
  const { number, head } = await aChange(github);
  await github.pushCommit(REPO, { files: { 'README.md': '# new\n' } });
  const update = (expected_head_sha: string) =>
    theApp(github).pulls.updateBranch({ ...repo, pull_number: number, expected_head_sha });
  assert.deepEqual(await refusal(update('0'.repeat(40))), {
    status: 422,
    message: "expected head sha didn't match current head ref.",
  });
  assert.equal((await update(head)).status, 202);
  const { data } = await person(github, 'mona').pulls.get({ ...repo, pull_number: number });
  assert.equal(data.commits, 2);
  assert.notEqual(data.head.sha, head);
  assert.equal((await refusal(update(data.head.sha))).status, 422);
});

test('a ruleset says who may step over it: an App, and the members of a team', async (t) => {
  const github = await aGitHub(t);
  const team = github.team('acme', 'oncall', ['hubot']);
  const id = github.ruleset(REPO, {
    rules: [{ type: 'pull_request', parameters: { required_approving_review_count: 1 } }],
    bypass: [
      { actor_id: github.app.id, actor_type: 'Integration', bypass_mode: 'pull_request' },
      { actor_id: team, actor_type: 'Team', bypass_mode: 'always' },
    ],
  });
  const asked = async (octokit: ReturnType<typeof person>) =>
    (await octokit.repos.getRepoRuleset({ ...repo, ruleset_id: id })).data;
  assert.equal((await asked(theApp(github))).current_user_can_bypass, 'pull_requests_only');
  assert.equal((await asked(person(github, 'hubot'))).current_user_can_bypass, 'always');
  const mona = await asked(person(github, 'mona'));
  assert.deepEqual([mona.current_user_can_bypass, mona.bypass_actors], ['never', undefined]);
  const { number } = await aChange(github);
  assert.equal((await refusal(person(github, 'mona').pulls.merge({ ...repo, pull_number: number }))).status, 405);
  assert.equal((await theApp(github).pulls.merge({ ...repo, pull_number: number })).data.merged, true);
});

test('a file can be written and removed by path, and only over the blob that was seen', async (t) => {
  const github = await aGitHub(t);
  const mona = person(github, 'mona');
  const content = (text: string) => Buffer.from(text).toString('base64');
  const put = (text: string, sha?: string) =>
    mona.repos.createOrUpdateFileContents({
      ...{ ...repo, path: 'notes.md', message: 'Note', content: content(text) },
      ...(sha === undefined ? {} : { sha }),
    });
  const made = await put('one');
  assert.equal(made.status, 201);
  assert.equal((await refusal(put('two'))).status, 422);
  assert.equal((await refusal(put('two', '0'.repeat(40)))).status, 409);
  const changed = await put('two', made.data.content?.sha ?? '');
  assert.equal(changed.status, 200);
  const gone = await mona.repos.deleteFile({
    ...{ ...repo, path: 'notes.md', message: 'Gone', sha: changed.data.content?.sha ?? '' },
  });
  assert.equal(gone.data.content, null);
});

test('a pull request from a fork names the fork, and is found by its branch only there', async (t) => {
  const github = await aGitHub(t);
  const number = await github.forkPullRequest(REPO, {
    author: 'trudy',
    branch: 'rollback/production/shop/0123456',
    title: 'Revert',
    files: { [SHOP]: FILES[SHOP].replace('"1"', '"9"') },
  });
  const { data } = await person(github, 'mona').pulls.get({ ...repo, pull_number: number });
  assert.equal(data.head.label, 'trudy:rollback/production/shop/0123456');
  assert.equal(data.head.repo.full_name, 'trudy/deploy');
  const { data: found } = await graphql(
    github,
    github.token('mona'),
    `
      query ($n: Int!) {
        repository(owner: "acme", name: "deploy") {
          pullRequest(number: $n) {
            isCrossRepository
            headRepository {
              nameWithOwner
            }
            headRef {
              name
            }
            potentialMergeCommit {
              tree {
                oid
              }
            }
          }
        }
      }
    `,
    { n: number },
  );
  const pull = (found['repository'] as { pullRequest: Record<string, unknown> }).pullRequest;
  assert.deepEqual(
    [pull['isCrossRepository'], pull['headRepository'], pull['headRef']],
    [true, { nameWithOwner: 'trudy/deploy' }, null],
  );
  await github.merge(REPO, number);
  assert.equal((await person(github, 'mona').pulls.get({ ...repo, pull_number: number })).data.merged, true);
});

test('a check run that is asked for again, and an environment that waits, are told to the App that owns them', async (t) => {
  const { github, events } = await aHookedGitHub(t);
  const { head } = await aChange(github);
  const check = await github.check(REPO, head, { name: 'gate', conclusion: 'failure', app: github.app.id });
  await github.rerequest(REPO, check, 'mona');
  const run = await github.reachEnvironment(REPO, { environment: 'production', ref: 'main' });
  await github.drain();
  assert.ok(events('check_run').some((body) => body['action'] === 'rerequested'));
  const [asked] = events('deployment_protection_rule');
  assert.deepEqual([asked?.['action'], asked?.['environment']], ['requested', 'production']);
  assert.match(
    String(asked?.['deployment_callback_url']),
    new RegExp(`/actions/runs/${run}/deployment_protection_rule$`),
  );
  const answer = (state?: 'approved' | 'rejected') =>
    theApp(github).request('POST /repos/{owner}/{repo}/actions/runs/{run_id}/deployment_protection_rule', {
      ...{ ...repo, run_id: run, environment_name: 'production', comment: 'looking' },
      ...(state === undefined ? {} : { state }),
    } as never);
  await answer();
  assert.equal((await answer('approved')).status, 204);
  assert.equal(github.repository(REPO).heldRuns.get(run)?.state, 'approved');
  assert.equal((await refusal(answer('rejected'))).status, 422);
});

test('a delivery that failed can be found and sent again under the same id', async (t) => {
  const hook = await aReceiver(t);
  const github = await aGitHub(t);
  github.setWebhook(hook.url);
  github.failWebhook({ kind: 'drop', event: 'push' });
  await github.pushCommit(REPO, { files: { 'README.md': '# new\n' } });
  await github.drain();
  assert.equal(hook.received.length, 0);
  const [failed] = github.deliveries.filter(({ statusCode }) => statusCode >= 400);
  assert.ok(failed);
  await github.redeliver(failed.id);
  assert.equal(hook.received[0]?.headers['x-github-delivery'], failed.guid);
});

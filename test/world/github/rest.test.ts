import assert from 'node:assert/strict';
import { test } from 'node:test';
import { restRoutes } from '../../../src/world/github/rest/routes.ts';
import { aGitHub, FILES, person, refusal, repo, REPO, theApp, withToken } from './setup.ts';

test('every route answers as GitHub describes it', async (t) => {
  const seen = new Set<string>();
  const github = await aGitHub(t, { onExchange: ({ method, route }) => seen.add(`${method} ${route ?? ''}`) });
  github.team('acme', 'sre', ['mona']);
  const mona = person(github, 'mona');
  const ada = person(github, 'ada');
  const app = theApp(github);
  const asApp = await app.apps.getAuthenticated();
  assert.equal(asApp.data?.slug, 'lastgood');
  await app.apps.listInstallations();
  await app.apps.getInstallation({ installation_id: github.app.installationId });
  await app.apps.getRepoInstallation(repo);
  await app.apps.createInstallationAccessToken({
    installation_id: github.app.installationId,
    repositories: ['deploy'],
  });
  await app.apps.listReposAccessibleToInstallation();
  const code = github.createFromManifest({
    name: 'another',
    default_permissions: { issues: 'read' },
    default_events: [],
  });
  const { data: another } = await app.apps.createFromManifest({ code });
  assert.deepEqual([another.slug, another.permissions], ['another', { metadata: 'read', issues: 'read' }]);
  assert.equal((await refusal(app.apps.createFromManifest({ code }))).status, 404);

  // Repository, people, branches.
  assert.equal((await mona.repos.get(repo)).data.permissions?.push, true);
  await ada.repos.update({ ...repo, description: 'what runs', allow_auto_merge: true });
  await mona.repos.listBranches(repo);
  await mona.repos.getBranch({ ...repo, branch: 'main' });
  await mona.repos.checkCollaborator({ ...repo, username: 'mona' });
  await mona.teams.getMembershipForUserInOrg({ org: 'acme', team_slug: 'sre', username: 'mona' });
  const roles = await Promise.all(
    ['rita', 'trudy', 'mona', 'mary', 'ada'].map(async (username) => {
      const { data } = await app.repos.getCollaboratorPermissionLevel({ ...repo, username });
      return `${data.permission}/${data.role_name}`;
    }),
  );
  assert.deepEqual(roles, ['read/read', 'read/triage', 'write/write', 'write/maintain', 'admin/admin']);

  // Git data: a commit made of its parts.
  const head = (await mona.git.getRef({ ...repo, ref: 'heads/main' })).data.object.sha;
  const base = (await mona.git.getCommit({ ...repo, commit_sha: head })).data;
  const blob = (
    await mona.git.createBlob({ ...repo, content: Buffer.from('new\n').toString('base64'), encoding: 'base64' })
  ).data;
  assert.equal(
    Buffer.from((await mona.git.getBlob({ ...repo, file_sha: blob.sha })).data.content, 'base64').toString(),
    'new\n',
  );
  const tree = await app.git.createTree({
    ...repo,
    base_tree: base.tree.sha,
    tree: [
      { path: 'apps/new.txt', mode: '100755', type: 'blob', sha: blob.sha },
      { path: 'apps/cart/values.yaml', mode: '100644', type: 'blob', sha: null },
      { path: 'inline.txt', mode: '100644', type: 'blob', content: 'inline\n' },
    ],
  });
  const commit = (await app.git.createCommit({ ...repo, message: 'by parts', tree: tree.data.sha, parents: [head] }))
    .data;
  assert.equal(commit.verification.verified, true);
  await app.git.createRef({ ...repo, ref: 'refs/heads/parts', sha: commit.sha });
  const listed = (await mona.git.getTree({ ...repo, tree_sha: commit.sha, recursive: '1' })).data;
  assert.deepEqual(
    listed.tree.filter(({ type }) => type === 'blob').map(({ mode, path }) => `${mode} ${path}`),
    ['100644 README.md', '100755 apps/new.txt', '100644 apps/shop/values.yaml', '100644 inline.txt'],
  );
  await app.git.createRef({ ...repo, ref: 'refs/heads/spare', sha: head });
  await app.git.updateRef({ ...repo, ref: 'heads/spare', sha: commit.sha });
  assert.equal((await mona.git.listMatchingRefs({ ...repo, ref: 'heads/s' })).data.length, 1);
  await app.git.deleteRef({ ...repo, ref: 'heads/spare' });
  const tag = (await mona.git.createTag({ ...repo, tag: 'v1', message: 'one', object: head, type: 'commit' })).data;
  await mona.git.getTag({ ...repo, tag_sha: tag.sha });

  // Files and history.
  const file = (await mona.repos.getContent({ ...repo, path: 'apps/shop/values.yaml' })).data;
  assert.ok('content' in file);
  assert.equal(Buffer.from(file.content, 'base64').toString(), FILES['apps/shop/values.yaml']);
  await mona.repos.getContent({ ...repo, path: 'apps' });
  await mona.repos.getContent({ ...repo, path: '' });
  assert.equal((await mona.repos.listCommits({ ...repo, sha: 'parts', path: 'apps/new.txt' })).data.length, 1);
  assert.equal((await mona.repos.getCommit({ ...repo, ref: 'parts' })).data.files?.length, 3);
  const compared = (await mona.repos.compareCommitsWithBasehead({ ...repo, basehead: 'main...parts' })).data;
  assert.deepEqual([compared.status, compared.ahead_by, compared.behind_by], ['ahead', 1, 0]);

  // A pull request and all that hangs on it.
  const pull = (await app.pulls.create({ ...repo, head: 'parts', base: 'main', title: 'Parts', body: 'why' })).data;
  const pull_number = pull.number;
  await mona.pulls.list({ ...repo, state: 'all', head: 'acme:parts' });
  await app.pulls.update({ ...repo, pull_number, title: 'Parts!' });
  await mona.pulls.listFiles({ ...repo, pull_number });
  await mona.pulls.listCommits({ ...repo, pull_number });
  await app.pulls.requestReviewers({ ...repo, pull_number, reviewers: ['mona', 'hubot'] });
  await app.pulls.listRequestedReviewers({ ...repo, pull_number });
  await app.pulls.removeRequestedReviewers({ ...repo, pull_number, reviewers: ['hubot'] });
  const review = (await mona.pulls.createReview({ ...repo, pull_number, event: 'APPROVE', body: 'fine' })).data;
  await mona.pulls.listReviews({ ...repo, pull_number });
  await mona.pulls.getReview({ ...repo, pull_number, review_id: review.id });
  await mona.pulls.dismissReview({ ...repo, pull_number, review_id: review.id, message: 'no' });
  await mona.repos.listPullRequestsAssociatedWithCommit({ ...repo, commit_sha: commit.sha });
  assert.equal((await refusal(mona.pulls.checkIfMerged({ ...repo, pull_number }))).status, 404);

  // Issues, comments, reactions, labels.
  const issue = (await mona.issues.create({ ...repo, title: 'Bad', body: 'release', labels: ['incident'] })).data;
  const issue_number = issue.number;
  await mona.issues.listForRepo({ ...repo, labels: 'incident', state: 'all' });
  await mona.issues.get({ ...repo, issue_number });
  await mona.issues.update({ ...repo, issue_number, state: 'closed', state_reason: 'completed' });
  const comment = (await app.issues.createComment({ ...repo, issue_number, body: 'looking' })).data;
  const comment_id = comment.id;
  await mona.issues.listComments({ ...repo, issue_number });
  await mona.issues.listCommentsForRepo({ ...repo, sort: 'updated', direction: 'desc', since: '2026-01-01T00:00:00Z' });
  await mona.issues.getComment({ ...repo, comment_id });
  await app.issues.updateComment({ ...repo, comment_id, body: 'found' });
  const eyes = (await app.reactions.createForIssueComment({ ...repo, comment_id, content: 'eyes' })).data;
  await app.reactions.listForIssueComment({ ...repo, comment_id });
  await app.reactions.deleteForIssueComment({ ...repo, comment_id, reaction_id: eyes.id });
  const rocket = (await app.reactions.createForIssue({ ...repo, issue_number, content: 'rocket' })).data;
  await app.reactions.listForIssue({ ...repo, issue_number });
  await app.reactions.deleteForIssue({ ...repo, issue_number, reaction_id: rocket.id });
  await app.issues.deleteComment({ ...repo, comment_id });
  const spoken = (await mona.repos.createCommitComment({ ...repo, commit_sha: head, body: 'this one' })).data;
  const onCommit = await app.repos.listCommentsForCommit({ ...repo, commit_sha: head });
  assert.deepEqual(
    onCommit.data.map(({ id, commit_id, body }) => [id, commit_id, body]),
    [[spoken.id, head, 'this one']],
  );
  const heart = (await app.reactions.createForCommitComment({ ...repo, comment_id: spoken.id, content: 'heart' })).data;
  await app.reactions.listForCommitComment({ ...repo, comment_id: spoken.id });
  await app.reactions.deleteForCommitComment({ ...repo, comment_id: spoken.id, reaction_id: heart.id });
  await mona.issues.createLabel({ ...repo, name: 'rollback', color: 'ff0000', description: 'a way back' });
  await mona.issues.listLabelsForRepo(repo);
  await mona.issues.getLabel({ ...repo, name: 'rollback' });
  await mona.issues.updateLabel({ ...repo, name: 'rollback', color: '00ff00' });
  await app.issues.addLabels({ ...repo, issue_number: pull_number, labels: ['rollback', 'urgent'] });
  await app.issues.listLabelsOnIssue({ ...repo, issue_number: pull_number });
  await app.issues.removeLabel({ ...repo, issue_number: pull_number, name: 'urgent' });
  await app.issues.setLabels({ ...repo, issue_number: pull_number, labels: ['rollback'] });
  await app.issues.removeAllLabels({ ...repo, issue_number: pull_number });
  await mona.issues.deleteLabel({ ...repo, name: 'urgent' });

  // Checks, statuses, deployments.
  const check = (
    await app.checks.create({
      ...{ ...repo, name: 'lastgood', head_sha: commit.sha, status: 'in_progress' },
      actions: [{ label: 'Roll back', description: 'Opens the revert', identifier: 'rollback' }],
    })
  ).data;
  const output = { title: 'fine', summary: 'all good' };
  await app.checks.update({ ...repo, check_run_id: check.id, status: 'completed', conclusion: 'success', output });
  await app.checks.get({ ...repo, check_run_id: check.id });
  await app.checks.listForRef({ ...repo, ref: 'parts' });
  await app.checks.createSuite({ ...repo, head_sha: head });
  const suite = (await app.checks.listSuitesForRef({ ...repo, ref: 'parts' })).data.check_suites[0];
  assert.equal(suite?.conclusion, 'success');
  await app.checks.getSuite({ ...repo, check_suite_id: suite.id });
  await mona.checks.rerequestRun({ ...repo, check_run_id: check.id });
  await mona.checks.rerequestSuite({ ...repo, check_suite_id: suite.id });
  await app.checks.listForSuite({ ...repo, check_suite_id: suite.id });
  await mona.repos.createCommitStatus({ ...repo, sha: commit.sha, state: 'success', context: 'ci' });
  assert.equal((await mona.repos.getCombinedStatusForRef({ ...repo, ref: 'parts' })).data.state, 'success');
  await mona.repos.listCommitStatusesForRef({ ...repo, ref: 'parts' });
  const deployment = (
    await app.repos.createDeployment({
      ...repo,
      ref: 'main',
      auto_merge: false,
      required_contexts: [],
      environment: 'prod',
    })
  ).data;
  assert.ok('id' in deployment);
  const deployment_id = deployment.id;
  const status = (
    await app.repos.createDeploymentStatus({ ...repo, deployment_id, state: 'success', description: 'recovered' })
  ).data;
  await app.repos.listDeployments({ ...repo, environment: 'prod' });
  await app.repos.getDeployment({ ...repo, deployment_id });
  await app.repos.listDeploymentStatuses({ ...repo, deployment_id });
  await app.repos.getDeploymentStatus({ ...repo, deployment_id, status_id: status.id });
  await mona.repos.createDispatchEvent({ ...repo, event_type: 'go', client_payload: { a: 1 } });
  await mona.actions.createWorkflowDispatch({ ...repo, workflow_id: 'ci.yml', ref: 'main' });

  // Rules.
  await ada.repos.updateBranchProtection({
    ...{ ...repo, branch: 'main', enforce_admins: true, restrictions: null },
    required_status_checks: { strict: false, contexts: ['ci'] },
    required_pull_request_reviews: { required_approving_review_count: 1 },
  });
  await ada.repos.getBranchProtection({ ...repo, branch: 'main' });
  await mona.repos.getBranch({ ...repo, branch: 'main' });
  await ada.repos.deleteBranchProtection({ ...repo, branch: 'main' });
  const ruleset = (
    await ada.repos.createRepoRuleset({
      ...{ ...repo, name: 'careful', enforcement: 'active' },
      conditions: { ref_name: { include: ['~DEFAULT_BRANCH'], exclude: [] } },
      rules: [
        {
          type: 'required_status_checks',
          parameters: { strict_required_status_checks_policy: false, required_status_checks: [{ context: 'ci' }] },
        },
        { type: 'merge_queue' } as never,
      ],
    })
  ).data;
  assert.equal((await mona.repos.getBranchRules({ ...repo, branch: 'main' })).data.length, 2);
  await mona.repos.getRepoRulesets(repo);
  await mona.repos.getRepoRuleset({ ...repo, ruleset_id: ruleset.id });
  await ada.repos.updateRepoRuleset({ ...repo, ruleset_id: ruleset.id, enforcement: 'disabled' });
  await ada.repos.deleteRepoRuleset({ ...repo, ruleset_id: ruleset.id });

  await mona.pulls.get({ ...repo, pull_number });
  await mona.pulls.merge({ ...repo, pull_number, merge_method: 'squash' });
  await mona.pulls.checkIfMerged({ ...repo, pull_number });
  const deliveries = await app.apps.listWebhookDeliveries();
  assert.equal(deliveries.data.length, 0);

  const all = restRoutes.map(({ method, template }) => `${method} ${template}`);
  const elsewhere = new Set([
    'GET /app/hook/deliveries/{delivery_id}',
    'POST /app/hook/deliveries/{delivery_id}/attempts',
    'GET /repos/{owner}/{repo}/contents',
    'PUT /repos/{owner}/{repo}/contents/{path}',
    'DELETE /repos/{owner}/{repo}/contents/{path}',
    'PUT /repos/{owner}/{repo}/pulls/{pull_number}/update-branch',
    'POST /repos/{owner}/{repo}/actions/runs/{run_id}/deployment_protection_rule',
  ]);
  assert.deepEqual(
    all.filter((route) => !seen.has(route) && !elsewhere.has(route)),
    [],
  );
});

test('a list is given in pages, with links to the next and the last', async (t) => {
  const github = await aGitHub(t);
  const number = await openSome(github);
  const mona = person(github, 'mona');
  for (let at = 0; at < 7; at += 1) await github.comment(REPO, number, { author: 'mona', body: `note ${at}` });
  const first = await mona.issues.listComments({ ...repo, issue_number: number, per_page: 3 });
  assert.match(first.headers.link ?? '', /page=2>; rel="next".*page=3>; rel="last"/);
  const all = await mona.paginate(mona.issues.listComments, { ...repo, issue_number: number, per_page: 3 });
  assert.deepEqual(
    all.map(({ body }) => body),
    ['note 0', 'note 1', 'note 2', 'note 3', 'note 4', 'note 5', 'note 6'],
  );
});

async function openSome(github: Awaited<ReturnType<typeof aGitHub>>): Promise<number> {
  await github.pushCommit(REPO, { branch: 'change', files: { 'README.md': '# changed\n' } });
  return github.openPullRequest(REPO, { head: 'change', title: 'Change', author: 'mona' });
}

test('GitHub refuses in its own words', async (t) => {
  const github = await aGitHub(t);
  const mona = person(github, 'mona');
  await openSome(github);
  const sha = (await mona.git.getRef({ ...repo, ref: 'heads/main' })).data.object.sha;
  const again = { ...repo, ref: 'refs/heads/change', sha };
  assert.deepEqual(await refusal(mona.git.createRef(again)), { status: 422, message: 'Reference already exists' });
  const twin = await refusal(mona.pulls.create({ ...repo, head: 'change', base: 'main', title: 'again' }));
  assert.match(twin.message, /^Validation Failed: .*A pull request already exists for acme:change\./);
  await mona.git.createRef({ ...repo, ref: 'refs/heads/same', sha });
  const empty = await refusal(mona.pulls.create({ ...repo, head: 'same', base: 'main', title: 'nothing' }));
  assert.match(empty.message, /No commits between main and same/);
  assert.deepEqual(await refusal(mona.git.getRef({ ...repo, ref: 'heads/none' })), {
    status: 404,
    message: 'Not Found',
  });
  assert.equal((await refusal(person(github, 'rita').git.createRef({ ...again, ref: 'refs/heads/rita' }))).status, 403);
});

test('an app may do only what it was given, and a private repository is hidden from it elsewhere', async (t) => {
  const github = await aGitHub(t, { app: { permissions: { contents: 'read' } } });
  await github.createRepository({ owner: 'acme', name: 'secret', private: true, install: false });
  const app = theApp(github);
  const write = app.issues.create({ ...repo, title: 'no' });
  assert.deepEqual(await refusal(write), { status: 403, message: 'Resource not accessible by integration' });
  assert.equal((await refusal(app.repos.get({ owner: 'acme', repo: 'secret' }))).status, 404);
});

test('what is longer than GitHub takes is refused, wherever it is written', async (t) => {
  const github = await aGitHub(t);
  const number = await openSome(github);
  const [app, mona] = [theApp(github), person(github, 'mona')];
  const head_sha = (await mona.git.getRef({ ...repo, ref: 'heads/main' })).data.object.sha;
  const long = (most: number) => 'x'.repeat(most + 1);
  const check = { ...repo, name: 'lastgood', head_sha };
  const at = { ...repo, issue_number: number };
  const pull = { ...repo, pull_number: number };
  for (const call of [
    () => app.checks.create({ ...check, output: { title: 'a', summary: long(65_535) } }),
    () => app.checks.create({ ...check, output: { title: 'a', summary: 'b', text: long(65_535) } }),
    () => mona.issues.create({ ...repo, title: long(256) }),
    () => mona.issues.update({ ...at, title: long(256) }),
    () => mona.issues.createComment({ ...at, body: long(65_536) }),
    () => mona.issues.addLabels({ ...at, labels: [long(50)] }),
    () => mona.pulls.update({ ...pull, body: long(65_536) }),
    () => mona.pulls.update({ ...pull, title: long(256) }),
    () => mona.repos.createCommitStatus({ ...repo, sha: head_sha, state: 'success', description: long(140) }),
  ])
    assert.equal((await refusal(call())).status, 422, String(call));
  assert.equal((await mona.pulls.get(pull)).data.title.length < 256, true);
});

test('a workflow may do only what its permissions say', async (t) => {
  const github = await aGitHub(t);
  const workflow = withToken(github, github.actionsToken(REPO, { contents: 'read', checks: 'write' }));
  await workflow.repos.getContent({ ...repo, path: 'README.md' });
  assert.equal((await refusal(workflow.issues.create({ ...repo, title: 'no' }))).status, 403);
});

test('a call that is told to fail fails once, and may have done its work all the same', async (t) => {
  const github = await aGitHub(t);
  const number = await openSome(github);
  const mona = person(github, 'mona');
  github.failNext({ method: 'PUT', path: /\/merge$/, status: 500, applyFirst: true });
  const merge = mona.pulls.merge({ ...repo, pull_number: number, request: { retries: 0 } });
  assert.equal((await refusal(merge)).status, 500);
  assert.equal((await mona.pulls.get({ ...repo, pull_number: number })).data.merged, true);
});

test('an unchanged page costs a 304', async (t) => {
  const github = await aGitHub(t);
  const headers = { authorization: `bearer ${github.token('mona')}` };
  const first = await fetch(`${github.url}/api/v3/repos/${REPO}`, { headers });
  const second = await fetch(`${github.url}/api/v3/repos/${REPO}`, {
    headers: { ...headers, 'if-none-match': first.headers.get('etag') ?? '' },
  });
  assert.deepEqual([first.status, second.status], [200, 304]);
});

test('a fault can cut the line, or answer with the headers of a rate limit', async (t) => {
  const github = await aGitHub(t);
  const url = `${github.url}/repos/${REPO}`;
  github.failNext({ path: /acme/, status: 0 });
  await assert.rejects(fetch(url));
  const answer = {
    message: 'You have exceeded a secondary rate limit.',
    documentation_url: 'https://docs.github.com/rest',
  };
  github.failNext({ method: 'GET', path: /acme/, status: 403, headers: { 'retry-after': '60' }, answer });
  const limited = await fetch(url);
  assert.deepEqual([limited.status, limited.headers.get('retry-after')], [403, '60']);
  assert.equal((await fetch(url)).status, 200);
  assert.deepEqual(
    github.calls.map(({ status }) => status),
    [0, 403, 200],
  );
});

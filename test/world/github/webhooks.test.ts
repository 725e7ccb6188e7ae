import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { aGitHub, aReceiver, person, repo, REPO, theApp, type Received } from './setup.ts';

function names(received: readonly Received[]): readonly string[] {
  return received.map(({ headers, body }) => {
    const event = headers['x-github-event'] ?? '';
    return typeof body['action'] === 'string' ? `${event}.${body['action']}` : event;
  });
}

test('a webhook is signed, names its installation and carries the whole story', async (t) => {
  const github = await aGitHub(t);
  const receiver = await aReceiver(t);
  github.setWebhook(receiver.url);
  await github.pushCommit(REPO, { branch: 'two', files: { 'README.md': 'two\n' }, author: 'mona' });
  const number = await github.openPullRequest(REPO, { head: 'two', title: 'Two', author: 'mona' });
  await github.comment(REPO, number, { author: 'mona', body: '/rollback shop' });
  await github.merge(REPO, number, { by: 'mona' });
  await github.drain();
  assert.deepEqual(names(receiver.received), [
    'push',
    'pull_request.opened',
    'issue_comment.created',
    'push',
    'pull_request.closed',
  ]);
  for (const { headers, text, body } of receiver.received) {
    const signature = createHmac('sha256', 'whisper').update(text).digest('hex');
    assert.equal(headers['x-hub-signature-256'], `sha256=${signature}`);
    assert.equal(headers['x-github-hook-installation-target-id'], String(github.app.id));
    assert.equal(headers['x-github-hook-installation-target-type'], 'integration');
    assert.deepEqual(body['installation'], {
      id: github.app.installationId,
      node_id: `IN_${github.app.installationId}`,
    });
  }
  const closed = receiver.received.at(-1)?.body['pull_request'] as Readonly<Record<string, unknown>>;
  assert.equal(closed['merged'], true);
  const ids = new Set(receiver.received.map(({ headers }) => headers['x-github-delivery']));
  assert.equal(ids.size, 5);
});

test('a push tells which files changed, so that Argo CD knows whom it concerns', async (t) => {
  const github = await aGitHub(t);
  const receiver = await aReceiver(t);
  github.addWebhook(REPO, { url: receiver.url });
  const before = (await person(github, 'mona').git.getRef({ ...repo, ref: 'heads/main' })).data.object.sha;
  const after = await github.pushCommit(REPO, {
    files: { 'README.md': 'x\n', 'new.txt': 'n\n', 'apps/cart/values.yaml': null },
  });
  await github.drain();
  const [push] = receiver.received;
  assert.deepEqual([push?.body['ref'], push?.body['before'], push?.body['after']], ['refs/heads/main', before, after]);
  const [commit] = push?.body['commits'] as readonly Readonly<Record<string, unknown>>[];
  assert.deepEqual(
    [commit?.['added'], commit?.['modified'], commit?.['removed']],
    [['new.txt'], ['README.md'], ['apps/cart/values.yaml']],
  );
  assert.equal(push?.body['installation'], undefined);
});

test('a failed delivery stays failed until it is asked for again, under the same id', async (t) => {
  const github = await aGitHub(t, { app: { events: ['issues'] } });
  const receiver = await aReceiver(t);
  github.setWebhook(receiver.url);
  receiver.answer(500);
  await person(github, 'mona').issues.create({ ...repo, title: 'Bad' });
  await github.drain();
  const app = theApp(github);
  const [failed] = (await app.apps.listWebhookDeliveries({ status: 'failure' })).data;
  assert.deepEqual([failed?.status_code, failed?.event, failed?.redelivery], [500, 'issues', false]);
  receiver.answer(204);
  await app.apps.redeliverWebhookDelivery({ delivery_id: failed?.id ?? 0 });
  await github.drain();
  const [again, first] = (await app.apps.listWebhookDeliveries()).data;
  assert.deepEqual([again?.status_code, again?.redelivery, again?.guid], [204, true, first?.guid]);
  const ids = receiver.received.map(({ headers }) => headers['x-github-delivery']);
  assert.deepEqual(ids, [failed?.guid, failed?.guid]);
  const whole = (await app.apps.getWebhookDelivery({ delivery_id: failed?.id ?? 0 })).data;
  assert.equal(whole.request.payload?.['action'], 'opened');
});

test('webhooks can be dropped, lost, doubled, held back and swapped', async (t) => {
  const github = await aGitHub(t);
  const receiver = await aReceiver(t);
  github.setWebhook(receiver.url);
  const number = (await person(github, 'mona').issues.create({ ...repo, title: 'Bad' })).data.number;
  await github.drain();
  const said = async (kind: 'drop' | 'lose' | 'duplicate' | 'hold' | 'reorder'): Promise<readonly unknown[]> => {
    receiver.received.length = 0;
    github.failWebhook({ kind, event: 'issue_comment' });
    await github.comment(REPO, number, { author: 'mona', body: 'one' });
    await github.comment(REPO, number, { author: 'mona', body: 'two' });
    await github.drain();
    return receiver.received.map(({ body }) => (body['comment'] as Readonly<Record<string, unknown>>)['body']);
  };
  assert.deepEqual(await said('drop'), ['two']);
  assert.equal(github.deliveries.at(-2)?.status, 'failed to connect to host');
  const logged = github.deliveries.length;
  assert.deepEqual(await said('lose'), ['two']);
  assert.equal(github.deliveries.length, logged + 1);
  assert.deepEqual([...(await said('duplicate'))].sort(), ['one', 'one', 'two']);
  assert.deepEqual(await said('hold'), ['two']);
  github.release();
  await github.drain();
  assert.equal(receiver.received.length, 2);
  assert.deepEqual(await said('reorder'), ['two', 'one']);
});

test('what a workflow does with its own token starts no workflows', async (t) => {
  const github = await aGitHub(t);
  const started: string[] = [];
  github.onWorkflow(({ event }) => void started.push(event));
  const call = (path: string, body: unknown): Promise<Response> =>
    fetch(`${github.url}/repos/${REPO}${path}`, {
      method: 'POST',
      headers: { authorization: `token ${github.actionsToken(REPO)}` },
      body: JSON.stringify(body),
    });
  const issue = await call('/issues', { title: 'by a workflow' });
  assert.equal(((await issue.json()) as { user: { login: string } }).user.login, 'github-actions[bot]');
  await call('/dispatches', { event_type: 'go' });
  await github.pushCommit(REPO, { files: { 'README.md': 'by hand\n' } });
  await github.drain();
  assert.deepEqual(started, ['repository_dispatch', 'push']);
});

test('a click on a button of a check run is told to its app alone', async (t) => {
  const github = await aGitHub(t);
  const app = await aReceiver(t);
  const other = await aReceiver(t);
  const sha = (await person(github, 'mona').git.getRef({ ...repo, ref: 'heads/main' })).data.object.sha;
  const actions = [{ label: 'Roll back', description: 'Opens the revert', identifier: 'rollback' }];
  const { data } = await theApp(github).checks.create({
    ...repo,
    name: 'gate',
    head_sha: sha,
    conclusion: 'failure',
    status: 'completed',
    actions,
  });
  github.setWebhook(app.url);
  github.addWebhook(REPO, { url: other.url, events: ['*'] });
  await github.click(REPO, data.id, 'rollback', 'mona');
  await github.drain();
  assert.deepEqual([names(app.received), names(other.received)], [['check_run.requested_action'], []]);
  assert.deepEqual(app.received[0]?.body['requested_action'], { identifier: 'rollback' });
});

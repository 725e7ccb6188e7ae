import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { tokenClient } from '../../../src/adapters/github/client.ts';
import { writePage } from '../../../src/adapters/notify/github-issue.ts';
import { startGitHub } from '../../../src/world/github/start.ts';
import { incidentPage } from '../../../src/report/notify/incident-page.ts';
import { aNotice } from '../../report/notify/builders.ts';

async function aRepository(t: TestContext) {
  const github = await startGitHub({ app: {} });
  t.after(() => github.close());
  await github.createRepository({
    owner: 'acme',
    name: 'deploy',
    files: { 'README.md': 'x' },
    collaborators: { eve: 'write' },
  });
  const client = tokenClient({ baseUrl: github.url, token: github.appToken() });
  const options = { client, repository: 'acme/deploy', login: 'lastgood[bot]' };
  const issues = () => [...github.repository('acme/deploy').issues.values()];
  return { github, options, issues };
}

const story = [
  aNotice({ fact: 'i/opened', occasion: 'opened' }),
  aNotice({ fact: 'i/escalated' }),
  aNotice({ fact: 'i/merged', occasion: 'merged' }),
];

test('an incident has one issue, however often it is told, and the issue is closed with the recovery', async (t) => {
  const { options, issues } = await aRepository(t);
  for (const notice of [...story, ...story])
    assert.deepEqual(await writePage(options, ['sev1'], notice), { kind: 'delivered' });
  assert.equal(issues().length, 1);
  const [issue] = issues();
  assert.deepEqual(issue?.labels.map(({ name }) => name).sort(), ['lastgood: incident', 'sev1']);
  assert.equal(issue.comments.length, 0);
  assert.equal(issue.state, 'open');
  await writePage(options, ['sev1'], aNotice({ fact: 'i/recovered', occasion: 'recovered' }));
  assert.equal(issues()[0]?.state, 'closed');
  assert.equal(issues()[0]?.body?.match(/^\| 2026-/gm)?.length, 4);
});

test('a fact that is told again after the recovery does not take the page back', async (t) => {
  const { options, issues } = await aRepository(t);
  const merged = aNotice({ fact: 'i/merged', occasion: 'merged', at: '2026-03-01T12:15:00.000Z' });
  await writePage(options, [], merged);
  await writePage(options, [], aNotice({ fact: 'i/end', occasion: 'recovered', at: '2026-03-01T12:20:00.000Z' }));
  const body = issues()[0]?.body;
  assert.deepEqual(await writePage(options, [], merged), { kind: 'delivered' });
  await writePage(options, [], aNotice({ fact: 'i/late', occasion: 'needs-you', at: '2026-03-01T12:14:00.000Z' }));
  assert.deepEqual([issues()[0]?.state, issues()[0]?.body], ['closed', body]);
});

test('a call for a person is told although GitHub, which dated the merge, has a clock that is ahead', async (t) => {
  const { options, issues } = await aRepository(t);
  const merged = aNotice({ fact: 'i/merged', occasion: 'merged', at: '2026-03-01T12:15:20.000Z' });
  await writePage(options, [], merged);
  await writePage(options, [], aNotice({ fact: 'i/called', occasion: 'needs-you', at: '2026-03-01T12:15:01.000Z' }));
  assert.match(issues()[0]?.title ?? '', /^Needs you/);
  await writePage(options, [], merged);
  assert.match(issues()[0]?.title ?? '', /^Needs you/, 'what is told again takes nothing back');
});

test('two replicas that tell of one incident at once leave one page with both facts', async (t) => {
  const { options, issues } = await aRepository(t);
  const looked = Promise.withResolvers<undefined>();
  const go = Promise.withResolvers<undefined>();
  const paginate = async (...asked: readonly unknown[]): Promise<unknown> => {
    const found: unknown = await Reflect.apply(options.client.paginate, options.client, asked);
    looked.resolve(undefined);
    await go.promise;
    return found;
  };
  const slow = { ...options, client: { ...options.client, paginate: paginate as typeof options.client.paginate } };
  const second = writePage(slow, [], aNotice({ fact: 'i/merged', occasion: 'merged' }));
  await looked.promise;
  await writePage(options, [], aNotice({ fact: 'i/opened', occasion: 'opened' }));
  go.resolve(undefined);
  assert.deepEqual(await second, { kind: 'delivered' });
  const open = issues().filter(({ state }) => state === 'open');
  assert.equal(open.length, 1);
  assert.equal(open[0]?.body?.match(/^\| 2026-/gm)?.length, 2);
});

test('another incident has another issue, and the end of one that nobody was told of has none', async (t) => {
  const { options, issues } = await aRepository(t);
  await writePage(options, [], aNotice({ incident: 'ffffffffffff', occasion: 'recovered' }));
  assert.equal(issues().length, 0);
  await writePage(options, [], aNotice());
  await writePage(options, [], aNotice({ incident: 'ffffffffffff' }));
  assert.equal(issues().length, 2);
});

test('the marker of an incident in an issue of somebody else is not believed', async (t) => {
  const { github, options, issues } = await aRepository(t);
  const eve = tokenClient({ baseUrl: github.url, token: github.token('eve') });
  const { title, body } = incidentPage(aNotice(), null);
  await eve.request('POST /repos/{owner}/{repo}/issues', {
    owner: 'acme',
    repo: 'deploy',
    title,
    body,
    labels: ['lastgood: incident'],
  });
  await writePage(options, [], aNotice({ fact: 'i/merged', occasion: 'merged' }));
  assert.equal(issues().length, 2);
  assert.equal(issues()[0]?.body, body);
});

test('a GitHub that is away is asked again; one that forbids is not', async (t) => {
  const { github, options } = await aRepository(t);
  const away = { ...options, client: tokenClient({ baseUrl: 'http://127.0.0.1:1', token: 'x' }) };
  assert.equal((await writePage(away, [], aNotice())).kind, 'again');
  github.uninstall('acme/deploy');
  const refused = await writePage(options, [], aNotice());
  assert.equal(refused.kind, 'refused');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import nock from 'nock';
import { neverAnswers, onlyNock } from '../only-nock.ts';
import { lookAt } from './look-at.ts';

onlyNock();

const env = {
  LANGFUSE_PUBLIC_KEY: 'pk-1',
  LANGFUSE_SECRET_KEY: 'sk-1',
  BRAINTRUST_API_KEY: 'bt-1',
  MAXIM_API_KEY: 'mx-1',
  LANGSMITH_API_KEY: 'ls-1',
  LAUNCHDARKLY_TOKEN: 'ld-1',
  UNLEASH_TOKEN: 'un-1',
  GROWTHBOOK_TOKEN: 'gb-1',
};
const seen = async (config: object, text: string) => {
  const { state, says, madeAt } = await lookAt(config, text, env);
  return [state, says, madeAt];
};

test('MLflow: a version that is still being registered, or failed, cannot be used', async () => {
  const config = { kind: 'mlflow', url: 'http://mlflow.example' };
  const answer = (version: object) =>
    nock('http://mlflow.example')
      .get('/api/2.0/mlflow/model-versions/get')
      .query({ name: 'fraud', version: '7' })
      .reply(200, { model_version: { name: 'fraud', version: '7', creation_timestamp: '1700000000000', ...version } });
  answer({ status: 'PENDING_REGISTRATION' });
  assert.deepEqual(await seen(config, 'fraud/7'), [
    'not-ready',
    'PENDING_REGISTRATION instead of READY',
    1_700_000_000_000,
  ]);
  answer({ status: 'FAILED_REGISTRATION', status_message: 'no such file' });
  assert.deepEqual((await seen(config, 'fraud/7')).slice(0, 2), [
    'not-ready',
    'FAILED_REGISTRATION instead of READY: no such file',
  ]);
});

test('Langfuse: versions, labels, and a prompt in a folder', async () => {
  const at = () => nock('https://cloud.langfuse.com').get('/api/public/v2/prompts/team%2Fsummarise');
  const prompt = { name: 'team/summarise', version: 7, labels: ['production'], createdAt: '2026-11-01T00:00:00Z' };
  at().query({ version: '7' }).basicAuth({ user: 'pk-1', pass: 'sk-1' }).reply(200, prompt);
  assert.deepEqual(await seen({ kind: 'langfuse' }, 'team/summarise@7'), [
    'there',
    'there, label production',
    Date.UTC(2026, 10, 1),
  ]);
  at().query({ label: 'production' }).reply(200, prompt);
  assert.equal(
    (await seen({ kind: 'langfuse' }, 'team/summarise@production'))[1],
    'leads to version 7 today, label production',
  );
  at().query({ version: '8' }).reply(404, { message: 'Prompt not found', error: 'LangfuseNotFoundError' });
  assert.deepEqual((await seen({ kind: 'langfuse' }, 'team/summarise@8')).slice(0, 2), [
    'gone',
    'Langfuse has no such version',
  ]);
});

test('Braintrust: a version is a transaction; what answers with another one is told', async () => {
  const config = { kind: 'braintrust', project: 'Shop' };
  const answer = (objects: readonly object[]) =>
    nock('https://api.braintrust.dev', { reqheaders: { authorization: 'Bearer bt-1' } })
      .get('/v1/prompt')
      .query({ project_name: 'Shop', slug: 'summarise', version: '1000192656880881099', limit: '1' })
      .reply(200, { objects });
  const text = 'summarise@1000192656880881099';
  answer([{ _xact_id: '1000192656880881099', created: '2026-11-01T00:00:00Z' }]);
  assert.deepEqual(await seen(config, text), ['there', 'there, as version 1000192656880881099', Date.UTC(2026, 10, 1)]);
  answer([{ _xact_id: '1000192656880880000', created: '2026-10-01T00:00:00Z' }]);
  assert.equal((await seen(config, text))[0], 'other-digest');
  answer([]);
  assert.equal((await seen(config, text))[0], 'gone');
});

test('Braintrust: any other name is an environment, which leads to a version', async () => {
  const config = { kind: 'braintrust', project: 'Shop' };
  const answer = (objects: readonly object[]) =>
    nock('https://api.braintrust.dev')
      .get('/v1/prompt')
      .query({ project_name: 'Shop', slug: 'summarise', environment: 'production', limit: '1' })
      .reply(200, { objects });
  answer([{ _xact_id: '1000192656880881099', created: '2026-11-01T00:00:00Z' }]);
  const { says, leads } = await lookAt(config, 'summarise@production', env);
  assert.deepEqual([says, leads], ['leads to version 1000192656880881099 today', '1000192656880881099']);
  answer([]);
  assert.equal(
    (await seen(config, 'summarise@production'))[1],
    'Braintrust has no environment production of summarise in Shop',
  );
  assert.equal((await seen({ kind: 'maxim' }, 'clx1@Environment=prod'))[0], 'unknown');
});

test('Maxim: the versions of a prompt, and one that was deleted', async () => {
  const answer = () =>
    nock('https://api.getmaxim.ai', { reqheaders: { 'x-maxim-api-key': 'mx-1' } })
      .get('/v1/prompts/versions')
      .query({ promptId: 'clx1' })
      .reply(200, {
        data: [
          { id: 'a', version: 7, createdAt: '2026-11-01T00:00:00Z' },
          { id: 'b', version: 6, createdAt: '2026-10-01T00:00:00Z', deletedAt: '2026-11-02T00:00:00Z' },
        ],
      });
  answer();
  assert.deepEqual(await seen({ kind: 'maxim' }, 'clx1@7'), ['there', 'there', Date.UTC(2026, 10, 1)]);
  answer();
  assert.equal((await seen({ kind: 'maxim' }, 'clx1@6'))[0], 'gone');
  answer();
  assert.deepEqual((await seen({ kind: 'maxim' }, 'clx1@9')).slice(0, 2), [
    'gone',
    'Maxim has no version 9; it has 7, 6',
  ]);
});

test('LangSmith: a commit, a tag that leads to one, and the 404 of a wrong address', async () => {
  const answer = (name: string) =>
    nock('https://api.smith.langchain.com', { reqheaders: { 'x-api-key': 'ls-1' } }).get(
      `/commits/acme/summarise/${name}`,
    );
  const commit = { commit_hash: '1a2b3c4d5e6f7081', manifest: {} };
  answer('1a2b3c4d').reply(200, commit);
  assert.deepEqual(await seen({ kind: 'langsmith' }, 'acme/summarise:1a2b3c4d'), ['there', 'there', null]);
  answer('live').reply(200, commit);
  assert.equal((await seen({ kind: 'langsmith' }, 'acme/summarise:live'))[1], 'leads to commit 1a2b3c4d today');
  answer('ffff').reply(404, { detail: 'Commit not found' });
  assert.equal((await seen({ kind: 'langsmith' }, 'acme/summarise:ffff'))[0], 'gone');
  answer('ffff').reply(404, { detail: 'Not Found' });
  assert.equal((await seen({ kind: 'langsmith' }, 'acme/summarise:ffff'))[0], 'unknown');
});

test('flags: on, off, archived, and of another environment, as LaunchDarkly, Unleash and GrowthBook say it', async () => {
  const ld = { kind: 'launchdarkly', project: 'shop', environment: 'production' };
  const un = { kind: 'unleash', url: 'https://unleash.example', environment: 'production' };
  const gb = { kind: 'growthbook', environment: 'production' };
  const LD = (body: object, status = 200) =>
    nock('https://app.launchdarkly.com', { reqheaders: { authorization: 'ld-1' } })
      .get('/api/v2/flags/shop/ranker')
      .query({ env: 'production' })
      .reply(status, body);
  const UN = (body: object, status = 200) =>
    nock('https://unleash.example', { reqheaders: { authorization: 'un-1' } })
      .get('/api/admin/projects/default/features/ranker')
      .reply(status, body);
  const GB = (body: object, status = 200) =>
    nock('https://api.growthbook.io', { reqheaders: { authorization: 'Bearer gb-1' } })
      .get('/api/v2/features/ranker')
      .reply(status, body);
  const says = async (config: object) => (await seen(config, 'ranker')).slice(0, 2);

  LD({ archived: false, environments: { production: { on: true } } });
  assert.deepEqual(await says(ld), ['there', 'on in production']);
  LD({ archived: true, environments: { production: { on: false } } });
  assert.deepEqual(await says(ld), ['gone', 'LaunchDarkly has archived it, so it is no longer served']);
  LD({ code: 'not_found', message: 'Unknown flag key' }, 404);
  assert.deepEqual(await says(ld), ['gone', 'LaunchDarkly has no such flag']);
  UN({ name: 'ranker', archived: false, environments: [{ name: 'production', enabled: false }] });
  assert.deepEqual(await says(un), ['there', 'off in production']);
  UN({ id: 'x', name: 'NotFoundError', message: 'Could not find feature' }, 404);
  assert.deepEqual(await says(un), ['gone', 'Unleash has no such flag']);
  GB({ feature: { id: 'ranker', archived: false, environments: { staging: { enabled: true } } } });
  assert.deepEqual(await says(gb), ['gone', 'GrowthBook has no environment production for it']);
  GB({ feature: { id: 'ranker', archived: false, environments: { production: { enabled: true } } } });
  assert.deepEqual(await says(gb), ['there', 'on in production']);
});

test('an answer of another shape, a page, a refusal and a missing variable are unknown, and name what to do', async () => {
  const config = { kind: 'growthbook', environment: 'production' };
  const answer = (status: number, body: nock.Body) =>
    nock('https://api.growthbook.io').get('/api/v2/features/ranker').reply(status, body);
  for (const [status, body, words] of [
    [200, { flag: {} }, /another shape than its API documents \(at feature\)/],
    [200, '<html>', /another shape/],
    [404, '<html>', /check the address/],
    [401, {}, /HTTP 401: check the credentials/],
    [503, {}, /HTTP 503/],
  ] as const) {
    answer(status, body);
    const [state, says] = await seen(config, 'ranker');
    assert.equal(state, 'unknown');
    assert.match(String(says), words);
  }
  const unset = await lookAt(config, 'ranker', {});
  assert.deepEqual([unset.state, unset.says], ['unknown', 'the environment variable GROWTHBOOK_TOKEN is not set']);
});

test('a registry that is silent is given up when its time is over', async () => {
  const found = await lookAt({ kind: 'growthbook', environment: 'p' }, 'ranker', env, {
    fetch: neverAnswers,
    budgetMs: 30,
  });
  assert.equal(found.state, 'unknown');
  assert.match(found.says, /did not answer within|no answer within/);
});

test('the guard of the network holds for registries too: a metadata service is not asked', async () => {
  const config = { kind: 'mlflow', url: 'http://169.254.169.254' };
  const found = await lookAt(config, 'fraud/7', {}, { budgetMs: 1000 });
  assert.deepEqual([found.state, /metadata/.test(found.says)], ['unknown', true], found.says);
});

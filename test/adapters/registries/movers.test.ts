import assert from 'node:assert/strict';
import { test } from 'node:test';
import nock from 'nock';
import { movers } from '../../../src/adapters/registries/movers.ts';
import { registrySchema } from '../../../src/playbook/schema-registries.ts';
import { toReference } from '../../../src/registries/pointers.ts';
import { neverAnswers, onlyNock } from '../only-nock.ts';

onlyNock();

const env = {
  MLFLOW_TOKEN: 'ml-1',
  LANGFUSE_PUBLIC_KEY: 'pk-1',
  LANGFUSE_SECRET_KEY: 'sk-1',
  BRAINTRUST_API_KEY: 'bt-1',
  MAXIM_API_KEY: 'mx-1',
  LANGSMITH_API_KEY: 'ls-1',
  LAUNCHDARKLY_TOKEN: 'ld-1',
  UNLEASH_TOKEN: 'un-1',
  GROWTHBOOK_TOKEN: 'gb-1',
};

function aMover(config: object, pointer: string, more: { fetch?: typeof fetch; env?: typeof env } = {}) {
  const registries = { it: registrySchema.parse(config) };
  const [reference] = toReference(registries, 'it', pointer);
  assert.ok(reference, pointer);
  const door = movers(registries, { env, ...more });
  const prepare = async (to: string) => {
    const prepared = await door.prepare(reference, to);
    assert.ok(prepared.kind === 'ready', JSON.stringify(prepared));
    for (const secret of Object.values(env)) assert.ok(!JSON.stringify(prepared).includes(secret), secret);
    return prepared.request;
  };
  return { door, reference, prepare, move: async (to: string) => door.send(reference, await prepare(to)) };
}

const mlflow = { kind: 'mlflow', url: 'https://mlflow.example', auth: { bearer: 'MLFLOW_TOKEN' } };

test('MLflow: the alias is set to the version', async () => {
  nock('https://mlflow.example', { reqheaders: { authorization: 'Bearer ml-1' } })
    .post('/api/2.0/mlflow/registered-models/alias', { name: 'fraud', alias: 'champion', version: '7' })
    .reply(200, {});
  assert.deepEqual(await aMover(mlflow, 'fraud@champion').move('7'), { kind: 'sent' });
});

test('Langfuse: the label is given to the version, which takes it from the other', async () => {
  nock('https://cloud.langfuse.com')
    .patch('/api/public/v2/prompts/team%2Fsummarise/versions/7', { newLabels: ['production'] })
    .basicAuth({ user: 'pk-1', pass: 'sk-1' })
    .reply(200, {});
  assert.deepEqual(await aMover({ kind: 'langfuse' }, 'team/summarise@production').move('7'), { kind: 'sent' });
});

test('LangSmith: a tag is moved by the id of the commit, which is looked up by its hash', async () => {
  const commits = () =>
    nock('https://api.smith.langchain.com', { reqheaders: { 'x-api-key': 'ls-1' } })
      .get('/commits/acme/summarise/')
      .query({ limit: '100' })
      .reply(200, {
        commits: [
          { id: 'id-2', commit_hash: 'bbbb2222cccc' },
          { id: 'id-1', commit_hash: 'aaaa1111dddd' },
        ],
      });
  commits();
  nock('https://api.smith.langchain.com', { reqheaders: { 'x-api-key': 'ls-1' } })
    .patch('/repos/acme/summarise/tags/production', { commit_id: 'id-1' })
    .reply(200, {});
  const { move, door, reference } = aMover({ kind: 'langsmith' }, 'acme/summarise:production');
  assert.deepEqual(await move('aaaa1111'), { kind: 'sent' });
  commits();
  const none = await door.prepare(reference, 'cccc3333');
  assert.ok(none.kind === 'refused' && /none of the newest 100 commits/.test(none.because));
});

test('Braintrust: the environment of the prompt is set to the version', async () => {
  nock('https://api.braintrust.dev', { reqheaders: { authorization: 'Bearer bt-1' } })
    .get('/v1/prompt')
    .query({ project_name: 'Shop', slug: 'summarise', limit: '1' })
    .reply(200, { objects: [{ id: 'p-1' }] });
  nock('https://api.braintrust.dev', { reqheaders: { authorization: 'Bearer bt-1' } })
    .put('/environment-object/prompt/p-1/production', { object_version: '1000192656880881099', org_name: 'Acme' })
    .reply(200, {});
  const config = { kind: 'braintrust', project: 'Shop', organization: 'Acme' };
  assert.deepEqual(await aMover(config, 'summarise@production').move('1000192656880881099'), { kind: 'sent' });
});

test('Maxim: the version is deployed under the condition that the pointer names', async () => {
  nock('https://api.getmaxim.ai', { reqheaders: { 'x-maxim-api-key': 'mx-1' } })
    .post('/v1/prompts/deploy', {
      promptId: 'clx1',
      version: 7,
      workspaceId: 'ws-1',
      deploymentConditions: [{ variable: 'Environment', operator: '=', value: 'prod' }],
    })
    .reply(200, { data: { id: 'd-1' } });
  const config = { kind: 'maxim', workspace: 'ws-1' };
  assert.deepEqual(await aMover(config, 'clx1@Environment=prod').move('7'), { kind: 'sent' });
});

test('LaunchDarkly: a semantic patch of one environment; Unleash and GrowthBook: the switch of one environment', async () => {
  nock('https://app.launchdarkly.com', {
    reqheaders: { authorization: 'ld-1', 'content-type': /domain-model=launchdarkly\.semanticpatch/ },
  })
    .patch(
      '/api/v2/flags/shop/ranker',
      ({ environmentKey, instructions }: { environmentKey: string; instructions: unknown }) =>
        environmentKey === 'production' && JSON.stringify(instructions) === '[{"kind":"turnFlagOff"}]',
    )
    .reply(200, {});
  const launchdarkly = { kind: 'launchdarkly', project: 'shop', environment: 'production' };
  assert.deepEqual(await aMover(launchdarkly, 'ranker').move('off'), { kind: 'sent' });
  nock('https://flags.example', { reqheaders: { authorization: 'un-1' } })
    .post('/api/admin/projects/default/features/ranker/environments/production/on')
    .reply(200);
  const unleash = { kind: 'unleash', url: 'https://flags.example', environment: 'production' };
  assert.deepEqual(await aMover(unleash, 'ranker').move('on'), { kind: 'sent' });
  nock('https://api.growthbook.io', { reqheaders: { authorization: 'Bearer gb-1' } })
    .post(
      '/api/v2/features/ranker/toggle',
      (body: { environments: unknown }) => JSON.stringify(body.environments) === '{"production":false}',
    )
    .reply(200, {});
  const growthbook = { kind: 'growthbook', environment: 'production' };
  assert.deepEqual(await aMover(growthbook, 'ranker').move('off'), { kind: 'sent' });
  const { door, reference } = aMover(growthbook, 'ranker');
  assert.equal((await door.prepare(reference, '7')).kind, 'refused');
});

test('a refusal is said in the words of the registry; a 5xx or silence leaves it open, and nothing is sent twice', async () => {
  const at = () => nock('https://mlflow.example').post('/api/2.0/mlflow/registered-models/alias');
  at().reply(403, { error_code: 'PERMISSION_DENIED', message: 'EDIT is needed' });
  const refused = await aMover(mlflow, 'fraud@champion').move('7');
  assert.ok(refused.kind === 'refused' && /HTTP 403.*"EDIT is needed"/.test(refused.because), JSON.stringify(refused));
  at().once().reply(503, 'busy');
  assert.equal((await aMover(mlflow, 'fraud@champion').move('7')).kind, 'unsure');
  at().reply(302, '', { location: 'https://elsewhere.example/' });
  assert.equal((await aMover(mlflow, 'fraud@champion').move('7')).kind, 'refused');
});

test('without its credentials nothing is asked and nothing is sent', async () => {
  const without = { ...env, MLFLOW_TOKEN: '' };
  const asked = aMover(mlflow, 'fraud@champion', { env: without, fetch: neverAnswers });
  const prepared = await asked.door.prepare(asked.reference, '7');
  assert.deepEqual(prepared, { kind: 'refused', because: 'the environment variable MLFLOW_TOKEN is not set' });
});

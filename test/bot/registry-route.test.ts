import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import type { Observer } from '../../bot/observers.ts';
import type { Porter } from '../../bot/porter.ts';
import { registriesRoute } from '../../bot/registry-route.ts';
import { registrySchema } from '../../src/playbook/schema-registries.ts';

const NOW = Date.parse('2026-11-17T14:00:10Z');
const SECRET = 'secret-of-the-registry';
const ENV = { MLFLOW_HOOK: SECRET, OTHER_HOOK: 'secret-of-another-one', SHORT: 'short' };

function anObserver(name: string, config: object, webhook = 'MLFLOW_HOOK', repository = 'acme/deploy'): Observer {
  const registry = registrySchema.parse({ ...config, observe: { webhook } });
  const observe = 'observe' in registry ? registry.observe : undefined;
  assert.ok(observe);
  return { origin: { repository, installationId: 9 }, name, registry, observe };
}

const mlflow = (name = 'models', webhook?: string, repository?: string) =>
  anObserver(name, { kind: 'mlflow', url: 'http://mlflow.example' }, webhook, repository);

type Kept = Parameters<Porter['moved']>;

async function aDoor(t: TestContext, observers: readonly Observer[], down = false) {
  const kept: Kept[] = [];
  const route = registriesRoute({
    observers: { all: () => (down ? Promise.reject(new Error('GitHub answered 502')) : Promise.resolve(observers)) },
    porter: { moved: async (...args) => void kept.push(args) },
    env: ENV,
    now: () => NOW,
  });
  const server = createServer((request, response) => void route(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/registries/`;
  const post = async (name: string, body: string, headers: Record<string, string>) => {
    const answer = await fetch(`${url}${name}`, { method: 'POST', body, headers });
    return [answer.status, (await answer.text()).trim()] as const;
  };
  return { kept, post };
}

const ALIAS = JSON.stringify({
  entity: 'model_version_alias',
  action: 'created',
  timestamp: '2026-11-17T14:00:00Z',
  data: { name: 'fraud', alias: 'champion', version: '7' },
});
const MOVE = { pointer: 'fraud@champion', to: '7', by: null, at: '2026-11-17T14:00:00.000Z' };

function signedByMlflow(body: string, { secret = SECRET, at = NOW, id = 'delivery-1' } = {}) {
  const stamp = String(Math.floor(at / 1000));
  const mac = createHmac('sha256', secret).update(`${id}.${stamp}.${body}`).digest('base64');
  return { 'x-mlflow-signature': `v1,${mac}`, 'x-mlflow-timestamp': stamp, 'x-mlflow-delivery-id': id };
}

test('a move that MLflow has signed is kept once for the repositories whose secret signed it', async (t) => {
  const { kept, post } = await aDoor(t, [mlflow(), mlflow('models', 'OTHER_HOOK', 'acme/other'), mlflow('elsewhere')]);
  const headers = signedByMlflow(ALIAS);
  assert.deepEqual(await post('models', ALIAS, headers), [202, 'kept for 1 of 1 repositories']);
  assert.deepEqual(
    kept.map(([origin, news]) => [origin.repository, news]),
    [['acme/deploy', { registry: 'models', moves: [MOVE] }]],
  );
  assert.deepEqual(await post('models', ALIAS, headers), [202, 'this request was accepted before']);
  assert.equal(kept.length, 1);
});

test('a signature of another body, key, delivery or time opens nothing', async (t) => {
  const { kept, post } = await aDoor(t, [mlflow()]);
  const good = signedByMlflow(ALIAS);
  const tries: readonly (readonly [string, Record<string, string>])[] = [
    [ALIAS.replace('"7"', '"8"'), good],
    [ALIAS, signedByMlflow(ALIAS, { secret: 'secret-of-another-one' })],
    [ALIAS, { ...good, 'x-mlflow-delivery-id': 'delivery-2' }],
    [ALIAS, signedByMlflow(ALIAS, { at: NOW - 301_000 })],
    [ALIAS, signedByMlflow(ALIAS, { at: NOW + 301_000 })],
    [ALIAS, { ...good, 'x-mlflow-timestamp': 'now' }],
    [ALIAS, {}],
    [ALIAS, { authorization: `Bearer ${SECRET}` }],
  ];
  for (const [body, headers] of tries) {
    const [status, text] = await post('models', body, headers);
    assert.equal(status, 401, JSON.stringify(headers));
    assert.ok(!text.includes(SECRET));
  }
  assert.deepEqual(kept, []);
});

test('Langfuse signs its time and body, LaunchDarkly and GrowthBook the body; each is read in its own words', async (t) => {
  const { kept, post } = await aDoor(t, [
    anObserver('prompts', { kind: 'langfuse' }),
    anObserver('flags', { kind: 'launchdarkly', project: 'shop', environment: 'production' }),
    anObserver('features', { kind: 'growthbook', environment: 'production' }),
  ]);
  const hex = (text: string) => createHmac('sha256', SECRET).update(text).digest('hex');
  const stamp = NOW / 1000;
  const prompt = JSON.stringify({
    type: 'prompt-version',
    action: 'updated',
    timestamp: '2026-11-17T14:00:00Z',
    prompt: { name: 'summarise', version: 7, labels: ['production'] },
  });
  const signature = { 'x-langfuse-signature': `t=${stamp},v1=${hex(`${stamp}.${prompt}`)}` };
  assert.equal((await post('prompts', prompt, signature))[0], 202);
  assert.equal((await post('prompts', `${prompt} `, signature))[0], 401);
  const old = stamp - 301;
  assert.equal(
    (await post('prompts', prompt, { 'x-langfuse-signature': `t=${old},v1=${hex(`${old}.${prompt}`)}` }))[0],
    401,
  );
  const flag = JSON.stringify({
    kind: 'flag',
    date: NOW - 5000,
    accesses: [{ action: 'updateOn', resource: 'proj/shop:env/production:flag/ranker' }],
    currentVersion: { environments: { production: { on: true } } },
  });
  assert.equal((await post('flags', flag, { 'x-ld-signature': hex(flag) }))[0], 202);
  assert.equal((await post('flags', flag, { 'x-ld-signature': hex(prompt) }))[0], 401);
  const feature = JSON.stringify({
    event: 'feature.updated',
    created: NOW / 1000,
    data: { object: { id: 'ranker', environments: { production: { enabled: false } } } },
  });
  assert.equal((await post('features', feature, { 'x-growthbook-signature': hex(feature) }))[0], 202);
  assert.deepEqual(
    kept.map(([, { registry, moves }]) => [registry, moves?.map(({ pointer, to }) => `${pointer} ${to ?? '-'}`)]),
    [
      ['prompts', ['summarise@production 7']],
      ['flags', ['ranker on']],
      ['features', ['ranker off']],
    ],
  );
});

test('who signs nothing shows the secret as a bearer token; what they say is only a reason to look', async (t) => {
  const { kept, post } = await aDoor(t, [anObserver('prompts', { kind: 'braintrust', project: 'Shop' })]);
  assert.equal((await post('prompts', '{}', {}))[0], 401);
  assert.equal((await post('prompts', '{}', { authorization: 'Bearer secret-of-another-one' }))[0], 401);
  assert.equal((await post('prompts', '{}', { authorization: `Bearer ${SECRET}` }))[0], 202);
  assert.deepEqual(
    kept.map(([, news, once]) => [news, once]),
    [[{ registry: 'prompts', moves: null }, null]],
  );
});

test('an event without a time may be a replay, so the registry is asked; one older than a day moves nothing', async (t) => {
  const { kept, post } = await aDoor(t, [anObserver('features', { kind: 'growthbook', environment: 'production' })]);
  const send = (more: object) => {
    const data = { object: { id: 'ranker', environments: { production: { enabled: false } } } };
    const body = JSON.stringify({ event: 'feature.updated', data, ...more });
    const mac = createHmac('sha256', SECRET).update(body).digest('hex');
    return post('features', body, { 'x-growthbook-signature': mac });
  };
  assert.equal((await send({}))[0], 202);
  assert.deepEqual(await send({ created: NOW / 1000 - 86_401 }), [202, 'nothing here moves a pointer']);
  assert.deepEqual(
    kept.map(([, news]) => news),
    [{ registry: 'features', moves: null }],
  );
});

test('a registry that nobody observes, whose secret is not set, or is too short to be one, is not there', async (t) => {
  const { post } = await aDoor(t, [mlflow('unset', 'NOT_SET'), mlflow('short', 'SHORT')]);
  for (const name of ['models', 'unset', 'short', '', '__proto__'])
    assert.equal((await post(name, ALIAS, signedByMlflow(ALIAS)))[0], 404, name);
});

test('a body that is no webhook is refused, one that is too large is cut, and without GitHub nothing is promised', async (t) => {
  const { kept, post } = await aDoor(t, [mlflow()]);
  assert.equal((await post('models', 'hello', signedByMlflow('hello')))[0], 400);
  const large = 'x'.repeat(1_000_001);
  assert.equal((await post('models', large, signedByMlflow(large)))[0], 413);
  assert.deepEqual(kept, []);
  const { post: later } = await aDoor(t, [], true);
  assert.equal((await later('models', ALIAS, signedByMlflow(ALIAS)))[0], 503);
});

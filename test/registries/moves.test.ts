import assert from 'node:assert/strict';
import { test } from 'node:test';
import { registrySchema } from '../../src/playbook/schema-registries.ts';
import { readMoves } from '../../src/registries/moves.ts';

const registry = (config: object) => registrySchema.parse(config);
const mlflow = registry({ kind: 'mlflow', url: 'http://mlflow.example' });
const langfuse = registry({ kind: 'langfuse' });
const launchdarkly = registry({ kind: 'launchdarkly', project: 'shop', environment: 'production' });
const unleash = registry({ kind: 'unleash', url: 'https://flags.example', environment: 'production' });
const growthbook = registry({ kind: 'growthbook', environment: 'production' });

const moves = (one: Parameters<typeof readMoves>[0], body: unknown) => {
  const told = readMoves(one, body);
  return told.kind === 'moves' ? told.moves : told.kind;
};

test('MLflow: an alias that is set leads to its version, one that is deleted leads nowhere; models and prompts alike', () => {
  const event = (entity: string, action: string, data: object) =>
    moves(mlflow, { entity, action, timestamp: '2026-11-17T14:00:00.5+01:00', data });
  const at = '2026-11-17T13:00:00.500Z';
  assert.deepEqual(event('model_version_alias', 'created', { name: 'fraud', alias: 'champion', version: '7' }), [
    { pointer: 'fraud@champion', to: '7', by: null, at },
  ]);
  assert.deepEqual(event('prompt_alias', 'created', { name: 'summarise', alias: 'live', version: 3 }), [
    { pointer: 'summarise@live', to: '3', by: null, at },
  ]);
  assert.deepEqual(event('model_version_alias', 'deleted', { name: 'fraud', alias: 'champion' }), [
    { pointer: 'fraud@champion', to: null, by: null, at },
  ]);
  assert.deepEqual(event('model_version', 'created', { name: 'fraud', version: '8' }), []);
  assert.equal(moves(mlflow, { hello: 'world' }), 'unreadable');
  assert.equal(event('prompt_alias', 'created', { alias: 'live' }), 'unreadable');
});

test('Langfuse: every label that a version wears leads to it, but latest, which nobody moves', () => {
  const body = {
    id: 'evt-1',
    timestamp: '2026-11-17T14:00:00Z',
    type: 'prompt-version',
    apiVersion: 'v1',
    action: 'updated',
    prompt: { name: 'team/summarise', version: 7, labels: ['production', 'latest'] },
    user: { name: 'Ada', email: 'ada@example.com' },
  };
  const at = '2026-11-17T14:00:00.000Z';
  assert.deepEqual(moves(langfuse, body), [
    { pointer: 'team/summarise@production', to: '7', by: 'ada@example.com', at },
  ]);
  assert.deepEqual(moves(langfuse, { ...body, action: 'deleted', user: null }), [
    { pointer: 'team/summarise@production', to: null, by: null, at },
  ]);
  assert.deepEqual(moves(langfuse, { ...body, type: 'trace' }), []);
});

test('LaunchDarkly: the state of the flag in our environment, with who changed it; other places are not ours', () => {
  const body = {
    kind: 'flag',
    date: 1_795_000_000_000,
    accesses: [{ action: 'updateOn', resource: 'proj/shop;web:env/production;critical:flag/new-ranker;ml' }],
    member: { email: 'ada@example.com' },
    currentVersion: { key: 'new-ranker', archived: false, environments: { production: { on: false } } },
  };
  const at = new Date(1_795_000_000_000).toISOString();
  const off = { pointer: 'new-ranker', to: 'off', by: 'ada@example.com', at };
  assert.deepEqual(moves(launchdarkly, body), [off]);
  assert.deepEqual(moves(launchdarkly, { ...body, currentVersion: { ...body.currentVersion, archived: true } }), [
    { ...off, to: null },
  ]);
  assert.equal(moves(launchdarkly, { ...body, currentVersion: null }), 'hint');
  const elsewhere = [{ action: 'updateOn', resource: 'proj/shop:env/staging:flag/new-ranker' }];
  assert.deepEqual(moves(launchdarkly, { ...body, accesses: elsewhere }), []);
  assert.deepEqual(moves(launchdarkly, { ...body, kind: 'segment' }), []);
});

test('Unleash: enabled, disabled and archived; events about anything else move nothing', () => {
  const event = (type: string, more: object = {}) =>
    moves(unleash, {
      id: 28,
      type,
      featureName: 'new-ranker',
      project: 'default',
      environment: 'production',
      createdBy: 'admin',
      createdAt: '2026-11-17T14:00:00.000Z',
      ...more,
    });
  const move = { pointer: 'new-ranker', by: 'admin', at: '2026-11-17T14:00:00.000Z' };
  assert.deepEqual(event('feature-environment-enabled'), [{ ...move, to: 'on' }]);
  assert.deepEqual(event('feature-environment-disabled'), [{ ...move, to: 'off' }]);
  assert.deepEqual(event('feature-archived', { environment: null }), [{ ...move, to: null }]);
  assert.deepEqual(event('feature-environment-enabled', { environment: 'staging' }), []);
  assert.deepEqual(event('feature-environment-enabled', { project: 'other' }), []);
  assert.deepEqual(event('feature-strategy-add'), []);
  assert.deepEqual(event('constructor'), []);
});

test('GrowthBook: the feature as it is now, of older and newer servers; without it the server is asked', () => {
  const feature = { id: 'new-ranker', archived: false, environments: { production: { enabled: true } } };
  const body = { event: 'feature.updated', created: 1_795_000_000, user: { name: 'Ada' }, data: { object: feature } };
  const on = { pointer: 'new-ranker', to: 'on', by: 'Ada', at: new Date(1_795_000_000_000).toISOString() };
  assert.deepEqual(moves(growthbook, body), [on]);
  assert.deepEqual(moves(growthbook, { ...body, created: undefined, data: { current: feature } }), [
    { ...on, at: null },
  ]);
  assert.deepEqual(moves(growthbook, { ...body, event: 'feature.deleted' }), [{ ...on, to: null }]);
  assert.equal(moves(growthbook, { ...body, data: {} }), 'hint');
  assert.deepEqual(moves(growthbook, { ...body, event: 'experiment.updated' }), []);
});

test('what Braintrust, Maxim and LangSmith send only says when to look', () => {
  assert.equal(moves(registry({ kind: 'braintrust', project: 'Shop' }), { any: 'thing' }), 'hint');
  assert.equal(moves(registry({ kind: 'maxim' }), null), 'hint');
  assert.equal(moves(registry({ kind: 'langsmith' }), null), 'hint');
  assert.equal(moves(registry({ kind: 'oci', url: 'https://ghcr.io' }), {}), 'unreadable');
});

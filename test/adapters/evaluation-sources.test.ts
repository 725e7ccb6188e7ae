import assert from 'node:assert/strict';
import { test } from 'node:test';
import nock from 'nock';
import { metricSource } from '../../src/adapters/sources.ts';
import type { Reading } from '../../src/measure/reading.ts';
import { sourceSchema } from '../../src/playbook/schema-source.ts';
import type { Trigger } from '../../src/playbook/schema.ts';
import { aCondition, aTrigger } from '../measure/a-trigger.ts';
import { onlyNock } from './only-nock.ts';

onlyNock();

const NOW = Date.UTC(2026, 5, 1, 12, 0, 0);
const clock = { now: () => NOW, wait: () => Promise.resolve() };
const env = { LANGFUSE_PUBLIC_KEY: 'pk-lf-1', LANGFUSE_SECRET_KEY: 'sk-lf-1', TOKEN: 't0' };

async function look(
  source: unknown,
  trigger: Trigger,
  arms: { canary: string; baseline: string | null },
): Promise<Reading> {
  const asked = metricSource(sourceSchema.parse(source), env, undefined, { clock });
  const found = (await asked.look([{ trigger, arms, since: NOW - 1_800_000 }], null)).get(trigger.name);
  assert.ok(found !== undefined);
  return found;
}

test('Langfuse is asked for the scores of one prompt version since counting began', async () => {
  const asked: unknown[] = [];
  nock('https://cloud.langfuse.com')
    .get('/api/public/v2/metrics')
    .query(({ query }) => asked.push(JSON.parse(String(query))) > 0)
    .basicAuth({ user: 'pk-lf-1', pass: 'sk-lf-1' })
    .twice()
    .reply(200, () => ({ data: [{ count_count: asked.length === 1 ? '7' : '100' }] }));
  const trigger = aTrigger({ bad: 'score correct = false', total: 'score correct' });
  const arms = { canary: 'summarise@7', baseline: null };
  const { canary } = await look({ kind: 'langfuse', environment: 'production' }, trigger, arms);
  assert.ok(canary.kind === 'counters');
  assert.deepEqual([canary.hits[0]?.value, canary.total[0]?.value], [7, 100]);
  const text = (column: string, value: string) => ({ column, operator: '=', value, type: 'string' });
  assert.deepEqual(asked[0], {
    view: 'scores-boolean',
    metrics: [{ measure: 'count', aggregation: 'count' }],
    dimensions: [],
    filters: [
      text('name', 'correct'),
      text('observationPromptName', 'summarise'),
      text('observationPromptVersion', '7'),
      text('environment', 'production'),
      { column: 'booleanValue', operator: '=', value: false, type: 'boolean' },
    ],
    fromTimestamp: '2026-06-01T11:30:00.000Z',
    toTimestamp: '2026-06-01T11:55:00.000Z',
    config: { row_limit: 2 },
  });
  assert.equal((asked[1] as { view: string }).view, 'scores-boolean');
});

test('an average of no scores is missing, not 0', async () => {
  nock('https://cloud.langfuse.com')
    .get(/metrics/)
    .reply(200, { data: [{ count_count: '0', avg_value: 0 }] });
  const trigger = aTrigger({ gauge: 'avg score quality', if: aCondition({ statistic: { kind: 'value' } }) });
  const { canary } = await look({ kind: 'langfuse' }, trigger, { canary: 'summarise@7', baseline: null });
  assert.equal(canary.kind === 'missing' && canary.reason, 'no-series');
});

const MLFLOW = { kind: 'mlflow', url: 'http://mlflow.example', auth: { bearer: 'TOKEN' } };

test('MLflow: an alias is resolved to its run, and a gauge is as old as its last value', async () => {
  nock('http://mlflow.example', { reqheaders: { authorization: 'Bearer t0' } })
    .get('/api/2.0/mlflow/registered-models/alias')
    .query({ name: 'fraud', alias: 'challenger' })
    .reply(200, { model_version: { name: 'fraud', version: '12', run_id: 'abc' } })
    .get('/api/2.0/mlflow/runs/get')
    .query({ run_id: 'abc' })
    .reply(200, {
      run: { data: { metrics: [{ key: 'auc', value: 0.91, timestamp: String(NOW - 5000), step: '3' }] } },
    });
  const trigger = aTrigger({ gauge: 'auc', if: aCondition({ statistic: { kind: 'value' } }) });
  const { canary } = await look(MLFLOW, trigger, { canary: 'fraud@challenger', baseline: null });
  assert.deepEqual(canary, { kind: 'gauge', value: 0.91, at: NOW - 5000 });
});

test('MLflow: the history of a metric is a list of values, paired by step, over all its pages', async () => {
  const point = (step: number, value: number) => ({ key: 's', value, timestamp: NOW - 100 + step, step });
  const page = (run: string, token: object) => ({ run_id: run, metric_key: 's', max_results: '25000', ...token });
  nock('http://mlflow.example')
    .get('/api/2.0/mlflow/metrics/get-history')
    .query(page('r1', {}))
    .reply(200, { metrics: [point(0, 0.5)], next_page_token: 'more' })
    .get('/api/2.0/mlflow/metrics/get-history')
    .query(page('r1', { page_token: 'more' }))
    .reply(200, { metrics: [point(1, 0.7)] });
  const trigger = aTrigger({
    score: 's',
    'pair-by': 'step',
    range: [0, 1],
    if: aCondition({ statistic: { kind: 'mean' } }),
  });
  const { canary } = await look(MLFLOW, trigger, { canary: 'r1', baseline: null });
  const rows = [
    { id: 'step 0', value: 0.5 },
    { id: 'step 1', value: 0.7 },
  ];
  assert.deepEqual(canary, { kind: 'values', ids: 'given', rows, at: NOW - 99 });
});

test('an arm cannot leave its place in a URL or a body', async () => {
  nock('https://evals.example')
    .post('/v1/a%2F..%2Fb%3Fx', { arm: 'a/../b?x', from: '1780313400' })
    .reply(200, { n: 3, all: 9 });
  const source = {
    kind: 'json',
    url: 'https://evals.example/v1/{{arm}}',
    method: 'POST',
    body: '{"arm":"{{arm}}","from":"{{from}}"}',
    counts: 'span',
    times: 's',
  };
  const { canary } = await look(source, aTrigger({ bad: 'n', total: 'all' }), { canary: 'a/../b?x', baseline: null });
  assert.ok(canary.kind === 'counters');
  assert.deepEqual(canary.total, [{ id: 'total', value: 9, at: NOW, restarts: false }]);
});

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { startMlflow } from '../../src/world/mlflow.ts';
import { lookAt } from '../adapters/registries/look-at.ts';

it('the registry of the world tells lastgood what is ready, what is not, and what was never there', async () => {
  const mlflow = await startMlflow([
    { name: 'ranker', version: '6', status: 'READY' },
    { name: 'ranker', version: '7', status: 'FAILED_REGISTRATION' },
  ]);
  try {
    const look = (version: string) => lookAt({ kind: 'mlflow', url: mlflow.url }, `models:/ranker/${version}`, {});
    const answers = [];
    for (const version of ['6', '7', '8']) answers.push((await look(version)).state);
    assert.deepEqual(answers, ['there', 'not-ready', 'gone']);
    assert.deepEqual(mlflow.asked, ['ranker/6', 'ranker/7', 'ranker/8']);
  } finally {
    await mlflow.close();
  }
});

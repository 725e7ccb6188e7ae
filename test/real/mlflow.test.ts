import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { artefacts } from '../../src/adapters/registries/registries.ts';
import { registrySchema } from '../../src/playbook/schema-registries.ts';
import type { Look } from '../../src/registries/look.ts';
import { referencesIn } from '../../src/registries/references.ts';
import { isInstalled } from './installed.ts';
import { startMlflow, type MlflowServer } from './mlflow-server.ts';

const skip = isInstalled('mlflow') ? false : 'mlflow is not installed (pip install mlflow)';

describe('a real MLflow', { skip }, () => {
  let server: MlflowServer;
  before(async () => {
    const started = await startMlflow();
    assert.ok(started);
    server = started;
    await server.call('POST', 'registered-models/create', { name: 'fraud' });
    for (const n of [1, 2, 3])
      await server.call('POST', 'model-versions/create', { name: 'fraud', source: `s3://models/fraud/${n}` });
    await server.call('POST', 'registered-models/alias', { name: 'fraud', alias: 'champion', version: '3' });
    await server.call('DELETE', 'model-versions/delete', { name: 'fraud', version: '2' });
    const isPrompt = { key: 'mlflow.prompt.is_prompt', value: 'true' };
    await server.call('POST', 'registered-models/create', { name: 'summarise', tags: [isPrompt] });
    await server.call('POST', 'model-versions/create', {
      name: 'summarise',
      source: 'prompt-template',
      tags: [isPrompt, { key: 'mlflow.prompt.text', value: 'Sum up {{text}}' }],
    });
  });
  after(() => server.stop());

  /** What a manifest with this value leads to. */
  async function look(uri: string): Promise<Look> {
    const registries = { models: registrySchema.parse({ kind: 'mlflow', url: server.url }) };
    const [reference] = referencesIn(registries, [{ path: 'values.yaml', text: `model:\n  uri: ${uri}\n` }]);
    assert.ok(reference, uri);
    return artefacts(registries, { env: {}, budgetMs: 60_000 }).look(reference);
  }

  it('has the version that a manifest names, READY, with its source, alias and age', async () => {
    const found = await look('models:/fraud/3');
    assert.equal(found.state, 'there');
    assert.equal(found.says, 'READY from s3://models/fraud/3, alias champion');
    assert.ok(found.madeAt !== null && Math.abs(Date.now() - found.madeAt) < 600_000, String(found.madeAt));
  });

  it('says of a deleted version that it is gone, and of one that never was', async () => {
    assert.equal((await look('models:/fraud/2')).state, 'gone');
    assert.equal((await look('models:/fraud/99')).state, 'gone');
    assert.equal((await look('models:/nosuch/1')).state, 'gone');
  });

  it('resolves an alias, follows it when it moves, and says of another that it is gone', async () => {
    assert.match((await look('models:/fraud@champion')).says, /^leads to version 3 today, READY/);
    await server.call('POST', 'registered-models/alias', { name: 'fraud', alias: 'champion', version: '1' });
    assert.match((await look('models:/fraud@champion')).says, /^leads to version 1 today, READY/);
    assert.equal((await look('models:/fraud@nosuch')).state, 'gone');
  });

  it('keeps prompts among its models', async () => {
    assert.equal((await look('prompts:/summarise/1')).state, 'there');
    assert.equal((await look('prompts:/summarise/2')).state, 'gone');
  });

  it('knows nothing about an address that is not its API', async () => {
    const registries = { models: registrySchema.parse({ kind: 'mlflow', url: `${server.url}/elsewhere` }) };
    const [reference] = referencesIn(registries, [{ path: 'values.yaml', text: 'model:\n  uri: models:/fraud/3\n' }]);
    assert.ok(reference);
    const found = await artefacts(registries, { env: {}, budgetMs: 60_000 }).look(reference);
    assert.deepEqual([found.state, /check the address/.test(found.says)], ['unknown', true], found.says);
  });
});

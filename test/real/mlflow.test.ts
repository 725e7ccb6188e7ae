import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it, type TestContext } from 'node:test';
import { registriesRoute } from '../../bot/registry-route.ts';
import { realClock } from '../../src/adapters/clock.ts';
import { movers } from '../../src/adapters/registries/movers.ts';
import { artefacts } from '../../src/adapters/registries/registries.ts';
import { whatRan } from '../../src/control/history.ts';
import { recordMoves } from '../../src/control/pointers.ts';
import { createRecorder } from '../../src/control/record.ts';
import { planMove, sendOnce } from '../../src/control/repoint.ts';
import { parse } from '../../src/ledger/chain.ts';
import { parsePlaybook } from '../../src/playbook/parse.ts';
import { registrySchema } from '../../src/playbook/schema-registries.ts';
import { targetOf } from '../../src/playbook/target.ts';
import type { Look } from '../../src/registries/look.ts';
import { toReference } from '../../src/registries/pointers.ts';
import { referencesIn } from '../../src/registries/references.ts';
import { playbookText } from '../control/builders.ts';
import { anOutside, doorsOf } from '../control/fakes.ts';
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

  it(
    'tells where an alias led at an earlier time, from a webhook that it has signed itself',
    { timeout: 60_000 },
    async (t) => {
      const secret = 'secret-of-the-webhook';
      const world = aWorld(server.url);
      const registry = registrySchema.parse({ kind: 'mlflow', url: server.url, observe: { webhook: 'HOOK' } });
      assert.ok('observe' in registry && registry.observe);
      const observer = {
        origin: { repository: 'acme/deploy', installationId: 9 },
        name: 'models',
        registry,
        observe: registry.observe,
      };
      const arrived: number[] = [];
      const { url, next } = await aDoor(t, {
        observers: { all: () => Promise.resolve([observer]) },
        porter: {
          moved: async (_, news) => {
            await recordMoves(world.doors, world.recorder, news);
          },
        },
        env: { HOOK: secret },
        observed: (status) => void arrived.push(status),
      });
      const events = ['CREATED', 'DELETED'].map((action) => ({ entity: 'MODEL_VERSION_ALIAS', action }));
      await server.call('POST', 'webhooks', { name: 'lastgood', url: `${url}/registries/models`, events, secret });
      for (const version of ['1', '3']) {
        const delivered = next();
        await server.call('POST', 'registered-models/alias', { name: 'fraud', alias: 'live', version });
        await delivered;
      }
      assert.deepEqual(arrived, [202, 202]);
      const [first, second] = parse(world.outside.repository.ledgerText);
      assert.ok(first && second);
      assert.deepEqual([first.details['to'], second.details['to'], second.details['from']], ['1', '3', '1']);
      const led = async (at: string) => {
        const found = await whatRan(world.doors, world.target, { head: world.outside.repository.head(), asked: at });
        assert.ok(found.ok);
        return found.ran.answers.find(({ name }) => name.includes('alias live'))?.value;
      };
      assert.equal(await led(first.at), '1');
      assert.equal(await led(second.at), '3');
      assert.equal(await led(new Date(Date.parse(second.at) - 1).toISOString()), '1');
    },
  );

  it('moves an alias back, says that it is there already, and refuses a version that is gone', async () => {
    const { registries, doors, target } = aWorld(server.url);
    await server.call('POST', 'registered-models/alias', { name: 'fraud', alias: 'live', version: '3' });
    const [reference] = toReference(registries, 'models', 'fraud@live');
    assert.ok(reference);
    const plan = (to: string) => planMove(doors, target.registries, { reference, to, lines: [] });
    const planned = await plan('1');
    assert.ok(planned.kind === 'ready', JSON.stringify(planned));
    assert.equal(planned.from, '3');
    assert.equal((await sendOnce(doors, registries, planned)).kind, 'moved');
    assert.match((await look('models:/fraud@live')).says, /^leads to version 1 today/);
    assert.equal((await plan('1')).kind, 'there');
    const gone = await plan('2');
    assert.ok(gone.kind === 'impossible' && /version 2 cannot be used/.test(gone.because));
    const back = await plan(planned.from);
    assert.ok(back.kind === 'ready');
    assert.equal((await sendOnce(doors, registries, back)).kind, 'moved');
    assert.match((await look('models:/fraud@live')).says, /^leads to version 3 today/);
  });
});

/** A repository in memory whose service serves the alias `live`, on the clock of this machine. */
function aWorld(url: string) {
  const playbook = JSON.stringify({
    ...(JSON.parse(playbookText()) as object),
    registries: { models: { kind: 'mlflow', url } },
  });
  const outside = anOutside({ playbook });
  outside.repository.release('Serve live', {
    'apps/web/config.yaml': 'apiVersion: v1\nkind: ConfigMap\ndata:\n  MODEL: models:/fraud@live\n',
  });
  const parsed = parsePlaybook(playbook, 'lastgood.yml');
  assert.ok(parsed.ok);
  const target = targetOf(parsed.playbook, { service: 'web' });
  const { registries } = target;
  const doors = {
    ...doorsOf(outside),
    clock: realClock(),
    artefacts: () => artefacts(registries, { env: {}, budgetMs: 60_000 }),
    movers: () => movers(registries, { env: {} }),
  };
  return { outside, doors, recorder: createRecorder(doors), target, registries };
}

/** The door of the bot for registries; `next` resolves once the next request is answered. */
async function aDoor(t: TestContext, options: Parameters<typeof registriesRoute>[0]) {
  const waiting: (() => void)[] = [];
  const route = registriesRoute(options);
  const answered = async (...args: Parameters<typeof route>) => {
    await route(...args);
    waiting.shift()?.();
  };
  const door = createServer((request, response) => void answered(request, response));
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    door.closeAllConnections();
    door.close();
  });
  const { port } = door.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, next: () => new Promise<void>((resolve) => waiting.push(resolve)) };
}

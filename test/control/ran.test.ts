import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerWhatRan, whatRan } from '../../src/control/history.ts';
import { recordMoves } from '../../src/control/pointers.ts';
import { createRecorder } from '../../src/control/record.ts';
import { parsePlaybook } from '../../src/playbook/parse.ts';
import { targetOf } from '../../src/playbook/target.ts';
import { at } from './builders.ts';
import { anOutside, doorsOf } from './fakes.ts';
import { FakeRegistry, pointerPlaybook } from './pointer-world.ts';
import { manifest } from './world.ts';

const CONFIG =
  'apiVersion: v1\nkind: ConfigMap\ndata:\n  MODEL: models:/fraud@champion\n  OLD_MODEL: models:/fraud/3\n  PROMPT_VERSION: "12"\n';
const DIGEST = `sha256:${'a'.repeat(64)}`;
const FLAGS = '{"flags":{"ranker":{"state":"ENABLED","variants":{"on":true},"defaultVariant":"on"}}}';
const DVC = `outs:\n- md5: ${'b'.repeat(32)}\n  size: 7\n  hash: md5\n  path: data.csv\n`;

async function aWorld() {
  const playbook = pointerPlaybook([
    { registry: 'flags', pointer: 'kill-switch' },
    // A manifest names it too, and it is told once.
    { registry: 'models', pointer: 'fraud@champion' },
  ]);
  const outside = anOutside({ playbook });
  const registry = new FakeRegistry();
  const doors = { ...doorsOf(outside), ...registry.doors() };
  const parsed = parsePlaybook(playbook, 'lastgood.yml');
  assert.ok(parsed.ok);
  const target = targetOf(parsed.playbook, { service: 'web' });
  const revision = outside.repository.release('Release', {
    'apps/web/deployment.yaml': manifest('1.4.1'),
    'apps/web/worker.yaml': manifest(`1.4.0@${DIGEST}`),
    'apps/web/config.yaml': CONFIG,
    'apps/web/flags.json': FLAGS,
    'apps/web/data.csv.dvc': DVC,
    'apps/web/db/migration/V2__orders.sql': 'CREATE TABLE orders (id int);',
    'apps/web/db/migration/V10__index.sql': 'CREATE INDEX i ON orders (id);',
  });
  const moved = (to: string, seconds: number) =>
    recordMoves(doors, createRecorder(doors), {
      registry: 'models',
      moves: [{ pointer: 'fraud@champion', to, by: 'ada', at: at(seconds) }],
    });
  const ask = async (asked: string, door: Parameters<typeof whatRan>[0] = doors) => {
    const found = await whatRan(door, target, { head: outside.repository.head(), asked });
    assert.ok(found.ok);
    return found.ran.answers;
  };
  return { outside, registry, doors, target, revision, moved, ask };
}

test('image, model, prompt, flag, schema and data are told, each with the file and key that say so', async () => {
  const { ask, revision } = await aWorld();
  const answers = await ask(revision.slice(0, 10));
  assert.deepEqual(
    answers.map(({ what, name, value, digest }) => [what, name, value, digest]),
    [
      ['image', 'ghcr.io/acme/web:1.4.1', 'ghcr.io/acme/web:1.4.1', null],
      ['image', `ghcr.io/acme/web:1.4.0@${DIGEST}`, `ghcr.io/acme/web:1.4.0@${DIGEST}`, DIGEST],
      ['model', 'model fraud alias champion', null, null],
      ['model', 'model fraud version 3', '3', null],
      ['prompt', 'data.PROMPT_VERSION', '12', null],
      ['flag', 'flags.ranker.state', 'ENABLED', null],
      ['flag', 'flags.ranker.defaultVariant', 'on', null],
      ['flag', 'flag kill-switch', null, null],
      ['schema', 'flyway', '10', null],
      ['data', 'apps/web/data.csv', 'b'.repeat(32), null],
    ],
  );
  const schema = answers.find(({ what }) => what === 'schema');
  assert.deepEqual(schema?.sources, [
    { kind: 'git', file: 'apps/web/db/migration/V10__index.sql', key: 'line 1', commit: revision },
  ]);
  assert.match(answers[0]?.warning ?? '', /a tag can be moved/);
  assert.equal(answers[1]?.warning, null);
});

test('an alias answers with where it led at that time, and the line of the ledger that says so', async () => {
  const { outside, ask, moved } = await aWorld();
  outside.clock.turn(600_000);
  await moved('7', 60);
  await moved('8', 120);
  const led = async (seconds: number) => {
    const answer = (await ask(at(seconds))).find(({ name }) => name.includes('champion'));
    const line = answer?.sources.find(({ kind }) => kind === 'ledger');
    return [answer?.value, line?.kind === 'ledger' ? line.line : null, answer?.warning];
  };
  assert.deepEqual(await led(59), [null, null, 'the ledger has no move of it up to then; there is no such alias']);
  assert.deepEqual(await led(60), ['7', 1, null]);
  assert.deepEqual(await led(119), ['7', 1, null]);
  assert.deepEqual(await led(120), ['8', 2, null]);
});

test('what neither Git nor the ledger knows is asked of its registry, and told to be an answer of today', async () => {
  const { registry, ask, revision } = await aWorld();
  registry.leads.set('models fraud@champion', '9');
  registry.leads.set('flags kill-switch', 'off');
  const answers = await ask(revision);
  const champion = answers.find(({ name }) => name.includes('champion'));
  assert.deepEqual([champion?.value, champion?.sources.at(-1)], ['9', { kind: 'registry', registry: 'models' }]);
  assert.equal(champion?.warning, 'the ledger has no move of it up to then; this is what models says today');
  assert.equal(answers.find(({ name }) => name.includes('kill-switch'))?.value, 'off');
});

test('without registries nobody is asked, and the answer says what it lacks', async () => {
  const { outside, ask, revision } = await aWorld();
  const answers = await ask(revision, { repository: outside.repository });
  const champion = answers.find(({ name }) => name.includes('champion'));
  assert.deepEqual([champion?.value, champion?.warning], [null, 'the ledger has no move of it up to then']);
});

test('the comment has a row for each answer with its source', async () => {
  const { doors, outside, target, moved } = await aWorld();
  outside.clock.turn(600_000);
  await moved('7', 60);
  const carried = await answerWhatRan(doors, target, { head: outside.repository.head(), asked: at(61) });
  assert.ok(carried.ok);
  assert.match(
    carried.answer,
    /\| model \| `model fraud alias champion: 7` \| `apps\/web\/config\.yaml data\.MODEL`, `ledger line 1 of 2026-03-01T12:01:00\.000Z` \|/,
  );
  assert.match(carried.answer, /\| schema \| `flyway: 10` \|/);
});

test('an image that a kustomization replaces never ran, and its parts are one answer', async () => {
  const { outside, ask } = await aWorld();
  const image = `images:\n  - name: ghcr.io/acme/web\n    newName: mirror.example/web\n    newTag: "2.0"\n`;
  const kustomization = `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n${image}`;
  const revision = outside.repository.release('Mirror', {
    'apps/web/kustomization.yaml': kustomization,
    'apps/web/worker.yaml': null,
  });
  const images = (await ask(revision)).filter(({ what }) => what === 'image');
  assert.deepEqual(
    images.map(({ name }) => name),
    ['mirror.example/web:2.0'],
  );
});

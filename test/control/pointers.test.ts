import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordMoves } from '../../src/control/pointers.ts';
import { createRecorder } from '../../src/control/record.ts';
import { parse } from '../../src/ledger/chain.ts';
import { ledAt } from '../../src/ledger/pointers.ts';
import type { Move } from '../../src/registries/moves.ts';
import { at } from './builders.ts';
import { anOutside, doorsOf } from './fakes.ts';
import { FakeRegistry, pointerPlaybook } from './pointer-world.ts';

const MANIFEST = 'apiVersion: v1\nkind: ConfigMap\ndata:\n  MODEL: models:/fraud@champion\n';
const NAME = { registry: 'models', pointer: 'fraud@champion' };

function aWorld(playbook = pointerPlaybook()) {
  const outside = anOutside({ playbook });
  outside.repository.release('Serve the champion', { 'apps/web/config.yaml': MANIFEST });
  const registry = new FakeRegistry();
  const doors = { ...doorsOf(outside), ...registry.doors() };
  const tell = (moves: readonly Move[] | null, name = 'models') =>
    recordMoves(doors, createRecorder(doors), { registry: name, moves });
  const lines = () => parse(outside.repository.ledgerText);
  return { outside, registry, tell, lines };
}

const move = (to: string | null, seconds: number, pointer = 'fraud@champion'): Move => ({
  pointer,
  to,
  by: 'ada',
  at: at(seconds),
});

test('a move of a pointer that a manifest names becomes a line, with where it led before and who moved it', async () => {
  const { tell, lines } = aWorld();
  await tell([move('7', -20)]);
  await tell([move('8', -10)]);
  const [, second] = lines();
  assert.ok(second);
  assert.deepEqual(
    [second.kind, second.at, second.service, second.environment, second.actor],
    ['pointer-moved', at(-10), 'web', 'production', 'ada'],
  );
  assert.equal(second.because, 'model fraud alias champion leads to 8 instead of 7');
  assert.deepEqual(second.details, { ...NAME, from: '7', to: '8', via: 'webhook' });
});

test('what nobody uses, what the ledger says already, and what was told before is not written', async () => {
  const { tell, lines } = aWorld();
  await tell([move('7', -20), move('3', -20, 'fraud@challenger')]);
  await tell([move('7', -20)]);
  await tell([move('7', -5)]);
  await tell([move('7', -5)], 'nosuch');
  assert.deepEqual(
    lines().map(({ details }) => details['to']),
    ['7'],
  );
});

test('the ledger answers where a pointer led at any time, also when a webhook came late', async () => {
  const { tell, lines } = aWorld();
  await tell([move('9', -5)]);
  await tell([move('8', -10)]);
  await tell([move(null, -1)]);
  const led = (seconds: number) => ledAt(lines(), NAME, Date.parse(at(seconds)))?.to;
  assert.deepEqual([led(-11), led(-10), led(-6), led(-5), led(0)], [undefined, '8', '8', '9', null]);
});

test('a time of the future is taken for now: their clock may run ahead', async () => {
  const { tell, lines } = aWorld();
  await tell([move('9', 300)]);
  assert.equal(lines()[0]?.at, at(0));
});

test('a look writes what changed since the last one, and nothing when the registry does not answer', async () => {
  const { tell, lines, registry, outside } = aWorld();
  registry.down = true;
  await tell(null);
  assert.deepEqual(lines(), []);
  registry.down = false;
  registry.leads.set('models fraud@champion', '7');
  await tell(null);
  outside.clock.turn(60_000);
  await tell(null);
  outside.clock.turn(60_000);
  registry.leads.set('models fraud@champion', '8');
  await tell(null);
  assert.deepEqual(
    lines().map((line) => [line.at, line.details['to'], line.details['via'], line.actor]),
    [
      [at(0), '7', 'look', 'unknown'],
      [at(120), '8', 'look', 'unknown'],
    ],
  );
});

test('a flag is observed where the playbook lists it, under artefacts or under repoint', async () => {
  const { tell, lines } = aWorld(pointerPlaybook([{ registry: 'flags', pointer: 'ranker' }]));
  await tell([move('off', -5, 'ranker'), move('on', -5, 'other')], 'flags');
  assert.deepEqual(
    lines().map(({ because }) => because),
    ['flag ranker leads to off'],
  );
});

test('a name that is no text for a ledger is cut, and stays data', async () => {
  const { tell, lines } = aWorld();
  await tell([{ ...move('7'.repeat(500), -5), by: '@org/everyone\n# x'.repeat(100) }]);
  const [line] = lines();
  assert.ok(line && String(line.details['to']).length <= 200 && line.actor.length <= 100 && !line.actor.includes('\n'));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noticesOf } from '../../src/control/notices.ts';
import { recordMoves } from '../../src/control/pointers.ts';
import { createRecorder } from '../../src/control/record.ts';
import { createLoop } from '../../src/control/reconcile.ts';
import { RollbackError } from '../../src/errors.ts';
import { parse } from '../../src/ledger/chain.ts';
import type { Entry } from '../../src/ledger/entry.ts';
import { aGateCause, START } from './builders.ts';
import { anOutside, doorsOf } from './fakes.ts';
import { FakeRegistry, pointerPlaybook } from './pointer-world.ts';
import { FILE, KEY, manifest, steps, toTheEnd } from './world.ts';

const APPLY = { registry: 'models', pointer: 'fraud@champion', apply: true };
const DRY = { ...APPLY, apply: false };

const ENTRY: Entry = {
  at: new Date(START).toISOString(),
  kind: 'held',
  id: 'x',
  service: 'web',
  environment: 'production',
  revision: null,
  incident: null,
  actor: 'ada',
  because: 'x',
  details: {},
};

/** The alias led to 7 with the good release, and was moved to 8 when the bad one came. */
async function aRelease(repoint: readonly object[], options: { observed?: boolean } = {}) {
  const outside = anOutside({ playbook: pointerPlaybook(repoint) });
  const registry = new FakeRegistry();
  const doors = { ...doorsOf(outside), ...registry.doors() };
  const moved = async (to: string) => {
    registry.leads.set('models fraud@champion', to);
    const moves = [{ pointer: 'fraud@champion', to, by: 'ada', at: null }];
    if (options.observed !== false) await recordMoves(doors, createRecorder(doors), { registry: 'models', moves });
  };
  outside.repository.release('Release web 1.4.1', { [FILE]: manifest('1.4.1') });
  await moved('7');
  outside.clock.turn(3_600_000);
  const bad = outside.repository.release('Release web 1.4.2', { [FILE]: manifest('1.4.2') });
  await moved('8');
  outside.clock.turn(60_000);
  const ask = { cause: aGateCause(), at: new Date(outside.clock.now()).toISOString(), bad, to: null };
  const ours = () => parse(outside.repository.ledgerText).filter(({ kind }) => kind.startsWith('repoint'));
  return { outside, registry, doors, ask, ours };
}

test('without apply the pull request says what would be moved, and nothing is moved', async () => {
  const { outside, registry, doors, ask, ours } = await aRelease([DRY]);
  const looks = await toTheEnd(outside, createLoop(doors), ask);
  assert.equal(steps(looks).at(-1), 'finish recovered');
  const body = outside.repository.pulls[0]?.body ?? '';
  assert.match(body, /leads to 8 now and led to 7 with the target \(ledger line 1\): the revert does not move it/);
  assert.match(
    body,
    /repoint --repo acme\/deploy --service web --environment production --pointer fraud@.*champion --to 7/,
  );
  assert.deepEqual([registry.sent, ours()], [[], []]);
});

test('with apply it is moved back once, after the merge, and the ledger and the pull request say from where to where', async () => {
  const { outside, registry, doors, ask, ours } = await aRelease([APPLY]);
  const looks = await toTheEnd(outside, createLoop(doors), ask);
  assert.equal(steps(looks).at(-1), 'finish recovered');
  assert.equal(registry.leads.get('models fraud@champion'), '7');
  assert.deepEqual(
    registry.sent.map(({ body }) => body),
    ['7'],
  );
  assert.deepEqual(
    ours().map(({ kind, details, because }) => [kind, details['from'], details['to'], because]),
    [
      ['repointing', '8', '7', 'model fraud alias champion is about to be moved from 8 to 7'],
      ['repointed', '8', '7', 'model fraud alias champion was moved from 8 to 7'],
    ],
  );
  const words = outside.repository.said.map(({ body }) => body).join('\n');
  assert.match(words, /model fraud alias champion: moved from `8` to `7`/);
  assert.match(words, /lastgood repoint --repo acme\/deploy --service web --environment production --undo/);
});

test('a refused move is told with a person to call, and the rollback recovers all the same', async () => {
  const { outside, registry, doors, ask, ours } = await aRelease([APPLY]);
  registry.next = 'refused';
  const looks = await toTheEnd(outside, createLoop(doors), ask);
  assert.equal(steps(looks).at(-1), 'finish recovered');
  assert.deepEqual(
    ours().map(({ kind }) => kind),
    ['repointing', 'repoint-failed'],
  );
  const [, failed] = ours();
  assert.ok(failed);
  assert.match(failed.because, /was not moved to 7: HTTP 403: check the credentials/);
  const about = {
    repository: 'acme/deploy',
    repositoryUrl: 'https://github.com/acme/deploy',
    mention: ['ada'],
    look: null,
  };
  assert.deepEqual(
    noticesOf(failed, about).map(({ occasion, who }) => [occasion, who]),
    [['needs-you', ['ada']]],
  );
  assert.equal(registry.sent.length, 1);
  assert.match(outside.repository.said.map(({ body }) => body).join('\n'), /was not moved; the rollback goes on/);
});

test('a request without an answer is never sent again: another look says whether it arrived', async () => {
  for (const [next, end] of [
    ['arrived', 'repointed'],
    ['lost', 'repoint-failed'],
  ] as const) {
    const { outside, registry, doors, ask, ours } = await aRelease([APPLY]);
    registry.next = next;
    await toTheEnd(outside, createLoop(doors), ask);
    assert.deepEqual(
      ours().map(({ kind }) => kind),
      ['repointing', end],
      next,
    );
    assert.equal(registry.sent.length, 1);
  }
});

test('what leads there already is not touched, and an unfit version is never pointed to', async () => {
  const there = await aRelease([APPLY]);
  there.registry.leads.set('models fraud@champion', '7');
  await toTheEnd(there.outside, createLoop(there.doors), there.ask);
  assert.deepEqual(
    there.ours().map(({ because }) => because),
    ['model fraud alias champion leads to 7 already'],
  );
  assert.deepEqual(there.registry.sent, []);
  const unfit = await aRelease([APPLY]);
  unfit.registry.gone.add('7');
  await toTheEnd(unfit.outside, createLoop(unfit.doors), unfit.ask);
  assert.deepEqual(unfit.registry.sent, []);
  assert.match(unfit.ours()[0]?.because ?? '', /version 7 cannot be used: MLflow has no such version/);
});

test('where nobody recorded where the pointer led, nothing is guessed', async () => {
  const { outside, registry, doors, ask, ours } = await aRelease([APPLY], { observed: false });
  await toTheEnd(outside, createLoop(doors), ask);
  assert.deepEqual(registry.sent, []);
  assert.match(ours()[0]?.because ?? '', /the ledger does not know where it led/);
});

test('a process that died between the move and its record leaves one move, found by the next one', async () => {
  const { outside, registry, doors, ask, ours } = await aRelease([APPLY]);
  const { movers } = registry.doors();
  assert.ok(movers);
  const dying = {
    ...doors,
    movers: (registries: Parameters<typeof movers>[0]) => ({
      ...movers(registries),
      send: async (...args: Parameters<ReturnType<typeof movers>['send']>) => {
        await movers(registries).send(...args);
        throw new RollbackError('internal', 'killed');
      },
    }),
  };
  const first = createLoop(dying);
  await first.reconcile(KEY, ask);
  await first.flush();
  assert.deepEqual(
    ours().map(({ kind }) => kind),
    ['repointing'],
  );
  await toTheEnd(outside, createLoop(doors), null);
  assert.deepEqual(
    ours().map(({ kind, details }) => [kind, details['from'], details['to']]),
    [
      ['repointing', '8', '7'],
      ['repointed', '8', '7'],
    ],
  );
  assert.equal(registry.sent.length, 1);
});

test('a ledger that cannot be written keeps the pointer where it is', async () => {
  const { outside, registry, doors, ask } = await aRelease([APPLY]);
  outside.repository.failOn('writeLedger', new RollbackError('github-forbidden', 'GitHub answered 403'));
  const loop = createLoop(doors);
  await loop.reconcile(KEY, ask);
  await loop.flush().catch(() => undefined);
  assert.deepEqual(registry.sent, []);
});

test('a ledger that was away for a moment only delays the move, also when its line was written meanwhile', async () => {
  const { outside, registry, doors, ask, ours } = await aRelease([APPLY]);
  const write = outside.repository.writeLedger.bind(outside.repository);
  let failed = 0;
  outside.repository.writeLedger = async (append, ...rest) => {
    const isFirst = append(outside.repository.ledgerText).includes('"kind":"repointing"') && (failed += 1) === 1;
    if (isFirst) throw new RollbackError('github-unavailable', 'GitHub answered 502');
    await write(append, ...rest);
  };
  const loop = createLoop(doors);
  await loop.reconcile(KEY, ask);
  await loop.flush().catch(() => undefined);
  // Somebody else's line takes the one that failed along.
  loop.recorder.add([{ ...ENTRY, id: 'another' }]);
  await loop.flush();
  assert.deepEqual([ours().map(({ kind }) => kind), registry.sent], [['repointing'], []]);
  await toTheEnd(outside, loop, null);
  assert.deepEqual(
    ours().map(({ kind }) => kind),
    ['repointing', 'repointed'],
  );
  assert.equal(registry.leads.get('models fraud@champion'), '7');
});

test('beside a pointer that may be moved, one without apply stays where it is', async () => {
  const { outside, registry, doors, ask, ours } = await aRelease([
    DRY,
    { registry: 'flags', pointer: 'ranker', apply: true },
  ]);
  registry.leads.set('flags ranker', 'on');
  await toTheEnd(outside, createLoop(doors), ask);
  assert.deepEqual(
    ours().map(({ kind, details }) => [kind, details['pointer']]),
    [['repoint-failed', 'ranker']],
  );
  assert.deepEqual(registry.sent, []);
});

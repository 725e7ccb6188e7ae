import assert from 'node:assert/strict';
import { test } from 'node:test';
import { offerButtons, press, type Pressed } from '../../src/control/buttons.ts';
import { parse as parseLedger } from '../../src/ledger/chain.ts';
import { doorsOf } from './fakes.ts';
import { aLoop, anAsk, aRelease, FILE, keepsOf, KEY, manifest, type Released, steps, toTheEnd } from './world.ts';

const CHECK = 'lastgood/rollback/web/production';

async function pressIt(world: Released, action: string, more: Partial<Pressed> = {}): Promise<string> {
  const loop = aLoop(world);
  const at = new Date(world.clock.now()).toISOString();
  await press(doorsOf(world), loop, {
    checkRunId: 77,
    check: CHECK,
    sha: world.bad,
    action,
    by: 'ada',
    isBot: false,
    at,
    ...more,
  });
  await loop.flush();
  return world.repository.published.at(-1)?.summary ?? '';
}
const kinds = (world: Released) => parseLedger(world.repository.ledgerText).map(({ kind }) => kind);

test('a failed gate puts three buttons on its commit, with what it found', async () => {
  const world = aRelease({});
  const entry = { revision: world.bad, because: 'error rate 5 % > 1 %', kind: 'gate-failed' } as const;
  await offerButtons(doorsOf(world), {
    key: KEY,
    entry: {
      ...entry,
      at: '',
      id: 'i',
      service: 'web',
      environment: 'production',
      incident: null,
      actor: 'gate',
      details: {},
    },
    ask: null,
  });
  const [said] = world.repository.published;
  assert.equal(said?.name, CHECK);
  assert.equal(said.sha, world.bad);
  assert.match(said.summary, /error rate 5 % &gt; 1 %/);
  for (const { label, description, identifier } of said.actions ?? []) {
    assert.ok(label.length <= 20 && description.length <= 40 && identifier.length <= 20, label);
  }
  assert.deepEqual(
    said.actions?.map(({ identifier }) => identifier),
    ['rollback', 'hold', 'not-this-change'],
  );
});

test('Roll back is the command of whoever pressed it, and pressing twice is one rollback', async () => {
  const world = aRelease({});
  assert.match(await pressIt(world, 'rollback'), /ada rolled it back/);
  assert.equal(world.repository.file(FILE), manifest('1.4.1'));
  assert.match(world.repository.pulls[0]?.body ?? '', /ada asked for it: button of the failed gate/);
  await pressIt(world, 'rollback');
  assert.equal(world.repository.pulls.length, 1);
});

test('who may not say it may not press it: rights are read again, and bots press nothing', async () => {
  const world = aRelease({ owners: ['carl'] });
  assert.match(await pressIt(world, 'rollback', { by: 'eve' }), /Not done: eve has/);
  assert.equal(world.repository.pulls.length, 0);
  world.repository.published.length = 0;
  await pressIt(world, 'rollback', { isBot: true });
  await pressIt(world, 'delete-everything');
  await pressIt(world, 'rollback', { check: 'lastgood/rollback/web' });
  assert.deepEqual(world.repository.published, []);
  assert.match(await pressIt(world, 'hold', { by: 'carl' }), /stopped for web in production/);
});

test('an owner of one service presses no button of another', async () => {
  const world = aRelease({ owners: ['carl'], others: { shop: { owners: ['eve'] } } });
  assert.match(await pressIt(world, 'rollback', { by: 'eve' }), /Not done: eve has/);
  assert.equal(world.repository.pulls.length, 0);
});

test('Hold stops the machine; Not this change closes what is not merged and records a false alarm', async () => {
  const world = aRelease({});
  await pressIt(world, 'hold');
  const held = await toTheEnd(world, aLoop(world), anAsk(world));
  assert.deepEqual(steps(held), ['escalate held']);
  const other = aRelease({});
  const loop = aLoop(other);
  await loop.reconcile(KEY, anAsk(other));
  await loop.flush();
  assert.equal(other.repository.pulls[0]?.state, 'open');
  assert.match(await pressIt(other, 'not-this-change'), /false alarm/);
  assert.equal(other.repository.pulls[0].state, 'closed');
  assert.ok(kinds(other).includes('false-alarm'));
});

test('Hold pressed again after it was lifted holds again; Roll back without a target says why it did nothing', async () => {
  const world = aRelease({});
  await pressIt(world, 'hold');
  const { recorder } = aLoop(world);
  world.clock.turn(60_000);
  const at = new Date(world.clock.now()).toISOString();
  const lifted = { revision: null, incident: null, actor: 'ada', because: 'fixed', details: {} };
  recorder.add([{ at, kind: 'resumed', id: 'r', service: 'web', environment: 'production', ...lifted }]);
  await recorder.flush();
  world.clock.turn(60_000);
  await pressIt(world, 'hold');
  assert.deepEqual(kinds(world), ['held', 'resumed', 'held']);
  const first = aRelease({});
  first.repository.commits.splice(0, 1);
  assert.match(await pressIt(first, 'rollback'), /^Not done: /);
  assert.equal(first.repository.pulls.length, 0);
});

test('a quarantined version pushed again is taken back once; the second time its writer is named', async () => {
  const world = aRelease();
  await toTheEnd(world, aLoop(world), anAsk(world));
  const review = () => keepsOf(world);
  assert.deepEqual(await review(), []);
  const loop = aLoop(world);
  const pushAgain = async () => {
    world.clock.turn(60_000);
    world.repository.release('Update image', { [FILE]: manifest('1.4.2') }, 'pushed');
    const [keep, ...others] = await review();
    assert.ok(keep);
    assert.equal(others.length, 0);
    return steps(await toTheEnd(world, loop, keep.ask));
  };
  assert.equal((await pushAgain()).at(-1), 'finish recovered');
  assert.equal(world.repository.file(FILE), manifest('1.4.1'));
  assert.deepEqual(await review(), [], 'nothing to do while the file is good');
  assert.deepEqual(await pushAgain(), ['escalate set-again']);
  assert.equal(world.repository.file(FILE), manifest('1.4.2'), 'it is not fought for ever');
  assert.match(world.repository.said.at(-1)?.body ?? '', /ada[\s\S]*\/release web production/);
});

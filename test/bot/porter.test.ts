import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import type { House } from '../../bot/house.ts';
import { createPorter, type Origin } from '../../bot/porter.ts';
import { RollbackError } from '../../src/errors.ts';
import { parse } from '../../src/ledger/chain.ts';
import { doorsOf } from '../control/fakes.ts';
import { aLoop, anAsk, aRelease, FILE, KEY, manifest, type Released } from '../control/world.ts';

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
});

const ORIGIN: Origin = { repository: 'acme/deploy', installationId: 9 };

/** A house with one readable repository behind one that is not. */
function aHouse(world: Released): House & { readonly log: string[] } {
  const doors = doorsOf(world);
  const room = { doors, loop: aLoop(world, doors) };
  return {
    log: [],
    async room(name) {
      if (name === 'acme/closed') throw new RollbackError('github-forbidden', 'GitHub answered 403');
      return room;
    },
    async repositories() {
      return ['acme/closed', 'acme/deploy'].map((name) => ({ name, installationId: 9 }));
    },
    flush: () => room.loop.flush(),
  };
}

function aPorter(world: Released) {
  const house = aHouse(world);
  return createPorter(house, (level, message) => void house.log.push(`${level} ${message}`));
}

/** Lets everything happen that does not wait for a timer. */
async function settle(): Promise<void> {
  for (let i = 0; i < 50; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Both clocks go on by so many seconds, a second at a time. */
async function pass(world: Released, seconds: number): Promise<void> {
  for (let i = 0; i < seconds; i += 1) {
    world.clock.turn(1000);
    mock.timers.tick(1000);
    for (let j = 0; j < 5; j += 1) await new Promise((resolve) => setImmediate(resolve));
  }
}

test('an alert is followed to its proof without any further event', async () => {
  const world = aRelease();
  const porter = aPorter(world);
  porter.ask(ORIGIN, KEY, anAsk(world));
  await settle();
  assert.equal(world.repository.file(FILE), manifest('1.4.1'));
  await pass(world, 120);
  assert.deepEqual(world.repository.pulls[0]?.labels, ['lastgood: recovered']);
  assert.deepEqual(porter.inbox.lanes(), []);
});

test('the sweep goes on behind a repository that cannot be read, and takes up what a crash left', async () => {
  const world = aRelease();
  await aLoop(world).reconcile(KEY, anAsk(world));
  world.repository.say(5, 'ada', '/rollback status');
  const porter = aPorter(world);
  await porter.sweep();
  await settle();
  assert.match(world.repository.said.at(-1)?.body ?? '', /web in production/);
  await pass(world, 120);
  assert.deepEqual(world.repository.pulls[0]?.labels, ['lastgood: recovered']);
});

test('stopping waits until what was said and recorded is on GitHub', async () => {
  const world = aRelease();
  const write = world.repository.writeLedger.bind(world.repository);
  world.repository.writeLedger = async (append) => {
    await settle();
    await write(append);
  };
  const porter = aPorter(world);
  porter.ask(ORIGIN, KEY, anAsk(world));
  await porter.drain();
  assert.deepEqual(
    parse(world.repository.ledgerText).map(({ kind }) => kind),
    ['requested', 'opened', 'merged', 'applied'],
  );
  assert.equal(world.repository.said.length, 1);
});

test('a merge by a person wakes the rollback that waits for it', async () => {
  const world = aRelease({});
  const porter = aPorter(world);
  porter.ask(ORIGIN, KEY, anAsk(world));
  await settle();
  assert.equal(world.repository.pulls[0]?.state, 'open');
  world.repository.mergeByHand(world.repository.pulls[0].number, 'ada');
  porter.wake(ORIGIN, KEY);
  await settle();
  await pass(world, 120);
  assert.deepEqual(world.repository.pulls[0].labels, ['lastgood: recovered']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { House } from '../../bot/house.ts';
import { createLookRound } from '../../bot/look-round.ts';
import { createObservers } from '../../bot/observers.ts';
import type { Porter } from '../../bot/porter.ts';
import { RollbackError } from '../../src/errors.ts';
import { anOutside, doorsOf } from '../control/fakes.ts';
import { pointerPlaybook } from '../control/pointer-world.ts';
import { aLoop } from '../control/world.ts';

const MINUTE = 60_000;

function aHouse() {
  const observe = { webhook: 'HOOK', poll: '10m' };
  const playbook = pointerPlaybook([], {
    watched: { kind: 'langsmith', observe },
    told: { kind: 'langfuse', observe: { webhook: 'HOOK' } },
  });
  const outside = anOutside({ playbook });
  const doors = doorsOf(outside);
  const reads: string[] = [];
  const house: Pick<House, 'repositories' | 'room'> = {
    async repositories() {
      reads.push('repositories');
      return { all: ['acme/closed', 'acme/deploy'].map((name) => ({ name, installationId: 9 })), unread: 0 };
    },
    async room(name) {
      if (name === 'acme/closed') throw new RollbackError('github-forbidden', 'GitHub answered 403');
      return { doors, loop: aLoop(outside, doors) };
    },
  };
  let now = 0;
  const observers = createObservers({ house, log: () => undefined, now: () => now });
  return { observers, reads, outside, turn: (ms: number) => void (now += ms), now: () => now };
}

test('who observes is read from the playbooks, past a repository that cannot be read, and at most every five minutes', async () => {
  const { observers, reads, turn } = aHouse();
  const found = await observers.all();
  assert.deepEqual(
    found.map(({ origin, name, observe }) => [origin.repository, name, observe.webhook, observe.poll]),
    [
      ['acme/deploy', 'watched', 'HOOK', 10 * MINUTE],
      ['acme/deploy', 'told', 'HOOK', undefined],
    ],
  );
  turn(5 * MINUTE - 1);
  await Promise.all([observers.all(), observers.all()]);
  assert.equal(reads.length, 1);
  turn(1);
  await observers.all();
  assert.equal(reads.length, 2);
});

test('a registry with poll is looked at as often as it says, and the others never', async () => {
  const { observers, turn, now } = aHouse();
  const asked: Parameters<Porter['moved']>[1][] = [];
  const round = createLookRound({ observers, porter: { moved: async (_, news) => void asked.push(news) }, now });
  await round();
  turn(9 * MINUTE);
  await round();
  assert.deepEqual(asked, [{ registry: 'watched', moves: null }]);
  turn(MINUTE);
  await round();
  assert.equal(asked.length, 2);
});

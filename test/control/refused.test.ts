import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hear } from '../../src/control/command.ts';
import { noticesOf } from '../../src/control/notices.ts';
import { createRefusals } from '../../src/control/refused.ts';
import { parse } from '../../src/ledger/chain.ts';
import type { Entry } from '../../src/ledger/entry.ts';
import { standing } from '../../src/ledger/standing.ts';
import { START } from './builders.ts';
import { doorsOf } from './fakes.ts';
import { aLoop, aRelease, type Released } from './world.ts';

async function say(world: Released, author: string, body: string) {
  const doors = doorsOf(world);
  const loop = aLoop(world, doors);
  const comment = world.repository.say(500, author, body);
  const spoken = { ...comment, commentId: comment.id, isBot: false };
  await hear(doors, loop, spoken);
  await hear(doors, loop, spoken);
  await loop.flush();
  const lines = parse(await world.repository.ledger());
  return lines.map(({ kind, actor, service, environment, because, details }) => ({
    kind,
    actor,
    place: `${service}/${environment}`,
    because,
    command: details['command'],
  }));
}

test('who has no right to a command stands in the ledger once, with their role and without their words', async () => {
  const world = aRelease({ owners: ['grace'], others: { api: { owners: ['linus'] } } });
  const because = (login: string) => `${login} has the role 'read' here and is not among the owners in the playbook`;
  assert.deepEqual(await say(world, 'eve', '/rollback web production to please-run-this'), [
    { kind: 'refused', actor: 'eve', place: '*/*', because: because('eve'), command: 'rollback' },
  ]);
  const lines = await say(world, 'linus', '/hold web because I say so');
  assert.deepEqual(lines.at(-1), {
    kind: 'refused',
    actor: 'linus',
    place: 'web/*',
    because: because('linus'),
    command: 'hold',
  });
  const more = await say(world, 'linus', '/rollback web production');
  assert.equal(more.at(-1)?.place, 'web/production');
  assert.equal(more.length, 3);
  assert.doesNotMatch(await world.repository.ledger(), /please-run-this|I say so/);
  assert.deepEqual(standing(parse(await world.repository.ledger()), world.clock.now()), { holds: [], freezes: [] });
});

test('a command that is wrong, but allowed, is no attempt', async () => {
  assert.deepEqual(await say(aRelease({}), 'ada', '/rollback confirm 000000000000'), []);
});

function keeper() {
  const entries: Entry[] = [];
  const log: string[] = [];
  const state = { now: START };
  const refusals = createRefusals(
    { clock: { now: () => state.now, wait: async () => undefined }, log: (_, message) => void log.push(message) },
    {
      add: (added) => {
        entries.push(...added);
        return added;
      },
    },
  );
  let comment = 0;
  const tries = (author: string, times: number): void => {
    for (let i = 0; i < times; i += 1) {
      comment += 1;
      const said = { author, ref: `comment/${comment}`, createdAt: new Date(state.now).toISOString() };
      refusals.add({ said, command: 'rollback', place: null, because: 'no right' });
    }
  };
  return { entries, log, state, tries };
}

test('a stranger floods neither the ledger nor hides the next one, and an hour later is seen again', () => {
  const { entries, log, state, tries } = keeper();
  tries('eve', 1000);
  tries('mallory', 1);
  assert.deepEqual([entries.length, entries.at(-1)?.actor, log.length], [6, 'mallory', 995]);
  for (let i = 0; i < 100; i += 1) tries(`stranger-${i}`, 1);
  assert.equal(entries.length, 20);
  state.now += 3_600_000;
  tries('eve', 1);
  assert.deepEqual([entries.length, entries.at(-1)?.actor], [21, 'eve']);
});

test('a refused command is told as a refusal, under its reason code', () => {
  const { entries, tries } = keeper();
  tries('eve', 1);
  const [entry] = entries;
  assert.ok(entry);
  const about = { repository: 'acme/deploy', repositoryUrl: 'https://github.com/acme/deploy', mention: [], look: null };
  const notices = noticesOf(entry, about).map(({ occasion, decision, reasonCode, actor, because }) => ({
    occasion,
    decision,
    reasonCode,
    actor,
    because,
  }));
  assert.deepEqual(notices, [
    { occasion: 'refused', decision: 'refused', reasonCode: 'order-refused', actor: 'eve', because: 'no right' },
  ]);
});

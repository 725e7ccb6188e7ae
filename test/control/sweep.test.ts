import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hear } from '../../src/control/command.ts';
import { findLeftovers, type GatesRead } from '../../src/control/sweep.ts';
import { RollbackError } from '../../src/errors.ts';
import { printExternalId, printGateNote } from '../../src/report/check-run.ts';
import { doorsOf } from './fakes.ts';
import { aLoop, anAsk, aRelease, KEY, type Released, toTheEnd } from './world.ts';

const sweep = (world: Released) => findLeftovers(doorsOf(world));
const HOUR = 3_600_000;

function aGateRun(world: Released, sha = world.bad): void {
  world.repository.runs.push({
    id: world.repository.runs.length + 1,
    name: 'lastgood/gate/web/production',
    externalId: printExternalId({ service: 'web', environment: 'production', sha }),
    sha,
    conclusion: 'failure',
    appSlug: 'github-actions',
    text: printGateNote({
      version: 1,
      decision: 'fail',
      reasonCode: 'harm-proven',
      rollback: 'requested',
      then: 'rollback',
      blame: 'errors',
      because: '0.031 > 0.02',
      detectedAt: new Date(world.clock.now()).toISOString(),
    }),
    completedAt: null,
  });
}

test('a quiet repository leaves nothing', async () => {
  assert.deepEqual(await sweep(aRelease()), { rollbacks: [], commands: [], gates: [], entries: [] });
});

test('an unfinished rollback is found by its key, a finished one is not', async () => {
  const world = aRelease();
  const loop = aLoop(world);
  await loop.reconcile(KEY, anAsk(world));
  assert.deepEqual((await sweep(world)).rollbacks, [KEY]);
  await toTheEnd(world, loop, null);
  assert.deepEqual((await sweep(world)).rollbacks, []);
});

test('a rollback for which a person was called is found until it is over', async () => {
  const world = aRelease();
  world.repository.mergeState = 'dirty';
  await aLoop(world).reconcile(KEY, anAsk(world));
  assert.deepEqual((await sweep(world)).rollbacks, [KEY]);
  world.repository.mergeByHand(world.repository.pulls[0]?.number ?? 0, 'ada');
  assert.deepEqual((await sweep(world)).rollbacks, [KEY]);
});

test('a closed rollback that a person reopens is found again', async () => {
  const world = aRelease({});
  const loop = aLoop(world);
  await loop.reconcile(KEY, anAsk(world));
  const number = world.repository.pulls[0]?.number ?? 0;
  world.repository.change(number, { state: 'closed' });
  await toTheEnd(world, loop, null);
  assert.deepEqual((await sweep(world)).rollbacks, []);
  world.repository.change(number, { state: 'open' });
  assert.deepEqual((await sweep(world)).rollbacks, [KEY]);
});

test('a command without our reaction is found, oldest first, and not any more once it was heard', async () => {
  const world = aRelease();
  const late = world.repository.say(5, 'ada', '/rollback status');
  world.repository.said[0] = { ...late, createdAt: new Date(world.clock.now() + 2000).toISOString() };
  const early = world.repository.say(5, 'ada', '/rollback help');
  const { commands } = await sweep(world);
  assert.deepEqual(
    commands.map(({ commentId }) => commentId),
    [early.id, late.id],
  );
  for (const spoken of commands) await hear(doorsOf(world), aLoop(world), spoken);
  assert.deepEqual((await sweep(world)).commands, []);
});

test('what cannot be read for a moment hides nothing else, and is found by the next sweep', async () => {
  const world = aRelease();
  const { repository } = world;
  await aLoop(world).reconcile(KEY, anAsk(world));
  aGateRun(world);
  const [first, second] = ['ada', 'bob'].map((author) => repository.say(5, author, '/rollback web production'));
  const away = new RollbackError('github-unavailable', 'GitHub answered 502');
  repository.failOn('reactionOf', away, 1);
  repository.failOn('gateRuns', away, 1);
  const found = await sweep(world);
  assert.deepEqual(found.rollbacks, [KEY]);
  assert.deepEqual(
    found.commands.map(({ commentId }) => commentId),
    [second?.id],
  );
  assert.equal(world.log.filter(({ level }) => level === 'warn').length, 2);
  const next = await sweep(world);
  assert.deepEqual(
    next.commands.map(({ commentId }) => commentId),
    [first?.id, second?.id],
  );
  assert.equal(next.gates.length, 1);
});

test('a comment or a commit that can never be read hides nothing else either', async () => {
  const world = aRelease();
  const { repository } = world;
  aGateRun(world);
  const [, second] = ['ada', 'bob'].map((author) => repository.say(5, author, '/rollback web production'));
  const forbidden = new RollbackError('github-forbidden', 'GitHub answered 404');
  repository.failOn('reactionOf', forbidden, 1);
  repository.failOn('gateRuns', forbidden, 1);
  const found = await sweep(world);
  assert.deepEqual(
    found.commands.map(({ commentId }) => commentId),
    [second?.id],
  );
});

test('a repository without a playbook is asked for nothing else', async () => {
  const world = aRelease();
  world.repository.playbook = null;
  world.repository.say(5, 'ada', '/rollback web production');
  const asked: string[] = [];
  await findLeftovers(doorsOf(world, (_, method) => void asked.push(method)));
  assert.deepEqual(asked, ['overview']);
});

test('the gates of the newest commits are read in every sweep, those of the others every five minutes', async () => {
  const world = aRelease();
  for (let i = 0; i < 8; i += 1) world.repository.release(`Release ${i}`, { 'README.md': `${i}` });
  let asked = 0;
  const doors = doorsOf(world, (_, method) => void (asked += method === 'gateRuns' ? 1 : 0));
  const read: GatesRead = new Map();
  const counts: number[] = [];
  for (let minute = 0; minute < 7; minute += 1) {
    asked = 0;
    await findLeftovers(doors, read);
    counts.push(asked);
    world.clock.turn(60_000);
  }
  assert.deepEqual(counts, [10, 3, 3, 3, 3, 10, 3]);
});

test('edited comments, comments of bots, old comments and comments without a command are left alone', async () => {
  const world = aRelease();
  world.repository.say(5, 'ada', '/rollback web production');
  world.clock.turn(25 * HOUR);
  world.repository.say(5, 'ada', '/rollback web production', true);
  world.repository.say(5, 'helper[bot]', '/rollback web production');
  world.repository.say(5, 'ada', '> /rollback web production');
  world.repository.say(5, 'ada', 'a rollback?');
  assert.deepEqual((await sweep(world)).commands, []);
});

test('a gate that failed while nobody listened is found, with its ledger line', async () => {
  const world = aRelease();
  aGateRun(world);
  const { gates, entries } = await sweep(world);
  assert.deepEqual(
    gates.map(({ key, ask }) => [key, ask.bad]),
    [[KEY, world.bad]],
  );
  assert.deepEqual(
    entries.map(({ kind }) => kind),
    ['gate-failed'],
  );
});

test('sweeping again and again after the recovery starts nothing', async () => {
  const world = aRelease();
  aGateRun(world);
  for (let i = 0; i < 3; i += 1) {
    for (const { key, ask } of (await sweep(world)).gates) {
      assert.deepEqual(key, KEY);
      await toTheEnd(world, aLoop(world), ask);
    }
    world.clock.turn(600_000);
  }
  assert.equal(world.repository.pulls.length, 1);
  assert.deepEqual(world.repository.pulls[0]?.labels, ['lastgood: recovered']);
});

test('the gate of a commit older than two hours is not looked at', async () => {
  const world = aRelease();
  aGateRun(world);
  world.clock.turn(3 * HOUR);
  assert.deepEqual((await sweep(world)).gates, []);
});

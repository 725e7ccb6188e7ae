import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import type { House } from '../../bot/house.ts';
import type { Errand, Origin } from '../../bot/errand.ts';
import { createPorter, type Porter } from '../../bot/porter.ts';
import { memoryQueue } from '../../src/adapters/queue/memory.ts';
import { RollbackError } from '../../src/errors.ts';
import { parse } from '../../src/ledger/chain.ts';
import { START } from '../control/builders.ts';
import { doorsOf } from '../control/fakes.ts';
import { pointerPlaybook } from '../control/pointer-world.ts';
import { aLoop, anAsk, aRelease, FILE, KEY, manifest, type Released, toTheEnd } from '../control/world.ts';
import { checkRunName, printExternalId, printGateNote } from '../../src/report/check-run.ts';

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: START });
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
      return { all: ['acme/closed', 'acme/deploy'].map((name) => ({ name, installationId: 9 })), unread: 0 };
    },
    api: 'https://api.github.com',
    deliveries: { lost: async () => [], again: async () => undefined },
    identity: async () => undefined,
    flush: () => room.loop.flush(),
  };
}

async function aPorter(world: Released) {
  const house = aHouse(world);
  const queue = memoryQueue<Errand>({
    onFailure: (task, error, after) => {
      house.log.push(`${task.work.kind} ${String(error)}`);
      if (after.kind === 'dead') void porter.gaveUp(task.work, error);
    },
  });
  const log = (level: string, message: string) => void house.log.push(`${level} ${message}`);
  const porter: Porter = createPorter({ house, queue, log, now: () => world.clock.now() });
  await porter.start();
  return { porter, queue, house };
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
  const { porter, queue } = await aPorter(world);
  await porter.ask(ORIGIN, KEY, anAsk(world));
  await settle();
  assert.equal(world.repository.file(FILE), manifest('1.4.1'));
  await pass(world, 120);
  assert.deepEqual(world.repository.pulls[0]?.labels, ['lastgood: recovered']);
  const { waiting, deferred, running } = await queue.state();
  assert.deepEqual([waiting, deferred, running], [0, 0, 0]);
});

test('the sweep goes on behind a repository that cannot be read, and takes up what a crash left', async () => {
  const world = aRelease();
  await aLoop(world).reconcile(KEY, anAsk(world));
  world.repository.say(5, 'ada', '/rollback status');
  const { porter } = await aPorter(world);
  await porter.sweep();
  await settle();
  assert.match(world.repository.said.at(-1)?.body ?? '', /web in production/);
  await pass(world, 120);
  assert.deepEqual(world.repository.pulls[0]?.labels, ['lastgood: recovered']);
});

test('stopping waits until what was said and recorded is on GitHub', async () => {
  const world = aRelease();
  const write = world.repository.writeLedger.bind(world.repository);
  world.repository.writeLedger = async (...asked) => {
    await settle();
    await write(...asked);
  };
  const { porter } = await aPorter(world);
  await porter.ask(ORIGIN, KEY, anAsk(world));
  await porter.drain();
  assert.deepEqual(
    parse(world.repository.ledgerText).map(({ kind }) => kind),
    ['requested', 'opened', 'merged', 'applied'],
  );
  assert.equal(world.repository.said.length, 1);
});

test('a merge by a person wakes the rollback that waits for it', async () => {
  const world = aRelease({});
  const { porter } = await aPorter(world);
  await porter.ask(ORIGIN, KEY, anAsk(world));
  await settle();
  assert.equal(world.repository.pulls[0]?.state, 'open');
  world.repository.mergeByHand(world.repository.pulls[0].number, 'ada');
  await porter.wake(ORIGIN, KEY);
  await settle();
  await pass(world, 120);
  assert.deepEqual(world.repository.pulls[0].labels, ['lastgood: recovered']);
});

test('a comment that is no command, is a bot’s, or is older than a day takes no place in the inbox', async () => {
  const world = aRelease();
  const { porter, queue } = await aPorter(world);
  const spoken = {
    commentId: 1,
    page: { kind: 'issue' as const, number: 5 },
    author: 'ada',
    isBot: false,
    body: '/rollback status',
    createdAt: at(world, 0),
  };
  await porter.comment(ORIGIN, { ...spoken, body: 'looks good to me' });
  await porter.comment(ORIGIN, { ...spoken, isBot: true });
  await porter.comment(ORIGIN, { ...spoken, createdAt: at(world, -86_400_001) });
  await porter.comment(ORIGIN, { ...spoken, createdAt: at(world, 300_001) });
  const { waiting, running } = await queue.state();
  assert.deepEqual([waiting, running], [0, 0]);
});

test('the same command delivered again, under whatever delivery id, is answered once', async () => {
  const world = aRelease();
  const { porter } = await aPorter(world);
  const said = world.repository.say(5, 'ada', '/rollback status');
  const spoken = {
    commentId: said.id,
    page: { kind: 'issue' as const, number: 5 },
    author: 'ada',
    isBot: false,
    body: '/rollback status',
    createdAt: at(world, 0),
  };
  await porter.comment(ORIGIN, spoken);
  await settle();
  await porter.comment(ORIGIN, spoken);
  await settle();
  assert.equal(
    world.repository.said.filter(({ body }) => body.includes('web in production') || body.includes('under way')).length,
    1,
  );
});

test('a command that fails in a way nobody foresaw is answered when it is given up, once, and not taken up again', async () => {
  const world = aRelease();
  const said = world.repository.say(5, 'ada', '/rollback web production');
  world.repository.failOn('roleOf', new TypeError('the token ghs_secret is undefined'));
  const { porter, house } = await aPorter(world);
  await porter.sweep();
  await settle();
  await pass(world, 90);
  assert.equal(house.log.filter((line) => line.startsWith('comment ')).length, 8);
  const answers = world.repository.said.filter(({ author }) => author === 'lastgood[bot]');
  assert.equal(answers.length, 1);
  assert.match(answers[0]?.body ?? '', /^\*\*Not done, and given up\*\*: lastgood failed at this/);
  assert.doesNotMatch(answers[0]?.body ?? '', /ghs_secret/);
  assert.deepEqual(world.repository.reactions, [{ comment: said.id, content: 'confused' }]);
  world.repository.heal();
  await porter.sweep();
  await settle();
  assert.equal(world.repository.pulls.length, 0);
});

test('a newer version that passed its gate turns the checks of others green, once the ledger says so', async () => {
  const world = aRelease();
  await toTheEnd(world, aLoop(world), anAsk(world));
  const trial = world.repository.release('Again', { [FILE]: manifest('1.4.2') });
  world.repository.trials.push(...world.repository.commits.splice(-1));
  const proposed = { number: 700, head: 'f'.repeat(40), branch: 'again', author: 'bob', fork: false, merged: trial };
  world.repository.others = [{ ...proposed, paths: [FILE], allPaths: true }];
  const { porter } = await aPorter(world);
  await porter.changes(ORIGIN, null);
  await settle();
  world.clock.turn(60_000);
  const sha = world.repository.release('Release web 1.4.3', { [FILE]: manifest('1.4.3') });
  const id = { service: 'web', environment: 'production', sha };
  const detectedAt = at(world, 0);
  const text = printGateNote({
    ...{ version: 1, decision: 'pass', reasonCode: 'passed', rollback: 'not-requested', then: 'rollback' },
    ...{ blame: null, because: 'harm is excluded', detectedAt },
  });
  await porter.gate(ORIGIN, {
    ...{ id: 9, name: checkRunName(id), externalId: printExternalId(id), sha, conclusion: 'success', text },
    ...{ appSlug: 'github-actions', completedAt: detectedAt },
  });
  await settle();
  assert.deepEqual(
    world.repository.published.filter(({ name }) => name === 'lastgood/release').map(({ conclusion }) => conclusion),
    ['failure', 'success'],
  );
  assert.deepEqual(world.repository.deployed.at(-1)?.task, 'release');
});

test('a hint that cannot be kept is told to its sender, who sends again', async () => {
  const world = aRelease();
  const { porter, queue } = await aPorter(world);
  await queue.drain(0);
  await assert.rejects(porter.ask(ORIGIN, KEY, anAsk(world)), { code: 'queue-unavailable' });
});

test('a protection rule whose address is not of this repository at our own API starts no gate', async () => {
  const world = aRelease();
  const { porter, house } = await aPorter(world);
  const asked = { environment: 'production', sha: world.bad };
  for (const api of ['https://evil.example/repos/acme/deploy', 'https://api.github.com/repos/acme/other'])
    await porter.protect(ORIGIN, asked, `${api}/actions/runs/42/deployment_protection_rule`);
  await settle();
  assert.deepEqual(world.repository.protections, []);
  assert.equal(house.log.filter((line) => line.includes('not of this repository')).length, 2);
});

function at(world: Released, ms: number): string {
  return new Date(world.clock.now() + ms).toISOString();
}

test('a move that a registry told is kept, written once, and not again when the same is sent', async () => {
  const world = aRelease();
  world.repository.playbook = pointerPlaybook([{ registry: 'models', pointer: 'fraud@champion' }]);
  const { porter } = await aPorter(world);
  const move = { pointer: 'fraud@champion', to: '7', by: 'ada', at: new Date(START).toISOString() };
  await porter.moved(ORIGIN, { registry: 'models', moves: [move] }, 'signature-1');
  await settle();
  await porter.moved(ORIGIN, { registry: 'models', moves: [move] }, 'signature-1');
  await porter.moved(ORIGIN, { registry: 'models', moves: [{ ...move, to: '8', at: null }] }, 'signature-2');
  await settle();
  assert.deepEqual(
    parse(world.repository.ledgerText).map(({ kind, details }) => [kind, details['from'], details['to']]),
    [
      ['pointer-moved', null, '7'],
      ['pointer-moved', '7', '8'],
    ],
  );
});

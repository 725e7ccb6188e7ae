import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RollbackError } from '../../src/errors.ts';
import { parse } from '../../src/ledger/chain.ts';
import { parseTimeline } from '../../src/report/timeline.ts';
import { aLoop, anAsk, aRelease, FILE, KEY, manifest, steps, toTheEnd, type Released } from './world.ts';

const WITHIN = 10 * 60_000;

/** A process that has proven the recovery and written it down, and ended before it could label the pull request. */
async function diedBeforeTheLabel(world: Released): Promise<void> {
  const { repository } = world;
  const loop = aLoop(world);
  let settled = await loop.reconcile(KEY, anAsk(world));
  repository.failOn('relabel', new RollbackError('github-unavailable', 'GitHub answered 502'));
  for (let i = 0; i < 50 && !repository.ledgerText.includes('"kind":"recovered"'); i += 1) {
    world.clock.turn(settled.again ?? 0);
    settled = await loop.reconcile(KEY, null);
  }
  await loop.flush();
  repository.heal();
  assert.ok(!repository.pulls[0]?.labels.includes('lastgood: recovered'), 'it ended before the label');
}

const kinds = (world: Released) => parse(world.repository.ledgerText).map(({ kind }) => kind);

for (const ill of [false, true]) {
  test(`what the ledger calls recovered stays recovered, long after its time${ill ? ', although something else is wrong by now' : ''}`, async () => {
    const world = aRelease();
    await diedBeforeTheLabel(world);
    const recovered = parse(world.repository.ledgerText).find(({ kind }) => kind === 'recovered');
    assert.ok(recovered);
    world.source.count();
    if (ill) world.source.rate = 0.5;
    world.clock.turn(3 * WITHIN);
    const looks = await toTheEnd(world, aLoop(world), null);
    assert.deepEqual(steps(looks), ['finish recovered']);
    assert.deepEqual(world.repository.pulls[0]?.labels, ['lastgood: recovered']);
    assert.deepEqual(kinds(world), ['requested', 'opened', 'merged', 'applied', 'recovered']);
    const comments = world.repository.said.filter(({ body }) => parseTimeline(body) !== null);
    assert.deepEqual(comments.length, 1);
    assert.match(comments[0]?.body ?? '', /^\*\*Recovered\*\*/);
    assert.ok(comments[0]?.body.includes(recovered.at.slice(11, 16)), 'the time of the proof, not of this look');
  });
}

test('the recovery of another incident of the same service proves nothing about this one', async () => {
  const world = aRelease();
  await toTheEnd(world, aLoop(world), anAsk(world));
  const worse = world.repository.release('Release web 1.6.0', { 'apps/web/deployment.yaml': 'image: web:1.6.0\n' });
  world.source.count();
  world.source.rate = 0.5;
  const looks = await toTheEnd(world, aLoop(world), anAsk(world, { bad: worse }));
  assert.deepEqual(steps(looks).at(-1), 'escalate not-recovered');
});

test('a rollback that was replaced by another one before it was proven calls nobody, and says which one took over', async () => {
  const world = aRelease({
    rollback: { approval: 'auto' },
    verify: { 'healthy-for': '5s', poll: '10s', within: '10m' },
  });
  const loop = aLoop(world);
  world.source.rate = 0.3;
  await loop.reconcile(KEY, anAsk(world));
  world.clock.turn(8 * 60_000);
  const worse = world.repository.release('Release web 1.6.0', { [FILE]: manifest('1.6.0') });
  await loop.reconcile(KEY, anAsk(world, { bad: worse }));
  world.source.count();
  world.source.rate = 0.001;
  world.clock.turn(3 * 60_000);
  await toTheEnd(world, loop, null);
  const looks = await toTheEnd(world, loop, null);
  assert.deepEqual(steps(looks), ['finish superseded']);
  assert.deepEqual(
    world.repository.pulls.map(({ labels }) => labels),
    [['lastgood: superseded'], ['lastgood: recovered']],
  );
  assert.deepEqual(await world.repository.unfinishedRollbacks(), []);
  const [first, second] = parse(world.repository.ledgerText).filter(({ kind }) => kind === 'requested');
  const end = parse(world.repository.ledgerText).findLast(({ incident }) => incident === first?.incident);
  assert.deepEqual([end?.kind, end?.details['reasonCode']], ['cancelled', 'superseded']);
  assert.ok(end?.because.includes(second?.incident ?? 'none'));
  assert.ok(!kinds(world).includes('escalated'));
  const [mine, other] = world.repository.pulls.map(({ mergeCommit }) =>
    world.repository.deployed.findLast(({ sha }) => sha === mergeCommit),
  );
  assert.deepEqual([mine?.state, other?.state], ['inactive', 'success']);
});

test('a later rollback that nobody merged takes nothing over', async () => {
  const world = aRelease();
  const loop = aLoop(world);
  world.source.rate = 0.3;
  await loop.reconcile(KEY, anAsk(world));
  const worse = world.repository.release('Release web 1.6.0', { [FILE]: manifest('1.6.0') });
  world.repository.rules = ['required_status_checks'];
  world.repository.mergeState = 'blocked';
  await loop.reconcile(KEY, anAsk(world, { bad: worse }));
  world.repository.change(world.repository.pulls[1]?.number ?? 0, { state: 'closed' });
  await loop.reconcile(KEY, null);
  world.clock.turn(3 * WITHIN);
  assert.deepEqual(steps(await toTheEnd(world, loop, null)), ['escalate not-recovered']);
});

test('a ledger that somebody broke keeps nobody from being called', async () => {
  const world = aRelease();
  await aLoop(world).reconcile(KEY, anAsk(world));
  world.repository.ledgerText = 'not a ledger\n';
  world.clock.turn(3 * WITHIN);
  const look = await aLoop(world).reconcile(KEY, null);
  assert.deepEqual(steps([look]), ['escalate not-recovered']);
});

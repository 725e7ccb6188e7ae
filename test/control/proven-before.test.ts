import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RollbackError } from '../../src/errors.ts';
import { parse } from '../../src/ledger/chain.ts';
import { parseTimeline } from '../../src/report/timeline.ts';
import { aLoop, anAsk, aRelease, KEY, steps, toTheEnd, type Released } from './world.ts';

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

test('a ledger that somebody broke keeps nobody from being called', async () => {
  const world = aRelease();
  await aLoop(world).reconcile(KEY, anAsk(world));
  world.repository.ledgerText = 'not a ledger\n';
  world.clock.turn(3 * WITHIN);
  const look = await aLoop(world).reconcile(KEY, null);
  assert.deepEqual(steps([look]), ['escalate not-recovered']);
});

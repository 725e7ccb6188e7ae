/** What stands on the default branch although it is quarantined: who set it, and how often it was taken back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reviewChanges } from '../../src/control/changes.ts';
import { RollbackError } from '../../src/errors.ts';
import { doorsOf } from './fakes.ts';
import { aLoop, anAsk, aRelease, FILE, keepsOf, manifest, type Released, steps, toTheEnd } from './world.ts';

async function rolledBack(): Promise<Released> {
  const world = aRelease();
  await toTheEnd(world, aLoop(world), anAsk(world));
  world.clock.turn(60_000);
  return world;
}

test('whoever set it again is accused, not whoever changed something else after them', async () => {
  const world = await rolledBack();
  const again = world.repository.release('Update image', { [FILE]: manifest('1.4.2') }, 'pushed');
  world.clock.turn(1000);
  world.repository.release('Tune the probes', { 'apps/web/probes.yaml': 'seconds: 5\n' });
  const [keep, ...others] = await keepsOf(world);
  assert.deepEqual([keep?.ask.bad, others], [again, []]);
  const cause = keep?.ask.cause;
  assert.deepEqual(cause?.kind === 'quarantine' && [cause.writer, cause.value], ['ada', 'ghcr.io/acme/web:1.4.2']);
  assert.equal(steps(await toTheEnd(world, aLoop(world), keep?.ask ?? null)).at(-1), 'finish recovered');
  assert.equal(world.repository.file(FILE), manifest('1.4.1'));
  assert.equal(world.repository.file('apps/web/probes.yaml'), 'seconds: 5\n', 'what came after it stays');
});

test('where it was set before all that is read, nobody is accused in the place of whoever did', async () => {
  const world = await rolledBack();
  world.repository.release('Update image', { [FILE]: manifest('1.4.2') }, 'pushed');
  for (let i = 0; i < 50; i += 1) world.repository.release(`Tune ${i}`, { 'apps/web/probes.yaml': `seconds: ${i}\n` });
  assert.deepEqual(await keepsOf(world), []);
});

test('another version that comes again is taken back once, too: nobody has taken that one back before', async () => {
  const world = await rolledBack();
  const loop = aLoop(world);
  const setAgain = async (version: string): Promise<string[]> => {
    world.clock.turn(60_000);
    world.repository.release(`Set ${version}`, { [FILE]: manifest(version) }, 'pushed');
    const [keep] = await keepsOf(world);
    assert.ok(keep);
    return steps(await toTheEnd(world, loop, keep.ask));
  };
  assert.equal((await setAgain('1.4.2')).at(-1), 'finish recovered');
  world.clock.turn(60_000);
  const worse = world.repository.release('Release web 1.4.3', { [FILE]: manifest('1.4.3') });
  await toTheEnd(world, loop, anAsk(world, { bad: worse }));
  world.clock.turn(24 * 3_600_000);
  assert.equal((await setAgain('1.4.3')).at(-1), 'finish recovered');
  assert.equal(world.repository.file(FILE), manifest('1.4.1'));
  assert.deepEqual(await setAgain('1.4.2'), ['escalate set-again']);
});

test('a check that cannot be written keeps no way back waiting', async () => {
  const world = await rolledBack();
  const again = world.repository.release('Update image', { [FILE]: manifest('1.4.2') }, 'pushed');
  const others = { number: 700, head: 'f'.repeat(40), branch: 'other', author: 'bob', fork: false, merged: null };
  world.repository.others = [{ ...others, paths: ['README.md'], allPaths: true }];
  world.repository.failOn('publishCheck', new RollbackError('github-unavailable', 'Not sent to GitHub'));
  const begun: (string | null)[] = [];
  await assert.rejects(reviewChanges(doorsOf(world), null, async ({ ask }) => begun.push(ask.bad)));
  assert.deepEqual(begun, [again]);
});

test('a check reads the same whether GitHub has a trial merge or not, so that a push rewrites none', async () => {
  const world = await rolledBack();
  const pull = { number: 700, head: world.good, branch: 'other', author: 'bob', fork: false, paths: ['README.md'] };
  for (const merged of [world.good, null]) {
    world.repository.others = [{ ...pull, merged, allPaths: true }];
    await keepsOf(world);
  }
  const [first, second, ...more] = world.repository.published;
  assert.deepEqual([second, more], [first, []]);
});

test('a quarantined version is no target either: the way back leads past it', async () => {
  const world = await rolledBack();
  world.repository.release('Update image', { [FILE]: manifest('1.4.2') }, 'pushed');
  world.clock.turn(60_000);
  const worse = world.repository.release('Release web 1.5.0', { [FILE]: manifest('1.5.0') });
  // The revert that recovered is not known to have: nothing but the state before is left to choose.
  world.repository.ledgerText = '';
  const looks = await toTheEnd(world, aLoop(world), anAsk(world, { bad: worse }));
  assert.equal(steps(looks).at(-1), 'finish recovered');
  assert.equal(world.repository.file(FILE), manifest('1.4.1'));
  assert.match(
    world.repository.pulls.at(-1)?.body ?? '',
    /passed over: \S+ sets ghcr.io\/acme\/web:1\.4\.2, which is quarantined/,
  );
});

test('whoever names a quarantined version gets it, and is told', async () => {
  const world = await rolledBack();
  const again = world.repository.release('Update image', { [FILE]: manifest('1.4.2') }, 'pushed');
  world.clock.turn(60_000);
  world.repository.release('Release web 1.5.0', { [FILE]: manifest('1.5.0') });
  const cause = { kind: 'command', by: 'ada', commentId: 9, issue: 0, reason: null } as const;
  await toTheEnd(world, aLoop(world), anAsk(world, { cause, bad: null, to: again }));
  assert.equal(world.repository.file(FILE), manifest('1.4.2'));
  assert.match(
    world.repository.pulls.at(-1)?.body ?? '',
    /brings ghcr.io\/acme\/web:1\.4\.2 back, which is quarantined/,
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RollbackError } from '../../src/errors.ts';
import { doorsOf } from './fakes.ts';
import { aLoop, anAsk, aRelease, steps, toTheEnd } from './world.ts';

test("a rollback stands among GitHub's deployments from its merge to its proof", async () => {
  const world = aRelease({ rollback: { approval: 'auto' } });
  await toTheEnd(world, aLoop(world), anAsk(world));
  assert.deepEqual(
    world.repository.deployed.map(({ state }) => state),
    ['in_progress', 'success'],
  );
  const [first] = world.repository.deployed;
  assert.equal(first?.environment, 'production');
  assert.equal(first.sha, world.repository.pulls[0]?.mergeCommit);
});

test('without the right it is said once, and the rollback is none the worse', async () => {
  const world = aRelease({ rollback: { approval: 'auto' } });
  const lines: string[] = [];
  const doors = doorsOf(world);
  const repository = Object.assign(Object.create(world.repository) as typeof world.repository, {
    tellDeployment: () => Promise.reject(new RollbackError('github-forbidden', 'GitHub answered 403')),
  });
  const loop = aLoop(world, { ...doors, repository, log: (_level, message) => void lines.push(message) });
  assert.ok(steps(await toTheEnd(world, loop, anAsk(world))).includes('finish recovered'));
  assert.equal(lines.filter((line) => line.includes('deployments: write')).length, 1);
});

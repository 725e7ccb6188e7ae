import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RollbackError } from '../../src/errors.ts';
import { releaseOf, tellRelease } from '../../src/control/deployments.ts';
import type { GateNews } from '../../src/control/gate-run.ts';
import { parsePlaybook } from '../../src/playbook/parse.ts';
import { playbookText } from './builders.ts';
import { doorsOf } from './fakes.ts';
import { aLoop, anAsk, aRelease, KEY, steps, toTheEnd } from './world.ts';

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

test('a deployment that GitHub wants to hear of later is told before the rollback is over: nobody looks again after that', async () => {
  const world = aRelease({ rollback: { approval: 'auto' } });
  const { repository, clock } = world;
  const loop = aLoop(world);
  const later = new RollbackError('github-unavailable', 'Not sent: 24 checks', { retryAfterMs: 57_000 });
  let settled = await loop.reconcile(KEY, anAsk(world));
  for (let i = 0; i < 50 && !(settled.kind === 'looked' && settled.step.kind === 'finish'); i += 1) {
    clock.turn(settled.again ?? 0);
    repository.failOn('tellDeployment', later);
    settled = await loop.reconcile(KEY, null);
  }
  assert.equal(settled.again, 57_000);
  assert.deepEqual(repository.pulls[0]?.labels, ['lastgood: active']);
  repository.heal();
  await toTheEnd(world, loop, null);
  assert.equal(repository.deployed.at(-1)?.state, 'success');
  assert.deepEqual(repository.pulls[0].labels, ['lastgood: recovered']);
});

test('a release that its gate judged is a deployment too, under the name that the environment has on GitHub', async () => {
  const parsed = parsePlaybook(playbookText(), 'lastgood.yml');
  assert.ok(parsed.ok);
  const entry = { revision: 'a'.repeat(40), because: 'harm is excluded' };
  const news = (kind: 'gate-passed' | 'gate-failed' | 'gate-undecided', environment = 'production') =>
    ({ key: { ...KEY, environment }, entry: { ...entry, kind }, ask: null }) as unknown as GateNews;
  assert.deepEqual(releaseOf(news('gate-passed'), parsed.playbook), {
    ...{ task: 'release', sha: entry.revision, environment: 'production', state: 'success', url: null },
    description: 'web: the gate passed: harm is excluded',
  });
  assert.equal(releaseOf(news('gate-failed'), parsed.playbook)?.state, 'failure');
  assert.equal(releaseOf(news('gate-undecided'), parsed.playbook), null);
  assert.equal(releaseOf(news('gate-passed', 'staging'), parsed.playbook), null);
});

test('a release that GitHub does not take among its deployments stops nothing', async () => {
  const world = aRelease({});
  world.repository.failOn('tellDeployment', new RollbackError('github-forbidden', 'GitHub answered 403'));
  const entry = { revision: world.bad, because: 'x', kind: 'gate-failed' };
  await tellRelease(doorsOf(world), { key: KEY, entry, ask: null } as unknown as GateNews);
  assert.deepEqual(
    world.log.map(({ message }) => message),
    ['the release is not among the deployments'],
  );
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

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { momentsOf } from '../../src/control/moments.ts';
import { observeApplications, observeProof } from '../../src/control/observe.ts';
import { createProver } from '../../src/control/prove.ts';
import { RollbackError } from '../../src/errors.ts';
import { targetOf } from '../../src/playbook/target.ts';
import type { Application } from '../../src/ports.ts';
import {
  aMergedPull,
  anApplication,
  anIncident,
  anObserved,
  aPlaybook,
  at,
  opened,
  type PlaybookParts,
} from './builders.ts';
import { anOutside, doorsOf } from './fakes.ts';

/** A release, its revert merged as the head of the default branch, and a commit on top of it. */
function aWorld(parts: PlaybookParts = {}) {
  const outside = anOutside();
  const { repository, clock } = outside;
  const bad = repository.release('bad', { 'apps/web/a.yaml': 'bad' });
  const revert = repository.release('revert', { 'apps/web/a.yaml': 'good' });
  const pull = aMergedPull({ mergedAt: new Date(clock.now()).toISOString(), mergeCommit: revert });
  const later = repository.release('later', { 'README.md': 'x' });
  const target = targetOf(aPlaybook(parts), { service: 'web' });
  const saying = (change: Partial<Application> | Error) => {
    outside.argoCd.override = (honest) => {
      if (change instanceof Error) throw change;
      return { ...honest, ...change };
    };
  };
  const seen = () => observeApplications(doorsOf(outside), target, pull);
  return { ...outside, bad, revert, later, pull, target, saying, seen };
}

function anOperation(revision: string, overrides: Partial<NonNullable<Application['operation']>> = {}) {
  const { operation } = anApplication();
  assert.ok(operation);
  return { ...operation, revisions: [revision], ...overrides };
}

test('the merge commit or a descendant of it, once applied, is the revert; an older commit is not', async () => {
  const world = aWorld();
  const sync = { status: 'OutOfSync', revisions: [world.later] } as const;
  for (const [revision, applied] of [
    [world.revert, true],
    [world.later, true],
    [world.bad, false],
    ['0'.repeat(40), false],
    ['main', false],
  ] as const) {
    world.saying({ sync, operation: anOperation(revision) });
    const [app] = await world.seen();
    assert.deepEqual(
      [app?.kind === 'seen' && app.carries, app?.kind === 'seen' && app.applied],
      [applied, applied],
      revision,
    );
  }
});

test('an operation of the revert that runs or failed carries it, and has not applied it', async () => {
  const world = aWorld();
  for (const phase of ['Running', 'Terminating', 'Failed', 'Error'] as const) {
    world.saying({
      sync: { status: 'OutOfSync', revisions: [world.revert] },
      operation: anOperation(world.revert, { phase }),
    });
    const [app] = await world.seen();
    assert.deepEqual([app?.kind === 'seen' && app.carries, app?.kind === 'seen' && app.applied], [true, false], phase);
  }
});

test('of several sources one that contains the revert is enough', async () => {
  const world = aWorld();
  world.saying({ operation: anOperation('f'.repeat(40), { revisions: ['1.2.3', 'f'.repeat(40), world.later] }) });
  const [app] = await world.seen();
  assert.equal(app?.kind === 'seen' && app.applied, true);
});

test('an application that was compared with the revert and needs no sync has it; one that is Unknown or OutOfSync has not', async () => {
  const world = aWorld();
  for (const [status, applied] of [
    ['Synced', true],
    ['OutOfSync', false],
    ['Unknown', false],
  ] as const) {
    world.saying({
      sync: { status, revisions: status === 'Unknown' ? [] : [world.later] },
      operation: anOperation(world.bad),
    });
    const [app] = await world.seen();
    assert.equal(app?.kind === 'seen' && app.applied, applied, status);
  }
  world.saying({ sync: { status: 'Synced', revisions: [world.bad] }, operation: anOperation(world.bad) });
  const [before] = await world.seen();
  assert.equal(before?.kind === 'seen' && before.applied, false, 'compared with the bad release');
});

test('nothing counts as applied before it was merged', async () => {
  const world = aWorld();
  const operation = anOperation(world.bad, { finishedAt: at(-600) });
  world.saying({ sync: { status: 'Synced', revisions: [world.revert] }, operation });
  const applications = await world.seen();
  const seen = anObserved({ stage: opened(world.pull), applications });
  const moments = momentsOf(seen, { kind: 'finish', outcome: 'recovered', because: 'x' });
  assert.equal(moments.applied, moments.merged);
});

test('an Argo CD that cannot be asked is told with its cure, retryable or not; another error is not swallowed', async () => {
  const world = aWorld();
  world.saying(new RollbackError('argocd-unauthorized', 'HTTP 401'));
  assert.deepEqual(await world.seen(), [
    {
      kind: 'unreachable',
      name: 'web-production',
      message: 'HTTP 401',
      hint: new RollbackError('argocd-unauthorized', '').hint,
      retryable: false,
    },
  ]);
  world.saying(new RollbackError('argocd-unavailable', 'HTTP 502'));
  const [away] = await world.seen();
  assert.equal(away?.kind === 'unreachable' && away.retryable, true);
  world.saying(new TypeError('x'));
  await assert.rejects(world.seen(), TypeError);
});

test('a service without applications is observed as such', async () => {
  assert.deepEqual(await aWorld({ applications: [] }).seen(), []);
});

test('the proof waits until every application has the revert and is healthy', async () => {
  const world = aWorld();
  const doors = doorsOf(world);
  const proof = async () =>
    observeProof(
      doors,
      createProver(world.clock),
      world.target,
      anIncident(),
      { pull: world.pull },
      await world.seen(),
    );
  world.saying({ operation: anOperation(world.bad), sync: { status: 'OutOfSync', revisions: [world.later] } });
  assert.equal(await proof(), null);
  world.saying({ operation: anOperation(world.later), health: { status: 'Progressing', since: null } });
  assert.equal(await proof(), null);
  world.saying(new RollbackError('argocd-unavailable', 'HTTP 502'));
  assert.equal(await proof(), null);
  world.saying({ operation: anOperation(world.later) });
  assert.equal((await proof())?.status, 'continue');
});

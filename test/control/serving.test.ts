/** An alert names no release: what serves is accused, not what was merged a moment ago. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RollbackError } from '../../src/errors.ts';
import { parseBlock } from '../../src/report/memory.ts';
import { aLoop, anAsk, aRelease, FILE, KEY, manifest, type Released, steps, toTheEnd } from './world.ts';

const PROBES = 'apps/web/probes.yaml';
const ALERT = { kind: 'alert', source: 'Alertmanager', alert: 'HighErrorRate', fingerprint: 'f' } as const;

/** The bad release serves; a second ago somebody merged something else, which Argo CD has not seen. */
async function aMergeASecondAgo(): Promise<Released & { readonly newest: string }> {
  const world = aRelease();
  await world.argoCd.application('web-production');
  const newest = world.repository.release('Tune the probes', { [PROBES]: 'seconds: 5\n' });
  return { ...world, newest };
}

const ask = (world: Released) => anAsk(world, { cause: ALERT, bad: null });
const accused = (world: Released) => parseBlock(world.repository.pulls[0]?.body)?.incident.bad;

test('the release that serves is accused, and what is not applied yet stays', async () => {
  const world = await aMergeASecondAgo();
  const looks = await toTheEnd(world, aLoop(world), ask(world));
  assert.equal(steps(looks).at(-1), 'finish recovered');
  assert.equal(accused(world), world.bad);
  assert.equal(world.repository.file(FILE), manifest('1.4.1'));
  assert.equal(world.repository.file(PROBES), 'seconds: 5\n');
  assert.match(world.repository.pulls[0]?.body ?? '', /'Tune the probes' is not applied yet, so it is not accused/);
});

test('so it is however many changes wait for their sync', async () => {
  const world = await aMergeASecondAgo();
  for (let i = 0; i < 12; i += 1) world.repository.release(`Tune ${i}`, { [PROBES]: `seconds: ${i}\n` });
  await aLoop(world).reconcile(KEY, ask(world));
  assert.equal(accused(world), world.bad);
});

test('once its sync has begun, the newest change is accused', async () => {
  const world = await aMergeASecondAgo();
  world.argoCd.override = (honest) => ({
    ...honest,
    operation: honest.operation && { ...honest.operation, phase: 'Running', revisions: [world.newest] },
  });
  await aLoop(world).reconcile(KEY, ask(world));
  assert.equal(accused(world), world.newest);
});

test('an Argo CD that cannot be asked, or speaks of other commits, leaves the newest change accused', async () => {
  for (const revisions of [null, ['0'.repeat(40)], ['7.2.1']]) {
    const world = await aMergeASecondAgo();
    world.argoCd.override = (honest) => {
      if (revisions === null) throw new RollbackError('argocd-unavailable', 'Argo CD answered 502');
      return {
        ...honest,
        sync: { status: 'Synced', revisions },
        operation: honest.operation && { ...honest.operation, revisions },
      };
    };
    await aLoop(world).reconcile(KEY, ask(world));
    assert.equal(accused(world), world.newest, String(revisions));
  }
});

test('a gate, a person and an alert that names its release are believed', async () => {
  const world = await aMergeASecondAgo();
  await aLoop(world).reconcile(KEY, anAsk(world, { cause: ALERT, bad: world.newest }));
  assert.equal(accused(world), world.newest);
  const other = await aMergeASecondAgo();
  const cause = { kind: 'command', by: 'ada', commentId: 9, issue: 5, reason: null } as const;
  await aLoop(other).reconcile(KEY, anAsk(other, { cause, bad: null }));
  assert.equal(accused(other), other.newest);
  const named = await aMergeASecondAgo();
  await aLoop(named).reconcile(KEY, anAsk(named, { cause: ALERT }));
  assert.equal(accused(named), named.bad);
  assert.doesNotMatch(named.repository.pulls[0]?.body ?? '', /not accused/, 'nobody has asked what serves');
});

test('the same alert again, before Argo CD has applied the revert, starts nothing', async () => {
  const world = aRelease();
  await world.argoCd.application('web-production');
  const loop = aLoop(world);
  await loop.reconcile(KEY, ask(world));
  const again = await loop.reconcile(KEY, ask(world));
  assert.equal(again.kind === 'looked' && again.pull?.number, world.repository.pulls[0]?.number);
  assert.equal(world.repository.pulls.length, 1);
});

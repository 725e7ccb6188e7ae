import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { argoCd } from '../../../src/adapters/argocd.ts';
import { RollbackError } from '../../../src/errors.ts';
import type { Application, ArgoCd } from '../../../src/ports.ts';
import type { Target } from '../../../src/world/argocd/awkward.ts';
import { startArgoCd } from '../../../src/world/argocd/server.ts';
import type { ArgoCdOptions, ArgoCdWorld } from '../../../src/world/argocd/server.ts';
import { turnableClock } from '../../../src/world/clock.ts';
import { aRepository } from './a-repository.ts';
import type { TestRepository } from './a-repository.ts';

const TOKEN = 'argo-token';
const APP = 'apps/shop/app.yaml';
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

interface Story {
  readonly repository: TestRepository;
  readonly first: string;
  readonly world: ArgoCdWorld;
  readonly argo: ArgoCd;
  readonly applied: string[];
  readonly app: () => Promise<Application>;
}

/** One application that has applied its first commit. */
async function aStory(options: Partial<ArgoCdOptions> = {}): Promise<Story> {
  const repository = aRepository();
  cleanups.push(() => repository.remove());
  const first = repository.commit({ [APP]: 'image: 1\n', 'apps/other/app.yaml': 'image: 1\n' });
  const applied: string[] = [];
  const world = await startArgoCd({
    applications: [{ name: 'shop', repoUrl: repository.path, path: 'apps/shop', targetRevision: 'main' }],
    token: TOKEN,
    pollMs: null,
    onApply: async (_, { files }: Target) => {
      applied.push(files.get(APP) ?? '');
    },
    live: () => ({ health: 'Healthy', message: '', images: ['shop:1'] }),
    ...options,
  });
  cleanups.push(() => world.close());
  await world.settle();
  const argo = argoCd({ url: world.url, token: TOKEN });
  return { repository, first, world, argo, applied, app: () => argo.application('shop') };
}

describe('an application of the Argo CD stand-in', () => {
  it('applies what Git says and reports it as the real one does', async () => {
    const { first, app, applied } = await aStory();
    const { sync, health, operation, images, autoSync } = await app();
    assert.deepEqual(sync, { status: 'Synced', revisions: [first] });
    assert.deepEqual([health.status, operation?.phase, operation?.revisions], ['Healthy', 'Succeeded', [first]]);
    assert.deepEqual([images, autoSync, applied], [['shop:1'], true, ['image: 1\n']]);
  });

  it('follows a new commit after a refresh, and not before', async () => {
    const { repository, first, argo, app, world } = await aStory();
    const second = repository.commit({ [APP]: 'image: 2\n' });
    assert.deepEqual((await app()).sync.revisions, [first]);
    await argo.refresh('shop');
    await world.settle();
    const { sync, operation } = await app();
    assert.deepEqual([sync.status, sync.revisions, operation?.revisions], ['Synced', [second], [second]]);
  });

  it('follows a new commit after a webhook', async () => {
    const { repository, world, app } = await aStory();
    const second = repository.commit({ [APP]: 'image: 2\n' });
    assert.equal((await fetch(world.webhookUrl, { method: 'POST', body: '{}' })).status, 200);
    await world.settle();
    assert.deepEqual((await app()).operation?.revisions, [second]);
  });

  it('compares, but does not apply, a commit that does not touch it', async () => {
    const { repository, first, world, app, applied } = await aStory();
    const second = repository.commit({ 'apps/other/app.yaml': 'image: 2\n' });
    await world.settle();
    const { sync, operation } = await app();
    assert.deepEqual(
      [sync.status, sync.revisions, operation?.revisions, applied.length],
      ['Synced', [second], [first], 1],
    );
  });

  it('is out of sync and stays so while auto-sync is off or the window is closed', async () => {
    for (const awkward of [{ autoSync: false }, { syncWindowClosed: true }]) {
      const { repository, world, app } = await aStory();
      world.switch('shop', awkward);
      repository.commit({ [APP]: 'image: 2\n' });
      await world.settle();
      assert.equal((await app()).sync.status, 'OutOfSync');
      assert.equal((await app()).autoSync, !('autoSync' in awkward));
    }
  });

  it('is synced by hand, but not against a closed window', async () => {
    const { repository, world, app } = await aStory();
    world.switch('shop', { autoSync: false, syncWindowClosed: true });
    const second = repository.commit({ [APP]: 'image: 2\n' });
    const ask = (method: string, path: string): Promise<Response> =>
      fetch(`${world.url}/api/v1/applications/shop${path}`, { method, headers: { authorization: `Bearer ${TOKEN}` } });
    assert.equal((await ask('POST', '/sync')).status, 400);
    assert.deepEqual(((await (await ask('GET', '/syncwindows')).json()) as { canSync: boolean }).canSync, false);
    world.switch('shop', { syncWindowClosed: false });
    assert.equal((await ask('POST', '/sync')).status, 200);
    await world.settle();
    assert.deepEqual((await app()).operation?.revisions, [second]);
  });

  it('is Unknown without a revision while its manifests cannot be made', async () => {
    const { world, app } = await aStory();
    world.switch('shop', { manifestError: 'helm template failed' });
    await world.settle();
    assert.deepEqual((await app()).sync, { status: 'Unknown', revisions: [] });
  });

  it('says nothing before its first comparison', async () => {
    const { world, app } = await aStory();
    world.switch('shop', { notCompared: true });
    const { sync, health, operation } = await app();
    assert.deepEqual(
      [sync, health, operation],
      [{ status: 'Unknown', revisions: [] }, { status: 'Unknown', since: null }, null],
    );
  });

  it('is degraded after an apply whose version does not come up', async () => {
    const { world, app } = await aStory();
    world.switch('shop', { degraded: 'Back-off pulling image' });
    assert.equal((await app()).health.status, 'Degraded');
  });
});

describe('a sync that fails', () => {
  const failing = ({ files }: Target): string | null =>
    files.get(APP) === 'image: bad\n' ? 'admission webhook denied' : null;

  /** The bad commit keeps being retried; the good one is on top. */
  async function aWedge(
    retryLimit: number | null,
  ): Promise<Story & { readonly bad: string; readonly good: string; readonly turn: () => Promise<void> }> {
    const clock = turnableClock();
    const story = await aStory({ clock });
    story.world.switch('shop', { syncFails: failing, retryLimit, backoffMs: 1000 });
    const bad = story.repository.commit({ [APP]: 'image: bad\n' });
    await story.argo.refresh('shop');
    await clock.turn(3500);
    const good = story.repository.commit({ [APP]: 'image: 1\n' });
    await story.argo.refresh('shop');
    return { ...story, bad, good, turn: () => clock.turn(10_000) };
  }

  it('is retried and blocks the newer commit', async () => {
    const { bad, good, app } = await aWedge(null);
    const { sync, operation } = await app();
    assert.deepEqual([operation?.phase, operation?.revisions, operation?.retryCount], ['Running', [bad], 4]);
    assert.match(operation?.message ?? '', /admission webhook denied.*Retrying attempt #4/);
    assert.deepEqual(sync.revisions, [good], 'compared is not applied');
  });

  it('gives way when it is terminated', async () => {
    const { good, bad, argo, app, world } = await aWedge(null);
    await argo.terminate('shop', bad);
    await world.settle();
    const { sync, operation } = await app();
    assert.deepEqual([sync.status, operation?.phase, operation?.revisions], ['Synced', 'Succeeded', [good]]);
  });

  it('gives way when its retries are used up', async () => {
    const { good, app, turn, world } = await aWedge(5);
    await turn();
    await world.settle();
    const { sync, operation } = await app();
    assert.deepEqual([sync.status, operation?.phase, operation?.revisions], ['Synced', 'Succeeded', [good]]);
  });

  it('is not tried again by itself for the same commit', async () => {
    const { repository, world, app, applied } = await aStory();
    world.switch('shop', { syncFails: failing, retryLimit: 0 });
    const bad = repository.commit({ [APP]: 'image: bad\n' });
    for (let i = 0; i < 3; i += 1) await world.settle();
    assert.deepEqual([(await app()).operation?.phase, (await app()).operation?.revisions], ['Failed', [bad]]);
    assert.equal(applied.length, 2);
  });

  it('that was refused before it changed anything leaves no operation for the commit that takes it back', async () => {
    const { repository, first, world, app } = await aStory();
    world.switch('shop', { syncFails: failing, failsAfterApply: false, retryLimit: 0 });
    const bad = repository.commit({ [APP]: 'image: bad\n' });
    await world.settle();
    const good = repository.commit({ [APP]: 'image: 1\n' });
    await world.settle();
    const { sync, operation } = await app();
    assert.deepEqual([sync.status, sync.revisions], ['Synced', [good]]);
    assert.deepEqual([operation?.phase, operation?.revisions], ['Failed', [bad]]);
    assert.deepEqual(
      world.state('shop').history.map((h) => h.revision),
      [first],
    );
  });

  it('fails with the words of the cluster when applying throws', async () => {
    const { app } = await aStory({
      onApply: () => Promise.reject(new Error('no matches for kind "Rollout"')),
      awkward: { shop: { retryLimit: 0 } },
    });
    const { operation, health } = await app();
    assert.match(operation?.message ?? '', /no matches for kind "Rollout"/);
    assert.deepEqual([operation?.phase, health.status], ['Failed', 'Missing']);
  });
});

describe('the door of the Argo CD stand-in', () => {
  it('answers a wrong token and an unknown application as the real one does', async () => {
    const { world, argo } = await aStory();
    const code = (act: Promise<unknown>): Promise<unknown> =>
      act.catch((e: unknown) => (e instanceof RollbackError ? e.code : e));
    assert.equal(await code(argoCd({ url: world.url, token: 'wrong' }).application('shop')), 'argocd-unauthorized');
    assert.equal(await code(argo.application('ship')), 'argocd-unknown-application');
    const list = await fetch(`${world.url}/api/v1/applications`, { headers: { authorization: `Bearer ${TOKEN}` } });
    assert.equal(((await list.json()) as { items: unknown[] }).items.length, 1);
    assert.equal((await fetch(`${world.url}/api/version`)).status, 200);
  });
});

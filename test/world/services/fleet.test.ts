import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { withFaults } from '../../../src/world/services/faults.ts';
import { startFleet } from '../../../src/world/services/fleet.ts';
import type { Fleet } from '../../../src/world/services/fleet.ts';
import { sendLoad } from '../../../src/world/services/load.ts';
import { aRollout } from './a-rollout.ts';

const quick = { typicalMs: 0.1, slowMs: 0.1, slowShare: 0 };
const behaviours = {
  '1.4.1': withFaults({ errorRate: 0, latency: quick }),
  '2.0.0': withFaults({ errorRate: 0.3, latency: quick }),
};
const started: Fleet[] = [];
async function aFleet(): Promise<Fleet> {
  const fleet = await startFleet({ behaviours, seed: 7 });
  started.push(fleet);
  return fleet;
}
after(() => Promise.all(started.map((fleet) => fleet.close())));

describe('a fleet', () => {
  it('takes its first image as stable and gives it all traffic', async () => {
    const fleet = await aFleet();
    assert.equal(fleet.state().health, 'Missing');
    const state = await fleet.applyManifest(aRollout('1.4.1'));
    assert.deepEqual(state, {
      health: 'Healthy',
      message: '',
      stable: 'registry.example/recommender:1.4.1',
      canary: null,
      weight: 0,
      images: ['registry.example/recommender:1.4.1'],
    });
    assert.deepEqual(await sendLoad({ url: fleet.url, count: 50, seed: 1 }), { total: 50, bad: 0 });
  });

  it('makes a changed image a canary at its weight, and every count agrees with what the users saw', async () => {
    const fleet = await aFleet();
    await fleet.applyManifest(aRollout('1.4.1', 20));
    const state = await fleet.applyManifest(aRollout('2.0.0', 20));
    assert.deepEqual(
      [state.health, state.canary, state.weight],
      ['Suspended', 'registry.example/recommender:2.0.0', 0.2],
    );
    const seen = await sendLoad({ url: fleet.url, count: 1000, seed: 2 });
    const [all, canary, stable] = [fleet.counts('all'), fleet.counts('canary'), fleet.counts('stable')];
    assert.ok(all && canary && stable);
    assert.deepEqual({ total: all.total, bad: all.bad }, seen);
    assert.equal(canary.total + stable.total, 1000);
    assert.equal(canary.bad, seen.bad, 'only the new version fails');
    // Five standard deviations around 200 of 1000, and around 30 % of those.
    assert.ok(Math.abs(canary.total - 200) < 64, `${canary.total}`);
    assert.ok(Math.abs(canary.bad / canary.total - 0.3) < 0.17, `${canary.bad} of ${canary.total}`);
  });

  it('goes back to the stable image at once and removes the canary', async () => {
    const fleet = await aFleet();
    for (const tag of ['1.4.1', '2.0.0', '1.4.1']) await fleet.applyManifest(aRollout(tag));
    assert.deepEqual(fleet.state().images, ['registry.example/recommender:1.4.1']);
    assert.equal(fleet.state().health, 'Healthy');
    assert.deepEqual(await sendLoad({ url: fleet.url, count: 100, seed: 3 }), { total: 100, bad: 0 });
    assert.equal((await fetch(`${fleet.url}/metrics/canary`)).status, 404);
  });

  it('promotes the canary', async () => {
    const fleet = await aFleet();
    for (const tag of ['1.4.1', '2.0.0']) await fleet.applyManifest(aRollout(tag));
    const state = await fleet.promote();
    assert.deepEqual(
      [state.health, state.stable, state.canary],
      ['Healthy', 'registry.example/recommender:2.0.0', null],
    );
  });

  it('is degraded while an image cannot be pulled, and the stable version serves on', async () => {
    const fleet = await aFleet();
    await fleet.applyManifest(aRollout('1.4.1'));
    const state = await fleet.applyManifest(aRollout('9.9.9'));
    assert.equal(state.health, 'Degraded');
    assert.match(state.message, /Back-off pulling image "registry.example\/recommender:9.9.9"/);
    assert.deepEqual(await sendLoad({ url: fleet.url, count: 20, seed: 3 }), { total: 20, bad: 0 });
    assert.equal((await fleet.applyManifest(aRollout('1.4.1'))).health, 'Healthy');
  });

  it('refuses a file without a workload', async () => {
    const fleet = await aFleet();
    await assert.rejects(fleet.applyManifest('kind: Service\n'), /no Rollout and no Deployment/);
    await assert.rejects(fleet.applyManifest('kind: [\n'), /cannot be applied/);
  });

  it('changes its behaviour while it serves', async () => {
    const fleet = await aFleet();
    await fleet.applyManifest(aRollout('1.4.1'));
    fleet.setFaults('1.4.1', withFaults({ errorRate: 1, latency: quick }));
    assert.deepEqual(await sendLoad({ url: fleet.url, count: 20, seed: 3 }), { total: 20, bad: 20 });
  });

  it('gives the same numbers for the same seed', async () => {
    const runs = [];
    for (let i = 0; i < 2; i += 1) {
      const fleet = await aFleet();
      for (const tag of ['1.4.1', '2.0.0']) await fleet.applyManifest(aRollout(tag));
      await sendLoad({ url: fleet.url, count: 200, seed: 5, atOnce: 1 });
      runs.push([fleet.counts('canary'), fleet.counts('stable')]);
    }
    assert.deepEqual(runs[0], runs[1]);
  });
});

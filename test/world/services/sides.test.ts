import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { withFaults } from '../../../src/world/services/faults.ts';
import { startFleet, type Fleet } from '../../../src/world/services/fleet.ts';
import { sendLoad } from '../../../src/world/services/load.ts';
import { aDeployment, aRoute, aService, flagsOf, folder, inferenceService, prompted } from './manifests.ts';

const quick = { typicalMs: 0.1, slowMs: 0.1, slowShare: 0 };
const good = withFaults({ errorRate: 0, latency: quick });
const bad = withFaults({ errorRate: 1, latency: quick });
const started: Fleet[] = [];
async function aFleet(works?: (version: string) => boolean): Promise<Fleet> {
  const behaviours = { '1.0.0': good, '2.0.0': bad, '6': good, '7': bad, v1: good, v2: bad };
  const fleet = await startFleet({ behaviours, seed: 7, ...(works ? { works } : {}) });
  started.push(fleet);
  return fleet;
}
after(() => Promise.all(started.map((fleet) => fleet.close())));

const users = ({ url }: Fleet, count = 100) => sendLoad({ url, count, seed: 3 });

describe('what decides the traffic', () => {
  it('a model gets its percent beside the one before it, and the weight may go to 0 before the model goes', async () => {
    const fleet = await aFleet();
    await fleet.apply(folder({ 'a.yaml': inferenceService(6, 20) }));
    const state = await fleet.apply(folder({ 'a.yaml': inferenceService(7, 20) }));
    assert.equal(state.health, 'Healthy');
    assert.deepEqual(fleet.serving(), [
      { track: 'stable', version: '6', share: 0.8 },
      { track: 'canary', version: '7', share: 0.2 },
    ]);
    await fleet.apply(folder({ 'a.yaml': inferenceService(7, 0) }));
    assert.deepEqual(await users(fleet), { total: 100, bad: 0 });
    assert.equal(fleet.counts('canary')?.total, 0, 'the bad model runs on without users');
    await fleet.apply(folder({ 'a.yaml': inferenceService(6, 0) }));
    assert.deepEqual(fleet.serving(), [{ track: 'stable', version: '6', share: 1 }]);
  });

  it('a Service moves everybody at once, and the side that waits keeps running', async () => {
    const fleet = await aFleet();
    const both = { 'b.yaml': aDeployment('blue'), 'g.yaml': aDeployment('green', { tag: '2.0.0' }) };
    const selecting = (app: string) => folder({ ...both, 's.yaml': aService('shop', app) });
    await fleet.apply(selecting('blue'));
    assert.deepEqual(await users(fleet), { total: 100, bad: 0 });
    await fleet.apply(selecting('green'));
    assert.deepEqual(await users(fleet), { total: 100, bad: 100 });
    assert.equal(fleet.state().stable, 'registry.example/recommender:2.0.0');
    await fleet.apply(selecting('blue'));
    assert.deepEqual(await users(fleet), { total: 100, bad: 0 });
    assert.equal(fleet.counts('blue')?.total, 200, 'blue was never started again');
  });

  it('a route goes by its weights', async () => {
    const fleet = await aFleet();
    const both = [
      aDeployment('big', { tag: '2.0.0' }),
      aDeployment('small'),
      aService('b', 'big'),
      aService('s', 'small'),
    ];
    await fleet.apply(folder({ 'all.yaml': [...both, aRoute({ b: 50, s: 50 })].join('---\n') }));
    const seen = await users(fleet, 400);
    // Five standard deviations around the half.
    assert.ok(Math.abs(seen.bad - 200) < 50, `${seen.bad}`);
    await fleet.apply(folder({ 'all.yaml': [...both, aRoute({ b: 0, s: 100 })].join('---\n') }));
    assert.deepEqual(await users(fleet), { total: 100, bad: 0 });
  });

  it('a probe reaches its side whatever the users get, and is none of what they got', async () => {
    const fleet = await aFleet();
    const both = [
      aDeployment('big'),
      aDeployment('small', { tag: '2.0.0' }),
      aService('b', 'big'),
      aService('s', 'small'),
    ];
    await fleet.apply(folder({ 'all.yaml': [...both, aRoute({ b: 100, s: 0 })].join('---\n') }));
    assert.deepEqual(await sendLoad({ url: `${fleet.url}/probe/s`, count: 30, seed: 1 }), { total: 30, bad: 30 });
    assert.deepEqual([fleet.counts('s')?.total, fleet.counts('b')?.total, fleet.counts('all')?.total], [30, 0, 0]);
    assert.equal((await fetch(`${fleet.url}/probe/nobody/predict`)).status, 404);
  });

  it('a flag decides for each user as flagd does, also by a split', async () => {
    const fleet = await aFleet();
    const flagged = (flags: string) => folder({ 'd.yaml': aDeployment('app'), 'flags.json': flags });
    await fleet.apply(flagged(flagsOf('old')));
    assert.deepEqual(await users(fleet), { total: 100, bad: 0 });
    assert.equal(fleet.serving()[0]?.track, 'old');
    await fleet.apply(flagged(flagsOf('new')));
    assert.deepEqual(await users(fleet), { total: 100, bad: 100 });
    await fleet.apply(flagged(flagsOf('old', 30)));
    const { bad } = await users(fleet, 400);
    assert.ok(Math.abs(bad - 120) < 50, `${bad}`);
    assert.deepEqual(fleet.state().images, ['registry.example/recommender:1.0.0']);
  });

  it('another prompt is another version of the same image', async () => {
    const fleet = await aFleet();
    for (const version of [6, 7]) {
      const files = { 'd.yaml': aDeployment('app', { loads: 'prompt' }), 'p.yaml': prompted(version) };
      await fleet.apply(folder(files));
    }
    assert.deepEqual(fleet.serving(), [{ track: 'stable', version: '7', share: 1 }]);
    assert.deepEqual(fleet.state().images, ['registry.example/recommender:1.0.0']);
  });

  it('a version that does not find what it needs answers 500 until it is there', async () => {
    let there = false;
    const fleet = await aFleet(() => there);
    await fleet.apply(folder({ 'd.yaml': aDeployment('app') }));
    assert.deepEqual(await users(fleet), { total: 100, bad: 100 });
    there = true;
    assert.deepEqual(await users(fleet), { total: 100, bad: 0 });
  });
});

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { HEALTHY } from '../../src/world/services/faults.ts';
import { startTown } from '../../src/world/town.ts';

const servers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length;

it('a world whose first sync fails does not begin: it says why, and leaves nothing running', async () => {
  const before = servers();
  await assert.rejects(
    startTown({
      ...{ behaviours: { '1.0.0': HEALTHY }, prometheus: false, rps: 10, seed: 1 },
      models: [],
      deployed: { files: { 'service.yaml': 'kind: Service\n' }, gate: null, criteria: [] },
    }),
    /the first sync failed: the manifest cannot be applied: there is no Rollout and no Deployment in it/,
  );
  // Handles are let go of in the turn after their last word.
  for (let turn = 0; turn < 3; turn += 1) await new Promise((done) => setImmediate(done));
  assert.equal(servers(), before);
});

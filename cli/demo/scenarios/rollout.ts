/** A bad image on the canary of a Rollout, and what makes its revert hard. */
import { githubRepository } from '../../../src/adapters/github/repository.ts';
import { tokenClient } from '../../../src/adapters/github/client.ts';
import { FOLDER, REPOSITORY, rollout } from '../../../src/world/deployment.ts';
import { HEALTHY, withFaults, type Faults } from '../../../src/world/services/faults.ts';
import type { Town } from '../../../src/world/town.ts';
import { FAILED, SLOW, type Scenario } from '../scenario.ts';
import { served } from '../versions.ts';

const FAILING = withFaults({ errorRate: 0.2 });
const SLOWLY = withFaults({ latency: { ...HEALTHY.latency, slowMs: 500, slowShare: 0.34 } });

function onRollout(bad: Faults) {
  return {
    world: { behaviours: { '1.0.0': HEALTHY, '2.0.0': bad } },
    release: (town: Town) => town.release('2.0.0'),
    harm: FAILED,
    noticedBy: 'gate',
    ends: 'recovered',
    versions: [served('image')],
  } as const;
}

export const errors: Scenario = {
  ...onRollout(FAILING),
  name: 'errors',
  story: '2.0.0 answers one request in five with an error; the gate sees it on the 5 % canary',
};

export const latency: Scenario = {
  ...onRollout(SLOWLY),
  harm: SLOW,
  name: 'latency',
  story: '2.0.0 is slow for one request in three; the gate sees its p95 above 300 ms',
};

export const badSync: Scenario = {
  ...onRollout(FAILING),
  name: 'bad-sync',
  story: 'the sync of 2.0.0 fails and retries, so that Argo CD would ignore the revert; a person comments /rollback',
  world: { ...onRollout(FAILING).world, terminateStale: true },
  release: (town) => town.release('2.0.0', 'its sync never ends'),
  noticedBy: 'person',
};

const withMoreReplicas = (tag: string): string => rollout(tag).replace('replicas: 4', 'replicas: 6');

export const conflict: Scenario = {
  ...onRollout(FAILING),
  name: 'conflict',
  story:
    'somebody changed the same file after the bad release; only the keys of the release go back, their change stays',
  others: {
    async act({ town, say, since }) {
      await town.github.pushCommit(REPOSITORY, {
        author: 'bob',
        message: 'More replicas for the evening',
        files: { [`${FOLDER}/rollout.yaml`]: withMoreReplicas('2.0.0') },
      });
      say(since(), 'bob changes replicas to 6 in the same file');
    },
    kept: async (town) => (await textOf(town, `${FOLDER}/rollout.yaml`)) === withMoreReplicas('1.0.0'),
  },
};

export const notRecovered: Scenario = {
  ...onRollout(FAILING),
  name: 'not-recovered',
  story: 'the old version fails too by now; the revert is merged and healthy, but nobody may call that recovered',
  world: { ...onRollout(FAILING).world, verifyWithin: '15s' },
  ends: 'escalated',
  // The old version fails from now on: a fault that no revert can take away.
  onMerged: (town) => town.fleet.setFaults('1.0.0', FAILING),
};

async function textOf(town: Town, path: string): Promise<string | null> {
  const client = tokenClient({ baseUrl: town.github.url, token: town.github.token('mona') });
  const repository = githubRepository(client, REPOSITORY, '');
  const { head } = await repository.overview();
  const [file] = (await repository.trees([path], [head])).get(head) ?? [];
  return file ? ((await repository.texts([file.blob])).get(file.blob) ?? null) : null;
}

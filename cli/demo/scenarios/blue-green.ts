import { HEALTHY, withFaults } from '../../../src/world/services/faults.ts';
import { FAILED, type Scenario } from '../scenario.ts';
import { side, standing } from '../versions.ts';
import { deployment, service } from './manifests.ts';

function colour(name: 'blue' | 'green', tag: string): string {
  return deployment({ name: `recommender-${name}`, tag, labels: { app: 'recommender', colour: name } });
}

function selecting(colour: 'blue' | 'green'): string {
  return service('recommender', { app: 'recommender', colour });
}

/** One edit moves every user, so there is no canary to judge: an alert notices, and one edit moves them back. */
export const blueGreen: Scenario = {
  name: 'blue-green',
  story:
    'green gets 2.0.0 and the Service is switched to it; an alert fires, the Service selects blue again, then green goes back',
  world: {
    behaviours: { '0.9.0': HEALTHY, '1.0.0': HEALTHY, '2.0.0': withFaults({ errorRate: 0.3 }) },
    deployed: {
      files: {
        'blue.yaml': colour('blue', '1.0.0'),
        'green.yaml': colour('green', '0.9.0'),
        'service.yaml': selecting('blue'),
      },
      gate: null,
      criteria: [],
    },
  },
  release: (town) =>
    town.merge('Switch to green with 2.0.0', {
      'green.yaml': colour('green', '2.0.0'),
      'service.yaml': selecting('green'),
    }),
  harm: FAILED,
  noticedBy: { alert: 'ErrorsOfAllUsers', above: 0.05 },
  ends: 'recovered',
  versions: [side('colour'), standing('recommender-green')],
};

import { HEALTHY, withFaults } from '../../../src/world/services/faults.ts';
import { FAILED, type Scenario } from '../scenario.ts';
import { served, side } from '../versions.ts';
import { deployment, service } from './manifests.ts';

function colour(name: 'blue' | 'green', tag: string): string {
  return deployment({ name: `recommender-${name}`, tag, labels: { app: 'recommender', colour: name } });
}

/** One edit moves every user, so there is no canary to judge: an alert notices, and one edit moves them back. */
export const blueGreen: Scenario = {
  name: 'blue-green',
  story:
    'the Service is switched from blue to green, and green fails; an alert fires, and the Service selects blue again',
  world: {
    behaviours: { '1.0.0': HEALTHY, '2.0.0': withFaults({ errorRate: 0.3 }) },
    deployed: {
      files: {
        'blue.yaml': colour('blue', '1.0.0'),
        'green.yaml': colour('green', '2.0.0'),
        'service.yaml': service('recommender', { app: 'recommender', colour: 'blue' }),
      },
      gate: null,
      criteria: [],
    },
  },
  release: (town) =>
    town.merge('Switch to green', { 'service.yaml': service('recommender', { app: 'recommender', colour: 'green' }) }),
  harm: FAILED,
  noticedBy: { alert: 'ErrorsOfAllUsers', above: 0.05 },
  ends: 'recovered',
  versions: [side('colour'), served('image')],
};

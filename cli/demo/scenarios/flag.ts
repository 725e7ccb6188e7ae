import { ERRORS } from '../../../src/world/playbook.ts';
import { HEALTHY, withFaults } from '../../../src/world/services/faults.ts';
import { evaluator } from '../../../src/world/services/kinds/flags.ts';
import { FAILED, type Scenario } from '../scenario.ts';
import { image, side } from '../versions.ts';
import { deployment } from './manifests.ts';

function flags(variant: 'classic' | 'neural'): string {
  const ranker = { state: 'ENABLED', variants: { classic: 'v1', neural: 'v2' }, defaultVariant: variant };
  const banner = { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'on' };
  return `${JSON.stringify({ $schema: 'https://flagd.dev/schema/v0/flags.json', flags: { ranker, banner } }, null, 2)}\n`;
}

/** The image brings a new code path, and the flag sends the users there: the flag goes back first, because no pod restarts for it. */
export const flag: Scenario = {
  name: 'flag',
  story:
    'an image brings a code path that fails and the flag `ranker` sends users there; the flag goes back first, then the image',
  world: {
    behaviours: { v1: HEALTHY, v2: withFaults({ errorRate: 0.2 }) },
    deployed: {
      files: { 'deployment.yaml': deployment({ tag: '1.0.0' }), 'flags.json': flags('classic') },
      gate: {
        canary: 'all',
        baseline: null,
        triggers: [{ name: 'error rate', ...ERRORS, if: 'rate > 5%', then: 'rollback' }],
      },
      criteria: [],
    },
  },
  needs: evaluator,
  release: (town) =>
    town.merge('Turn on the neural ranker of 1.1.0', {
      'deployment.yaml': deployment({ tag: '1.1.0' }),
      'flags.json': flags('neural'),
    }),
  harm: FAILED,
  noticedBy: 'gate',
  ends: 'recovered',
  versions: [side('flag ranker'), image],
};

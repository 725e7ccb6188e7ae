import { ERRORS } from '../../../src/world/deployment.ts';
import { HEALTHY, withFaults } from '../../../src/world/services/faults.ts';
import { evaluator } from '../../../src/world/services/kinds/flags.ts';
import { FAILED, type Scenario } from '../scenario.ts';
import { side } from '../versions.ts';
import { deployment } from './manifests.ts';

function flags(variant: 'classic' | 'neural'): string {
  const ranker = { state: 'ENABLED', variants: { classic: 'v1', neural: 'v2' }, defaultVariant: variant };
  const banner = { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'on' };
  return `${JSON.stringify({ $schema: 'https://flagd.dev/schema/v0/flags.json', flags: { ranker, banner } }, null, 2)}\n`;
}

/** No image changes: the same pods take another code path. */
export const flag: Scenario = {
  name: 'flag',
  story:
    'the flag `ranker` is turned to a code path that fails; the gate sees it, and the flag goes back, nothing else',
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
  release: (town) => town.merge('Turn on the neural ranker', { 'flags.json': flags('neural') }),
  harm: FAILED,
  noticedBy: 'gate',
  ends: 'recovered',
  versions: [side('flag ranker')],
};

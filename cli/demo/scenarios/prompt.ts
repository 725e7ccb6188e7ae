import { withFaults, HEALTHY } from '../../../src/world/services/faults.ts';
import { WRONG, type Scenario } from '../scenario.ts';
import { served } from '../versions.ts';
import { deployment } from './manifests.ts';

function prompted(version: number): string {
  return `# The prompts are versioned in their own registry; this pins the one that is used.
apiVersion: v1
kind: ConfigMap
metadata:
  name: prompt
data:
  PROMPT_NAME: explain-recommendation
  PROMPT_VERSION: "${version}"
`;
}

/** Every user has the new prompt at once, so there is no baseline: the limits are fixed. */
export const prompt: Scenario = {
  name: 'prompt',
  story: 'prompt 12 gives answers that a judge scores lower and that cost three times as much; the ConfigMap goes back',
  world: {
    behaviours: { '11': HEALTHY, '12': withFaults({ accuracy: 0.6, costUsd: 3 * HEALTHY.costUsd }) },
    deployed: {
      files: { 'deployment.yaml': deployment({ tag: '1.0.0', configMap: 'prompt' }), 'prompt.yaml': prompted(11) },
      gate: {
        canary: 'all',
        baseline: null,
        triggers: [
          { name: 'judge score', ...scoreOf(), if: 'mean < 0.78', then: 'rollback' },
          { name: 'cost per answer', ...costOf(), if: 'mean > 0.004', then: 'rollback' },
        ],
      },
      criteria: [{ name: 'judge score of all users', ...scoreOf(), if: 'mean < 0.78' }],
    },
  },
  release: (town) => town.merge('Use prompt 12', { 'prompt.yaml': prompted(12) }),
  harm: WRONG,
  noticedBy: 'gate',
  ends: 'recovered',
  versions: [served('prompt')],
};

function scoreOf() {
  return {
    sum: 'answer_score_sum',
    squares: 'answer_score_squares_total',
    count: 'answer_score_count',
    range: '[0, 1]',
  };
}

/** The service stops an answer before it costs more than two cents. */
function costOf() {
  return { sum: 'answer_cost_usd_sum', count: 'answer_cost_usd_count', range: '[0, 0.02]' };
}

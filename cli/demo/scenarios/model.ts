import { HEALTHY, withFaults } from '../../../src/world/services/faults.ts';
import { WRONG, type Scenario } from '../scenario.ts';
import { served } from '../versions.ts';

const ACCURACY = { good: 'predictions_correct_total', total: 'predictions_labelled_total' };

function inferenceService(version: number): string {
  return `apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata:
  name: recommender
spec:
  predictor:
    canaryTrafficPercent: 20 # the model before it gets the rest
    model:
      modelFormat:
        name: mlflow
      storageUri: models:/ranker/${version}
`;
}

/** Fast and without errors: only the counters of right answers tell that the model is worse. */
export const model: Scenario = {
  name: 'model',
  story: 'model 7 answers as fast as model 6 and is wrong more often; the gate sees it on the 20 % canary of KServe',
  world: {
    behaviours: { '6': HEALTHY, '7': withFaults({ accuracy: 0.7 }) },
    models: ['6', '7'].map((version) => ({ name: 'ranker', version, status: 'READY' })),
    deployed: {
      files: { 'inference-service.yaml': inferenceService(6) },
      gate: {
        canary: 'canary',
        baseline: 'stable',
        triggers: [{ name: 'accuracy', ...ACCURACY, if: 'rate < baseline - 3%', then: 'rollback' }],
      },
      criteria: [{ name: 'accuracy of all users', ...ACCURACY, if: 'rate < 88%' }],
    },
  },
  release: (town) => town.merge('Serve model 7', { 'inference-service.yaml': inferenceService(7) }),
  harm: WRONG,
  noticedBy: 'gate',
  ends: 'recovered',
  versions: [served('model')],
};

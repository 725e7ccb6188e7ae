import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NEWEST, PREVIOUS } from '../../../src/manifests/kinds/kserve.ts';
import { because, diff, file, told, turned } from '../turned.ts';

const service = (predictor: string, mode: string | null = 'Serverless') => `apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata:
  name: fraud
  annotations:
    team: risk
${mode === null ? '' : `    serving.kserve.io/deploymentMode: ${mode}\n`}spec:
  predictor:
${predictor}    model:
      modelFormat: { name: sklearn } # trained nightly
      storageUri: s3://models/fraud/42
`;
const CANARY = service('    canaryTrafficPercent: 10 # careful\n');
const PROMOTED = service('');

test('the newest revision gets the percentage, the previous one the rest, and everything where no percentage is written', () => {
  assert.deepEqual(told(file(CANARY)), ['fraud: newest revision 0.1, previous revision 0.9']);
  assert.deepEqual(told(file(PROMOTED)), ['fraud: newest revision 1, previous revision 0']);
});

test('back to the previous revision is one 0, written where none is', () => {
  assert.deepEqual(diff([file(CANARY)], 'fraud', PREVIOUS), [
    '-     canaryTrafficPercent: 10 # careful',
    '+     canaryTrafficPercent: 0 # careful',
  ]);
  assert.deepEqual(diff([file(PROMOTED)], 'fraud', PREVIOUS), ['+     canaryTrafficPercent: 0']);
  assert.deepEqual(turned([file(PROMOTED)], 'fraud', NEWEST), { kind: 'already' });
});

test('where no previous revision is kept, or nobody knows, the percentage is not touched', () => {
  assert.match(because([file(service('', 'RawDeployment'))], 'fraud', PREVIOUS), /mode is RawDeployment/);
  assert.match(because([file(service('', null))], 'fraud', PREVIOUS), /with the annotation one number is enough/);
  assert.equal(turned([file(service('    canaryTrafficPercent: 5\n', null))], 'fraud', PREVIOUS).kind, 'written');
});

test('only the component that has a percentage is turned: the revision before of another one is older than what was good', () => {
  const transformer = '  transformer:\n    containers: [{ name: t, image: "t:7" }]\n';
  assert.deepEqual(diff([file(CANARY + transformer)], 'fraud', PREVIOUS), [
    '-     canaryTrafficPercent: 10 # careful',
    '+     canaryTrafficPercent: 0 # careful',
  ]);
  assert.match(
    because([file(PROMOTED + transformer)], 'fraud', PREVIOUS),
    /2 components, and no canaryTrafficPercent says which/,
  );
  const both = CANARY + transformer.replace('\n', '\n    canaryTrafficPercent: 30\n');
  assert.deepEqual(told(file(both)), ['fraud: newest revision 0.3, previous revision 0.7']);
  assert.equal(diff([file(both)], 'fraud', PREVIOUS).length, 4);
});

test('in standard mode the candidates stand beside the predictor, which gets what they leave', () => {
  const standard = `${service('', 'Standard')}  canary:
    - trafficPercent: 20 # wave one
      predictor: { name: v43, model: { storageUri: s3://models/fraud/43 } }
    - trafficPercent: 5
      predictor: { name: v44, model: { storageUri: s3://models/fraud/44 } }
`;
  assert.deepEqual(told(file(standard)), ['fraud: stable 0.75, v43 0.2, v44 0.05']);
  assert.deepEqual(diff([file(standard)], 'fraud', 'stable'), [
    '-     - trafficPercent: 20 # wave one',
    '+     - trafficPercent: 0 # wave one',
    '-     - trafficPercent: 5',
    '+     - trafficPercent: 0',
  ]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { because, file, told } from '../turned.ts';

const rollout = (strategy: string) =>
  file(
    `apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: rec}\nspec:\n  template: {spec: {containers: [{name: app, image: "rec:2"}]}}\n  strategy: ${strategy}\n`,
  );
const canary = file(
  'apiVersion: flagger.app/v1beta1\nkind: Canary\nmetadata: {name: rec}\nspec: {targetRef: {kind: Deployment, name: rec-app}, analysis: {stepWeight: 10}}\n',
  'canary.yaml',
);

test('the weights of a Rollout and of a Canary are only in the cluster: the version is what goes back', () => {
  for (const strategy of ['{canary: {steps: [{setWeight: 20}]}}', '{blueGreen: {activeService: a, previewService: b}}'])
    assert.deepEqual(told(rollout(strategy)), ['rec:  (Argo Rollouts)']);
  assert.deepEqual(told(canary), ['rec:  (Flagger)']);
  const files = [rollout('{canary: {}}')];
  assert.match(because(files, 'rec', 'stable'), /restore the version in its pod template/);
  assert.match(because([canary], 'rec', 'stable'), /Flagger moves the weights of rec-app itself: restore the version/);
});

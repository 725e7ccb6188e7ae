import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diff, file, told } from '../turned.ts';

const EXPERIMENT = `apiVersion: mlops.seldon.io/v1alpha1
kind: Experiment
metadata:
  name: iris-split
spec:
  default: iris
  candidates:
  - name: iris
    weight: 70
  - name: iris2   # the new one
    weight: 30
  mirror:
    name: iris3
    percent: 20
`;

test('an Experiment splits between its candidates, and a mirror serves nobody', () => {
  assert.deepEqual(told(file(EXPERIMENT)), ['iris-split: iris 0.7, iris2 0.3']);
});

test('all on the stable model keeps the Experiment and its mirror', () => {
  assert.deepEqual(diff([file(EXPERIMENT)], 'iris-split', 'iris'), [
    '-     weight: 70',
    '+     weight: 100',
    '-     weight: 30',
    '+     weight: 0',
  ]);
});

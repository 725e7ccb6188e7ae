import assert from 'node:assert/strict';
import { test } from 'node:test';
import { because, diff, file, told } from '../turned.ts';

const service = (colour: string) =>
  file(
    `apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  selector:\n    app: web\n    color: ${colour} # live\n`,
    'svc.yaml',
  );
const deployment = (colour: string) =>
  file(
    `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web-${colour}}\nspec: {template: {metadata: {labels: {app: web, color: ${colour}}}}}\n`,
    `${colour}.yaml`,
  );

test('the colours are those of the workloads that the rest of the selector finds', () => {
  assert.deepEqual(told(service('green'), deployment('blue'), deployment('green')), ['web: green 1, blue 0']);
  assert.deepEqual(told(service('green')), ['web: green 1']);
});

test("a selector that is nothing but the colour finds no workloads: they may be anybody's", () => {
  const bare = file(
    'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {color: green}}\n',
    'bare.yaml',
  );
  assert.deepEqual(told(bare, deployment('blue')), ['web: green 1']);
});

test('turning back is one word', () => {
  assert.deepEqual(diff([service('green'), deployment('blue'), deployment('green')], 'web', 'blue'), [
    '-     color: green # live',
    '+     color: blue # live',
  ]);
});

test('a colour without a workload in Git is refused: nobody would answer', () => {
  assert.match(because([service('green'), deployment('green')], 'web', 'blue'), /no destination 'blue'/);
});

test('a Service whose selector a Rollout writes is its own', () => {
  const rollout = file(
    'apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: r}\nspec: {strategy: {blueGreen: {activeService: web, previewService: web-next}}}\n',
    'r.yaml',
  );
  const files = [service('green'), deployment('blue'), rollout];
  assert.match(because(files, 'web', 'blue'), /the Rollout r moves the weights of web/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { because, diff, file, told, turned } from '../turned.ts';

const service = (http: string) =>
  `apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata:\n  name: reviews\nspec:\n  hosts: [reviews]\n  http:\n${http}`;
const SPLIT = service(`    - name: primary
      route:
        - destination: { host: reviews, subset: v1 }
          weight: "75" # quoted by a generator
        - destination:
            host: reviews
            subset: v2
          weight: 25
`);

test('destinations of one host are named by their subset, others by their host', () => {
  assert.deepEqual(told(file(SPLIT)), ['reviews: v1 0.75, v2 0.25']);
  const hosts = service(
    '    - route:\n        - {destination: {host: a}, weight: 1}\n        - {destination: {host: b}}\n',
  );
  assert.deepEqual(told(file(hosts)), ['reviews: a 1, b 0']);
});

test('all on stable keeps the quotes and the comments', () => {
  assert.deepEqual(diff([file(SPLIT)], 'reviews', 'v1'), [
    '-           weight: "75" # quoted by a generator',
    '+           weight: "100" # quoted by a generator',
    '-           weight: 25',
    '+           weight: 0',
  ]);
});

test('a single destination gets everything, whatever its weight', () => {
  const one = service('    - route:\n        - {destination: {host: reviews, subset: v1}}\n');
  assert.deepEqual(told(file(one)), ['reviews: v1 1']);
  assert.deepEqual(turned([file(one)], 'reviews', 'v1'), { kind: 'already' });
});

test('only the routes that the Rollout names are its own', () => {
  const rollout = (routes: string) =>
    file(
      `apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: r}\nspec: {strategy: {canary: {trafficRouting: {istio: {virtualService: {name: reviews.shop${routes}}}}}}}\n`,
      'r.yaml',
    );
  assert.match(because([file(SPLIT), rollout('')], 'reviews', 'v1'), /the Rollout r moves the weights of reviews/);
  assert.match(because([file(SPLIT), rollout(', routes: [primary]')], 'reviews', 'v1'), /the Rollout r/);
  assert.equal(turned([file(SPLIT), rollout(', routes: [other]')], 'reviews', 'v1').kind, 'written');
});

test('tls and tcp routes count as well', () => {
  const tls = service('').replace(
    '  http:\n',
    '  tls:\n    - match: [{port: 443}]\n      route:\n        - {destination: {host: a}, weight: 60}\n        - {destination: {host: b}, weight: 40}\n',
  );
  assert.equal(diff([file(tls)], 'reviews', 'b').length, 4);
});

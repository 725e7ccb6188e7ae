import assert from 'node:assert/strict';
import { test } from 'node:test';
import { because, diff, file, told } from '../turned.ts';

const route = (rules: string, head = ''): string => `# the front door
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: shop # known to the gateway team
  namespace: shop
${head}spec:
  hostnames: [shop.example.com]
  rules:
${rules}`;
const SPLIT = route(`    - matches: [{ path: { type: PathPrefix, value: / } }]
      backendRefs:
        - name: shop-stable # keep
          port: 8080
          weight: 90   # percent, by habit
        - { name: shop-canary, port: 8080, weight: 10 }
`);

test('shares are proportions, and an absent weight is 1, not 0', () => {
  assert.deepEqual(told(file(SPLIT)), ['shop: shop-stable 0.9, shop-canary 0.1']);
  const absent = route('    - backendRefs:\n        - {name: a, port: 1}\n        - {name: b, port: 1, weight: 3}\n');
  assert.deepEqual(told(file(absent)), ['shop: a 0.25, b 0.75']);
});

test('all on stable writes two numbers and touches nothing else', () => {
  assert.deepEqual(diff([file(SPLIT)], 'shop', 'shop-stable'), [
    '-           weight: 90   # percent, by habit',
    '-         - { name: shop-canary, port: 8080, weight: 10 }',
    '+           weight: 100   # percent, by habit',
    '+         - { name: shop-canary, port: 8080, weight: 0 }',
  ]);
});

test('a backend without a weight needs a written 0, in block and in flow style', () => {
  const text = route(
    '    - backendRefs:\n        - name: a\n          port: 1 # x\n        - {name: b, port: 1}\n        - name: c\n',
  );
  assert.deepEqual(diff([file(text)], 'shop', 'b'), ['+           weight: 0', '+           weight: 0']);
  assert.deepEqual(diff([file(text)], 'shop', 'a'), [
    '-         - {name: b, port: 1}',
    '+         - {name: b, port: 1, weight: 0}',
    '+           weight: 0',
  ]);
});

test('rules between the same backends turn together, other rules are other carriers', () => {
  const rule = (a: string, b: string, weight: number) =>
    `    - backendRefs:\n        - {name: ${a}, weight: ${weight}}\n        - {name: ${b}, weight: ${100 - weight}}\n`;
  const text = route(rule('a', 'b', 80) + rule('b', 'a', 20) + rule('a', 'c', 50));
  assert.deepEqual(told(file(text)), ['shop: a 0.8, b 0.2', 'shop: a 0.5, c 0.5']);
  assert.equal(diff([file(text)], 'shop', 'a').filter((line) => line.startsWith('+')).length, 4);
});

test('a destination that the route does not list is refused with the cure', () => {
  assert.match(
    because([file(SPLIT)], 'shop', 'fallback'),
    /has no destination 'fallback'.*list it with weight 0 first/,
  );
});

test('an alias, a merge key and a shared anchor are refused, because the meaning stands elsewhere', () => {
  const two = (second: string, first = '{name: a, weight: 1}') =>
    [
      file(route(`    - backendRefs:\n        - ${first}\n        - ${second}\n`, 'x: &w 1\ny: &m {weight: 1}\n')),
    ] as const;
  assert.match(because(two('{name: b, weight: *w}'), 'shop', 'a'), /uses the alias \*w/);
  assert.match(because(two('{<<: *m, name: b}'), 'shop', 'a'), /uses a merge key/);
  assert.match(because(two('{name: b, weight: *v}', '{name: a, weight: &v 1}'), 'shop', 'a'), /\*v/);
  assert.deepEqual(told(...two('{name: b, weight: *w}')), ['shop: a ?, b ?']);
});

test('an anchor on a weight that another place uses is refused, one that nobody uses is not', () => {
  const of = (head: string) =>
    file(route('    - backendRefs:\n        - {name: a, weight: &w 9}\n        - {name: b, weight: 1}\n') + head);
  assert.match(because([of('  budget: *w\n')], 'shop', 'b'), /names it &w, so an edit would also change every place/);
  assert.ok(diff([of('')], 'shop', 'b').includes('+         - {name: a, weight: &w 0}'));
});

test('rules with different shares of the same backends have no single share', () => {
  const rule = (weight: number) =>
    `    - backendRefs: [{name: a, weight: ${weight}}, {name: b, weight: ${10 - weight}}]\n`;
  const files = [file(route(rule(9) + rule(5)))];
  assert.deepEqual(told(...files), ['shop: a ?, b ?']);
  assert.equal(diff(files, 'shop', 'a').length, 4);
});

test('a route that a Rollout or a Canary moves is left alone, and another one of the same name in another namespace is not theirs', () => {
  const rollout = (namespace: string) =>
    `apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: shop, namespace: ${namespace}}\nspec: {strategy: {canary: {stableService: shop-stable, canaryService: shop-canary, trafficRouting: {plugins: {argoproj-labs/gatewayAPI: {httpRoute: shop}}}}}}\n`;
  assert.match(because([file(SPLIT), file(rollout('shop'), 'r.yaml')], 'shop', 'shop-stable'), /Rollout shop moves/);
  assert.deepEqual(told(file(SPLIT), file(rollout('other'), 'r.yaml')), [
    'shop: shop-stable 0.9, shop-canary 0.1',
    'shop:  (Argo Rollouts)',
  ]);
  const canary =
    'apiVersion: flagger.app/v1beta1\nkind: Canary\nmetadata: {name: c}\nspec: {targetRef: {kind: Deployment, name: shop}}\n';
  assert.match(because([file(SPLIT), file(canary, 'c.yaml')], 'shop', 'shop-stable'), /Flagger's Canary c/);
});

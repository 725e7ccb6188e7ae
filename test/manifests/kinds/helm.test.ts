import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allOn, carriersOf } from '../../../src/manifests/traffic.ts';
import { because, diff, file, told } from '../turned.ts';

const VALUES = `# production
rec:
  image: { tag: "1.10" }
  canary:
    enabled: true
    weight: 20 # percent
  activeColor: green
other:
  canaryWeight: 0.5
  color: red
`;

test('a weight of the canary and a colour are found by their names', () => {
  assert.deepEqual(told(file(VALUES, 'rec/values-prod.yaml')), [
    'rec.canary.weight: stable 0.8, canary 0.2',
    'rec.activeColor: blue 0, green 1',
    'other.canaryWeight: stable 0.5, canary 0.5',
  ]);
  assert.deepEqual(told(file(VALUES, 'rec/other.yaml')), []);
});

test('all on stable is one number or one word', () => {
  const files = [file(VALUES, 'values.yaml')];
  assert.deepEqual(diff(files, 'rec.canary.weight', 'stable'), [
    '-     weight: 20 # percent',
    '+     weight: 0 # percent',
  ]);
  assert.deepEqual(diff(files, 'rec.activeColor', 'blue'), ['-   activeColor: green', '+   activeColor: blue']);
  assert.deepEqual(diff(files, 'other.canaryWeight', 'canary'), ['-   canaryWeight: 0.5', '+   canaryWeight: 1']);
});

test('an Application that hands the weight to its chart is read as well, a template is not', () => {
  const application = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: rec}
spec:
  source:
    path: charts/rec
    helm:
      parameters:
        - name: canary.weight # as text
          value: "30"
      valuesObject:
        rec: { canary: { weight: 10 } }
`;
  assert.deepEqual(told(file(application)), [
    'rec.canary.weight: stable 0.9, canary 0.1',
    'canary.weight: stable 0.7, canary 0.3',
  ]);
  assert.deepEqual(diff([file(application)], 'canary.weight', 'stable'), [
    '-           value: "30"',
    '+           value: "0"',
  ]);
  assert.deepEqual(told(file('canary: {{ .Values.canary }}\n', 'templates/values.yaml')), []);
});

test('a weight that Argo CD was told to ignore is not moved by a commit', () => {
  const route = (path: string) =>
    file(
      'apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: web}\nspec: {rules: [{backendRefs: [{name: a, weight: 1}, {name: b, weight: 1}]}]}\n',
      path,
    );
  const application = file(
    'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop}\nspec:\n  source: {path: apps/shop}\n  ignoreDifferences:\n    - {group: gateway.networking.k8s.io, kind: HTTPRoute, jqPathExpressions: [".spec.rules[].backendRefs[].weight"]}\n',
    'argo.yaml',
  );
  assert.match(because([route('apps/shop/route.yaml'), application], 'web', 'a'), /Argo CD ignores .*weight.*shop/);
  for (const path of ['apps/other/route.yaml', 'apps/shop-two/route.yaml'])
    assert.deepEqual(told(route(path), application), ['web: a 0.5, b 0.5']);
});

test('any key of a values file, a ConfigMap or a valuesObject can be declared, whatever it is called', () => {
  const values = file('traffic:\n  new.share: 20 # percent\n  mode: "canary"\n', 'rec/values.yaml');
  const declared = { key: 'traffic.new.share', value: '0' };
  const [found] = carriersOf([values], declared);
  assert.deepEqual(found?.destinations, [
    { name: '20', share: 1 },
    { name: '0', share: 0 },
  ]);
  const result = allOn([values], found, '0');
  assert.ok(result.kind === 'written');
  assert.equal(result.files[0]?.text, values.text.replace('20', '0'));
  assert.deepEqual(carriersOf([values], { key: 'traffic.mode', value: 'canary' })[0]?.destinations, [
    { name: 'canary', share: 1 },
  ]);
  assert.deepEqual(carriersOf([values], { key: 'traffic', value: '0' }), []);
  const map = file('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {prompt-version: "8"}\n', 'c.yaml');
  const prompt = carriersOf([map], { key: 'prompt-version', value: '7' })[0];
  assert.ok(prompt);
  const turnedBack = allOn([map], prompt, '7');
  assert.ok(turnedBack.kind === 'written' && turnedBack.files[0]?.text === map.text.replace('"8"', '"7"'));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { versionsOf } from '../../../src/manifests/versions.ts';
import { diff, file, told, turned } from '../turned.ts';

const member = (name: string, weight: string, group = 'chat') => `apiVersion: serving.kserve.io/v1alpha2
kind: LLMInferenceService
metadata:
  name: ${name}
spec:
  model:
    uri: hf://acme/chat-${name}
    name: chat
    lora:
      adapters:
        - name: support # fine-tuned
          uri: s3://adapters/support/7
  router:
    route:
      group: ${group}
${weight}`;
const FILES = [
  file(member('blue', '      weight: 90 # most\n'), 'llm/blue.yaml'),
  file(member('green', '      weight: 10\n'), 'llm/green.yaml'),
  file(member('other', '      weight: 1\n', 'code'), 'llm/other.yaml'),
];

test('the members of a group share the traffic, also across files', () => {
  assert.deepEqual(told(...FILES), ['chat: blue 0.9, green 0.1', 'code: other 1']);
});

test('all on one member writes every file that needs it', () => {
  const result = turned(FILES, 'chat', 'blue');
  assert.ok(result.kind === 'written');
  assert.deepEqual(
    result.files.map(({ path, changes }) => [path, changes]),
    [
      ['llm/blue.yaml', [{ key: 'spec.router.route.weight', from: '90', to: '100' }]],
      ['llm/green.yaml', [{ key: 'spec.router.route.weight', from: '10', to: '0' }]],
    ],
  );
  assert.deepEqual(diff(FILES, 'chat', 'blue'), [
    '-       weight: 90 # most',
    '+       weight: 100 # most',
    '-       weight: 10',
    '+       weight: 0',
  ]);
});

test('a route written inside the service splits like any route', () => {
  const text = member('blue', '').replace(
    '      group: chat\n',
    '      http:\n        spec:\n          rules:\n            - backendRefs:\n                - { name: pool-a, weight: 1 }\n                - { name: pool-b }\n',
  );
  assert.deepEqual(told(file(text)), ['blue: pool-a 0.5, pool-b 0.5']);
  assert.deepEqual(diff([file(text)], 'blue', 'pool-a'), [
    '-                 - { name: pool-a, weight: 1 }',
    '-                 - { name: pool-b }',
    '+                 - { name: pool-a, weight: 2 }',
    '+                 - { name: pool-b, weight: 0 }',
  ]);
});

test('the version is the model and every adapter', () => {
  assert.deepEqual(
    versionsOf('a.yaml', member('blue', '')).map(({ key, value }) => `${key}=${value}`),
    [
      'spec.model.uri=hf://acme/chat-blue',
      'spec.model.name=chat',
      'spec.model.lora.adapters[name=support].uri=s3://adapters/support/7',
      'spec.router.route.group=chat',
    ],
  );
});

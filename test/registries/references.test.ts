import assert from 'node:assert/strict';
import { test } from 'node:test';
import { registrySchema } from '../../src/playbook/schema-registries.ts';
import { broughtBack, referencesIn, referencesListed } from '../../src/registries/references.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const MD5 = '0123456789abcdef0123456789abcdef';

function registries(...configs: readonly object[]) {
  return Object.fromEntries(configs.map((config, i) => [`r${i + 1}`, registrySchema.parse(config)]));
}

const GHCR = { kind: 'oci', url: 'https://ghcr.io' };
const MLFLOW = { kind: 'mlflow', url: 'http://mlflow', keys: { MODEL_VERSION: 'fraud/{{value}}' } };
const LANGFUSE = {
  kind: 'langfuse',
  keys: { 'prompt-version': 'summarise@{{value}}', '--prompt-version': 'ask@{{value}}' },
};

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  template:
    spec:
      containers:
        - name: app
          image: ghcr.io/acme/app:1.4.2
          args: ["--model-uri=models:/ranker/12", "--prompt-version=5"]
          env:
            - { name: MODEL_VERSION, value: "7" }
            - { name: OLD_MODEL_VERSION, value: "6" }
        - name: other
          image: quay.io/acme/other:1
        - name: placeholder
          image: ghcr.io/acme/placeholder
---
apiVersion: v1
kind: ConfigMap
metadata: { name: web }
data:
  prompt-version: "3"
`;

function labels(configs: readonly object[], files: Readonly<Record<string, string>>): readonly string[] {
  const manifests = Object.entries(files).map(([path, text]) => ({ path, text }));
  return referencesIn(registries(...configs), manifests).map(({ registry, label }) => `${registry} ${label}`);
}

test('each registry gets what it knows: images by host, models by URI, bare versions by the key that holds them', () => {
  assert.deepEqual(labels([GHCR, MLFLOW, LANGFUSE], { 'web.yaml': DEPLOYMENT }).toSorted(), [
    'r1 image ghcr.io/acme/app:1.4.2',
    'r2 model fraud version 7',
    'r2 model ranker version 12',
    'r3 prompt ask version 5',
    'r3 prompt summarise version 3',
  ]);
});

test('an image without tag and digest says nothing about what runs, so nobody is asked for it', () => {
  assert.deepEqual(labels([{ ...GHCR, host: 'docker.io' }], { 'values.yaml': 'image: nginx\n' }), []);
  assert.deepEqual(
    labels([{ kind: 'oci', url: 'https://registry-1.docker.io' }], { 'values.yaml': 'image: nginx:1.27\n' }),
    ['r1 image library/nginx:1.27'],
  );
});

test('an image in parts is put together: Helm values, and a kustomization, which also hides what it replaces', () => {
  const values = `image:\n  registry: ghcr.io\n  repository: acme/app\n  tag: "1.10"\n`;
  assert.deepEqual(labels([GHCR], { 'values.yaml': values }), ['r1 image ghcr.io/acme/app:1.10']);
  const kustomization = `images:\n  - name: ghcr.io/acme/app\n    newTag: 1.4.3\n    digest: ${DIGEST}\n`;
  assert.deepEqual(labels([GHCR], { 'web.yaml': DEPLOYMENT, 'kustomization.yaml': kustomization }), [
    'r1 image ghcr.io/acme/app:1.4.3@sha256:aaaaaaaaaaaa',
  ]);
});

test('outputs of DVC: the layout follows from hash, and what is never pushed is not looked for', () => {
  const lock = `schema: '2.0'
stages:
  train@eu:
    cmd: python train.py
    deps:
      - { path: raw.csv, hash: md5, md5: ${'f'.repeat(32)} }
    outs:
      - { path: model.pkl, hash: md5, md5: ${MD5}, size: 12 }
      - { path: metrics.json, hash: md5, md5: ${'e'.repeat(32)}, cache: false }
  prepare:
    cmd: x
    outs:
      - { path: data, md5: ${MD5}.dir, size: 12 }
      - { path: kept-elsewhere, hash: md5, md5: ${'d'.repeat(32)}, remote: archive }
      - { path: local, hash: md5, md5: ${'c'.repeat(32)}, push: false }
`;
  const found = referencesIn(registries({ kind: 'dvc', url: '/mnt/dvc', remote: 'store' }), [
    { path: 'ml/dvc.lock', text: lock },
  ]);
  assert.deepEqual(
    found.map(({ label, artefact }) => [label, artefact]),
    [
      ['data ml/model.pkl (md5 01234567)', { kind: 'object', md5: MD5, directory: false, layout: 3, size: 12 }],
      ['data ml/data (md5 01234567)', { kind: 'object', md5: MD5, directory: true, layout: 2, size: null }],
    ],
  );
  const archive = registries({ kind: 'dvc', url: '/mnt/dvc' }, { kind: 'dvc', url: 's3://archive', remote: 'archive' });
  assert.deepEqual(
    referencesIn(archive, [{ path: 'dvc.lock', text: lock }]).map(({ registry, label }) => [registry, label]),
    [
      ['r1', 'data model.pkl (md5 01234567)'],
      ['r1', 'data data (md5 01234567)'],
      ['r2', 'data kept-elsewhere (md5 dddddddd)'],
    ],
  );
});

test('only what the target names and the present does not comes back, each once', () => {
  const config = registries(GHCR, MLFLOW);
  const now = referencesIn(config, [{ path: 'web.yaml', text: DEPLOYMENT }]);
  const then = referencesIn(config, [
    { path: 'web.yaml', text: DEPLOYMENT.replace('1.4.2', '1.4.1') },
    { path: 'copy.yaml', text: DEPLOYMENT.replace('1.4.2', '1.4.1') },
  ]);
  assert.deepEqual(
    broughtBack(now, then).map(({ label, place }) => [label, place?.path]),
    [['image ghcr.io/acme/app:1.4.1', 'web.yaml']],
  );
});

test('what the playbook lists is read in the words of its registry', () => {
  const config = registries(
    { kind: 'launchdarkly', project: 'shop', environment: 'production' },
    { kind: 'langsmith' },
    { kind: 'mlflow', url: 'http://mlflow' },
  );
  const found = referencesListed(config, {
    r1: ['new-ranker'],
    r2: ['acme/summarise:1a2b3c4d'],
    r3: ['prompts:/ask@live', 'nonsense'],
    r9: ['x'],
  });
  assert.deepEqual(
    found.map(({ label, place }) => [label, place]),
    [
      ['flag new-ranker', null],
      ['prompt acme/summarise version 1a2b3c4d', null],
      ['prompt ask alias live', null],
    ],
  );
});

test('templates and broken files name nothing, and break nothing', () => {
  assert.deepEqual(
    labels([GHCR, MLFLOW], { 'a.yaml': 'image: {{ .Values.image }}\n', 'b.yaml': ': : :\n- x', 'c.dvc': '{' }),
    [],
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { registrySchema } from '../../src/playbook/schema-registries.ts';
import { pinningOf } from '../../src/registries/pinned.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

function deployment(image: string, model = ''): string {
  const variable = model === '' ? '' : `          env:\n            - name: MODEL_URI\n              value: ${model}\n`;
  return `apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          image: ${image}\n${variable}`;
}

function application(repo: string, revision: string): string {
  return `apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    repoURL: https://github.com/${repo}.git\n    targetRevision: ${revision}\n`;
}

function served(storageUri: string): string {
  return `apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nspec:\n  predictor:\n    model:\n      storageUri: ${storageUri}\n`;
}

/** What each of these manifests is, and why; `ok` where it stays what it is. */
const CASES: readonly (readonly [string, string, string | null])[] = [
  ['deploy.yaml', deployment(`ghcr.io/acme/web:1.4.2@${DIGEST}`), null],
  ['deploy.yaml', deployment('ghcr.io/acme/web:1.4.2'), null],
  ['deploy.yaml', deployment('ghcr.io/acme/web:latest'), 'the tag latest moves'],
  ['deploy.yaml', deployment('ghcr.io/acme/web'), 'an image without a tag means latest, which moves'],
  ['deploy.yaml', deployment(`ghcr.io/acme/web:latest@${DIGEST}`), null],
  ['deploy.yaml', deployment('web:1', 'models:/fraud/7'), null],
  ['deploy.yaml', deployment('web:1', 'models:/fraud@champion'), 'an alias is moved without a commit'],
  ['deploy.yaml', deployment('web:1', 'prompts:/summarise@production'), 'an alias is moved without a commit'],
  ['deploy.yaml', deployment('web:1', 'models:/fraud/Production'), 'a stage, or a name without a version'],
  ['values.yaml', 'image:\n  repository: ghcr.io/acme/web\n  tag: stable\n', 'the tag stable moves'],
  ['values.yaml', `image:\n  repository: ghcr.io/acme/web\n  tag: stable\n  digest: ${DIGEST}\n`, null],
  ['kustomization.yaml', 'images:\n  - name: web\n    newTag: main\n', 'the tag main moves'],
  ['served.yaml', served('s3://models/fraud/latest'), 'what lies under latest is replaced in place'],
  ['served.yaml', served('s3://models/fraud/7'), null],
  ['served.yaml', served('hf://acme/fraud'), 'without a revision means main'],
  ['served.yaml', served('hf://acme/fraud:1a2b3c4'), null],
  ['app.yaml', application('acme/charts', 'HEAD'), 'HEAD follows a branch of another repository'],
  ['app.yaml', application('acme/charts', '1.*'), '1.* is a range'],
  ['app.yaml', application('acme/charts', '1.4.2'), null],
  ['app.yaml', application('acme/deploy', 'HEAD'), null],
];

for (const [path, text, expected] of CASES)
  test(`${path}: ${text.trim().split('\n').at(-1)?.trim() ?? ''} is ${expected ?? 'pinned'}`, () => {
    const { unpinned, pinned, byTag } = pinningOf([{ path, text }], {}, 'acme/deploy');
    if (expected === null) assert.deepEqual(unpinned, []);
    else {
      assert.equal(unpinned.length, 1);
      assert.ok(unpinned[0]?.because.includes(expected), unpinned[0]?.because);
      assert.notEqual(unpinned[0]?.cure, '');
    }
    assert.ok(pinned + byTag + unpinned.length > 0 || path === 'app.yaml');
  });

test('a version tag and a digest are told apart, and what a kustomization replaces is not asked where it never runs', () => {
  const files = [
    { path: 'a.yaml', text: deployment('web:latest') },
    { path: 'kustomization.yaml', text: `images:\n  - name: web\n    digest: ${DIGEST}\n` },
    { path: 'b.yaml', text: deployment('api:1.2.3') },
  ];
  assert.deepEqual(pinningOf(files, {}, 'acme/deploy'), { pinned: 1, byTag: 1, unpinned: [] });
});

test('a prompt with a version number is pinned, one with any label is not, whatever the label is called', () => {
  const langfuse = registrySchema.parse({ kind: 'langfuse', keys: { PROMPT: 'summarise@{{value}}' } });
  const pinning = (version: string) => {
    const text = `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: web }\ndata:\n  PROMPT: '${version}'\n`;
    return pinningOf([{ path: 'map.yaml', text }], { prompts: langfuse }, 'acme/deploy');
  };
  assert.deepEqual(pinning('7'), { pinned: 1, byTag: 0, unpinned: [] });
  for (const label of ['production', 'eu-friendly', 'latest'])
    assert.match(pinning(label).unpinned[0]?.because ?? '', new RegExp(`the label ${label} is moved without a commit`));
});

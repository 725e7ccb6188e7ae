import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isMigration, movingTargets, resourcesIn } from '../../src/plan/fit.ts';

const to = (key: string, value: string | null) => ({
  path: 'a.yaml',
  key,
  from: 'x',
  to: value,
  moves: 'version' as const,
});
const moves = (key: string, value: string | null): boolean => movingTargets([to(key, value)]).length > 0;

test('a tag that people move is no target; a version or a digest is', () => {
  for (const image of ['web', 'web:latest', 'ghcr.io/acme/web:main', 'localhost:5000/web', 'web:stable'])
    assert.ok(moves('spec.template.spec.containers[name=web].image', image), image);
  for (const image of [
    'web:1.4.1',
    'ghcr.io/acme/web:sha-1a2b3c4',
    `web:latest@sha256:${'a'.repeat(64)}`,
    'web:v2-latest-fix',
  ])
    assert.ok(!moves('spec.template.spec.containers[name=web].image', image), image);
  assert.ok(moves('image.tag', 'latest'));
  assert.ok(moves('images[name=web].newTag', 'main'));
  assert.ok(!moves('image.tag', '1.4.1'));
  assert.ok(!moves('spec.template.metadata.labels.colour', 'latest'));
  assert.ok(!moves('image', null));
  const model = '(InferenceService/rec).spec.predictor.model.storageUri';
  for (const uri of ['s3://models/rec/latest', 's3://models/rec/main/', 'oci://acme/rec:latest'])
    assert.ok(moves(model, uri), uri);
  for (const uri of ['s3://models/rec/7', 'gs://latest/rec/v7', `oci://acme/rec@sha256:${'a'.repeat(64)}`])
    assert.ok(!moves(model, uri), uri);
});

test('an alias of a model moves, unless the playbook has it moved back with the revert; a version does not', () => {
  const model = '(InferenceService/rec).spec.predictor.model.storageUri';
  for (const uri of ['models:/fraud@champion', 'models:/fraud/Production', 'models:/fraud', 'prompts:/summarise@live'])
    assert.ok(moves(model, uri), uri);
  assert.ok(!moves(model, 'models:/fraud/7'));
  assert.ok(!moves(model, 'prompts:/summarise/3'));
  const [found] = movingTargets([to(model, 'models:/fraud@champion')], ['other@champion']);
  assert.equal(found?.what, 'an alias that moves');
  assert.match(found.cure, /^Name the version: models:\/fraud\/7\. Or list the alias under 'repoint:'$/);
  assert.deepEqual(movingTargets([to(model, 'models:/fraud@champion')], ['fraud@champion']), []);
});

test('migrations are known by their place, and by the hook that runs before a sync', () => {
  assert.ok(isMigration('apps/web/migrations/0007_add.yaml', []));
  assert.ok(isMigration('db/V7__add.sql', []));
  assert.ok(isMigration('job.yaml', [null, 'metadata:\n  annotations:\n    argocd.argoproj.io/hook: PreSync\n']));
  assert.ok(isMigration('job.yaml', ['    "helm.sh/hook": pre-install,pre-upgrade\n']));
  assert.ok(
    !isMigration('job.yaml', ['    argocd.argoproj.io/hook: PostSync\n', '# argocd.argoproj.io/hook: PreSync']),
  );
  assert.ok(!isMigration('apps/immigration/app.yaml', ['kind: Deployment\n']));
});

test('every document of a manifest names its resource', () => {
  const text =
    'kind: ConfigMap\nmetadata:\n  name: a\n---\nkind: Job\nmetadata:\n  labels: {}\n  name: b\n  namespace: web\n';
  assert.deepEqual(resourcesIn(text), ['ConfigMap a', 'Job web/b']);
  assert.deepEqual(resourcesIn('replicas: 2\n'), []);
  assert.deepEqual(resourcesIn(null), []);
});

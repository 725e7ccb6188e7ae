import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { imageAndTag, writersIn, writerSnippet, writersWords } from '../../src/report/writers.ts';

const held = { value: 'registry.example:5000/team/web:1.4.2' };

test('an image and its tag are told apart, with port, with digest and without a name', () => {
  assert.deepEqual(imageAndTag(held.value), { image: 'registry.example:5000/team/web', tag: '1.4.2' });
  assert.deepEqual(imageAndTag('1.4.2'), { image: null, tag: '1.4.2' });
  assert.deepEqual(imageAndTag('web:1@sha256:abc'), { image: 'web', tag: '1' });
  assert.equal(imageAndTag('web@sha256:abc'), null);
  assert.equal(imageAndTag('registry.example:5000/web'), null);
});

test('writers are known by the marks that they look for themselves', () => {
  assert.deepEqual(writersIn(['metadata:\n  annotations:\n    argocd-image-updater.argoproj.io/image-list: web=x\n']), [
    'argocd-image-updater',
  ]);
  assert.deepEqual(
    writersIn(['image: web:1 # {"$imagepolicy": "flux-system:web"}', '# renovate: datasource=docker\n', null]),
    ['flux', 'renovate'],
  );
  assert.deepEqual(writersIn(['kind: Deployment']), []);
});

test('each snippet is what its reader can parse, and names the tag', () => {
  const updater = parse(writerSnippet('argocd-image-updater', held) ?? '') as { metadata: { annotations: object } };
  assert.deepEqual(updater.metadata.annotations, { 'argocd-image-updater.argoproj.io/web.ignore-tags': '1.4.2' });
  const flux = parse(writerSnippet('flux', held) ?? '') as { spec: { policy: { semver: { range: string } } } };
  assert.match(flux.spec.policy.semver.range, /!=1\.4\.2/);
  const renovate = JSON.parse((writerSnippet('renovate', held) ?? '').replace(/^\/\/.*\n/, '')) as {
    packageRules: { matchPackageNames: string[]; allowedVersions: string }[];
  };
  assert.deepEqual(renovate.packageRules, [
    { matchPackageNames: ['registry.example:5000/team/web'], allowedVersions: '!/^1\\.4\\.2$/' },
  ]);
  assert.match(
    writerSnippet('kargo', held) ?? '',
    /repoURL: registry\.example:5000\/team\/web\n {8}constraint: '>=0\.0\.0, !=1\.4\.2'/,
  );
});

test('a value that is no tag, or wants to be more than one, gives no snippet', () => {
  for (const value of ['web@sha256:abc', "1'\nspec: {}", 'x'.repeat(200)])
    assert.equal(writerSnippet('flux', { value }), null);
  assert.equal(writersWords([], []), '');
});

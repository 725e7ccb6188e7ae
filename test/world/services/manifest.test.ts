import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseManifests } from '../../../src/world/services/manifest.ts';
import { aDeployment, aRoute, aService, folder, flagsOf, inferenceService, prompted } from './manifests.ts';

const recommender = { name: 'registry.example/recommender:1.0.0', version: '1.0.0' };

describe('a folder of manifests is read as a whole', () => {
  it('a changed model is a canary at canaryTrafficPercent, and takes everything without the key', () => {
    const read = parseManifests(folder({ 'a.yaml': inferenceService(7, 20) }));
    const artefact = { name: 'models:/ranker/7', version: '7' };
    assert.deepEqual(read, { kind: 'one', artefact, canaryWeight: 20, meanwhile: 'Healthy', stable: null });
    const all = parseManifests(folder({ 'a.yaml': inferenceService(7, null) }));
    assert.equal(all.kind === 'one' && all.canaryWeight, null);
  });

  it('the prompt that a loaded ConfigMap pins is the version, and one that is not loaded is not', () => {
    const loaded = parseManifests(
      folder({ 'd.yaml': aDeployment('app', { loads: 'prompt' }), 'p.yaml': prompted(12) }),
    );
    assert.deepEqual(loaded.kind === 'one' && loaded.artefact, { ...recommender, version: '12' });
    const other = parseManifests(folder({ 'd.yaml': aDeployment('app', { loads: 'other' }), 'p.yaml': prompted(12) }));
    assert.deepEqual(other.kind === 'one' && other.artefact, recommender);
  });

  it('a Service gives everything to the pods that it selects, and the others run and wait', () => {
    const files = { 'b.yaml': aDeployment('blue'), 'g.yaml': aDeployment('green', { tag: '2.0.0' }) };
    const read = parseManifests(folder({ ...files, 's.yaml': aService('shop', 'green') }));
    assert.deepEqual(read.kind === 'sides' && read.sides.map(({ track, weight }) => [track, weight]), [
      ['blue', 0],
      ['green', 1],
    ]);
    const nobody = parseManifests(folder({ ...files, 's.yaml': aService('shop', 'red') }));
    assert.deepEqual(nobody, { kind: 'broken', why: 'Service shop selects no pods' });
  });

  it('an HTTPRoute splits by its weights, through Services, and one without a weight counts 1', () => {
    const files = {
      'all.yaml': [
        aDeployment('big'),
        aDeployment('small', { tag: '0.9.0' }),
        aService('b', 'big'),
        aService('s', 'small'),
      ].join('---\n'),
    };
    const read = parseManifests(folder({ ...files, 'r.yaml': aRoute({ b: 90, s: null }) }));
    assert.deepEqual(
      read.kind === 'sides' && read.sides.map(({ track, weight, artefact }) => [track, weight, artefact.version]),
      [
        ['b', 90, '1.0.0'],
        ['s', 1, '0.9.0'],
      ],
    );
    const lost = parseManifests(folder({ ...files, 'r.yaml': aRoute({ nowhere: 1 }) }));
    assert.deepEqual(lost, { kind: 'broken', why: 'HTTPRoute route: Service nowhere selects no pods' });
  });

  it('the variants of the flag are sides of one image', () => {
    const read = parseManifests(folder({ 'd.yaml': aDeployment('app'), 'flags.json': flagsOf('old') }));
    assert.deepEqual(read.kind === 'flag' && read.sides.map(({ track, artefact }) => [track, artefact]), [
      ['old', { name: recommender.name, version: 'v1' }],
      ['new', { name: recommender.name, version: 'v2' }],
    ]);
  });

  it('what is no manifest is passed over, and what cannot be read is refused with its fault', () => {
    const read = parseManifests(
      folder({ 'd.yaml': aDeployment('app'), 'db/V1__a.sql': 'kind: [', 'README.md': '# [' }),
    );
    assert.equal(read.kind, 'one');
    const half = parseManifests(folder({ 'd.yaml': 'kind: Deployment\nmetadata: { name: a }\n' }));
    assert.match(half.kind === 'broken' ? half.why : '', /spec/);
  });
});

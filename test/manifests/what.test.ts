import assert from 'node:assert/strict';
import { test } from 'node:test';
import { whatOf } from '../../src/manifests/what.ts';

test('a version is told apart by its value, else by its key', () => {
  for (const [key, value, what] of [
    ['spec.template.spec.containers[name=web].image', 'web:1', 'image'],
    ['images[name=web].newTag', '1', 'image'],
    ['image.tag', '1', 'image'],
    ['sidecarImage.digest', 'sha256:aa', 'image'],
    ['spec.predictor.model.storageUri', 's3://models/fraud/7', 'model'],
    ['spec.model.uri', 'hf://org/model', 'model'],
    ['data.URI', 'models:/fraud/7', 'model'],
    ['data.MODEL_VERSION', '7', 'model'],
    ['data["model.version"]', '7', 'model'],
    ['spec.template.spec.containers[name=web].env[name=MODEL_VERSION].value', '7', 'model'],
    ['data.PROMPT_VERSION', '3', 'prompt'],
    ['data.URI', 'prompts:/summarise/3', 'prompt'],
    ['flags.ranker.defaultVariant', 'on', 'flag'],
    ['spec.flagSpec.flags.ranker.state', 'ENABLED', 'flag'],
    ['appVersion', '1.2.3', 'other'],
    ['data.VERSION', '1.2.3', 'other'],
  ] as const)
    assert.equal(whatOf({ key, value, moves: 'version' }), what, `${key}: ${value}`);
  assert.equal(whatOf({ key: 'spec.weight', value: '5', moves: 'traffic' }), 'traffic');
});

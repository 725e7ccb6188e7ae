import assert from 'node:assert/strict';
import { test } from 'node:test';
import { because, diff, file, told } from '../turned.ts';

const FEATURES = `version: "1.3"
namespace: production
flags:
  - key: ranker
    name: Ranker
    type: VARIANT_FLAG_TYPE
    enabled: true
    variants:
      - key: old
        default: true
      - key: new
    rules:
      - segment: everybody # all of them
        distributions:
          - variant: new
            rollout: 25
          - variant: old
            rollout: 75
  - key: beta
    enabled: true
    variants: [{ key: "on" }, { key: "off", default: true }]
    rules:
      - segment: staff
        distributions: [{ variant: "on", rollout: 100 }]
  - key: banner
    type: BOOLEAN_FLAG_TYPE
    enabled: false
    rollouts:
      - segment: { key: staff, value: false }
      - threshold:
          percentage: 40
          value: true
segments:
  - key: everybody
    name: Everybody
    match_type: ALL_MATCH_TYPE
  - key: staff
    constraints: [{ property: mail, operator: suffix, value: "@example.com" }]
`;
const files = [file(FEATURES, 'production/features.yml')];

test('a rule for a segment without constraints is a share, one for some people nobody can tell', () => {
  assert.deepEqual(told(...files), ['ranker: old 0.75, new 0.25', 'beta: on ?, off ?', 'banner: true ?, false ?']);
  const dial = FEATURES.replace('      - segment: { key: staff, value: false }\n', '');
  assert.deepEqual(told(file(dial, 'features.yml'))[2], 'banner: true 0.4, false 0.6');
});

test('a variant flag: every rule goes to the safe variant', () => {
  assert.deepEqual(diff(files, 'ranker', 'old'), [
    '-             rollout: 25',
    '+             rollout: 0',
    '-             rollout: 75',
    '+             rollout: 100',
  ]);
  assert.deepEqual(diff(files, 'beta', 'off'), [
    '-         distributions: [{ variant: "on", rollout: 100 }]',
    '+         distributions: [{ variant: "off", rollout: 100 }]',
  ]);
  assert.deepEqual(diff(files, 'beta', 'on'), [
    '-     variants: [{ key: "on" }, { key: "off", default: true }]',
    '+     variants: [{ key: "on", default: true }, { key: "off", default: false }]',
  ]);
});

test('a boolean flag: its value is enabled, and a dial beside it goes to 0', () => {
  assert.deepEqual(diff(files, 'banner', 'false'), ['-           percentage: 40', '+           percentage: 0']);
  assert.deepEqual(diff(files, 'banner', 'true'), [
    '-     enabled: false',
    '+     enabled: true',
    '-       - segment: { key: staff, value: false }',
    '+       - segment: { key: staff, value: true }',
  ]);
});

test('a flag that is off serves what the code says, until it is turned on again', () => {
  const off = file(FEATURES.replace('enabled: true', 'enabled: false'), 'features.yml');
  assert.deepEqual(told(off)[0], 'ranker: old ?, new ?');
  assert.ok(diff([off], 'ranker', 'old').includes('+     enabled: true'));
});

test('an old file has no default variants, so one is not written', () => {
  const old = (version: string) =>
    file(
      `version: "${version}"\nflags: [{ key: a, enabled: true, variants: [{ key: x }, { key: y }] }]\n`,
      'features.yml',
    );
  assert.match(because([old('1.2')], 'a', 'x'), /its version 1.2 has no default variants/);
  assert.equal(diff([old('1.3')], 'a', 'x').length, 2);
});

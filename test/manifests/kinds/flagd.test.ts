import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FlagdCore } from '@openfeature/flagd-core';
import { because, diff, file, told, turned } from '../turned.ts';

const QUIET = { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined };
const flags = (targeting: object | null, state = 'ENABLED') =>
  `${JSON.stringify(
    {
      $schema: 'https://flagd.dev/schema/v0/flags.json',
      flags: {
        ranker: {
          ...{ state, variants: { new: 'v2', old: 'v1' }, defaultVariant: 'new' },
          ...(targeting === null ? {} : { targeting }),
        },
        banner: { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'on' },
      },
    },
    null,
    2,
  )}\n`;
const FRACTION = { fractional: [['new', 25], ['old', 75]] }; // prettier-ignore
const BY_MAIL = { if: [{ ends_with: [{ var: 'email' }, '@example.com'] }, 'new', 'old'] };

function served(text: string): ReadonlySet<string> {
  const core = new FlagdCore();
  core.setConfigurations(text);
  const users = Array.from({ length: 200 }, (_, i) => ({ targetingKey: `user-${i}`, email: `${i}@example.com` }));
  return new Set(users.map((user) => core.resolveStringEvaluation('ranker', 'code', user, QUIET).value));
}

test('targeting wins over the default variant: a fraction is a share, any other rule nobody can tell', () => {
  assert.deepEqual(told(file(flags(FRACTION), 'ranker.json')), ['ranker: new 0.25, old 0.75', 'banner: on 1, off 0']);
  assert.deepEqual(told(file(flags(null), 'ranker.json'))[0], 'ranker: new 1, old 0');
  assert.deepEqual(told(file(flags(BY_MAIL), 'ranker.json'))[0], 'ranker: new ?, old ?');
  assert.deepEqual(told(file(flags(null, 'DISABLED'), 'ranker.json'))[0], 'ranker: new ?, old ?');
});

test('the safe variant is served to everybody, by the evaluation that flagd itself uses', () => {
  for (const [before, was] of [
    [flags(FRACTION), ['v1', 'v2']],
    [flags(BY_MAIL), ['v2']],
    [flags(null, 'DISABLED'), ['code']],
  ] as const) {
    assert.deepEqual([...served(before)].toSorted(), was);
    const result = turned([file(before, 'flags/prod.json')], 'ranker', 'old');
    assert.ok(result.kind === 'written', JSON.stringify(result));
    assert.deepEqual([...served(result.files[0]?.text ?? '')], ['v1']);
    assert.ok((result.files[0]?.text ?? '').endsWith(before.slice(before.indexOf('"banner"'))));
  }
});

test('in JSON the targeting goes with its comma and nothing else moves', () => {
  assert.deepEqual(diff([file(flags(FRACTION), 'f.json')], 'ranker', 'old'), [
    '-       "defaultVariant": "new",',
    '-       "targeting": {',
    '-         "fractional": [',
    '-           [',
    '-             "new",',
    '-             25',
    '-           ],',
    '-           [',
    '-             "old",',
    '-             75',
    '-           ]',
    '-         ]',
    '-       }',
    '+       "defaultVariant": "old"',
  ]);
});

test('a FeatureFlag of the operator keeps its comments', () => {
  const text = `apiVersion: core.openfeature.dev/v1beta1
kind: FeatureFlag
metadata: { name: shop }
spec:
  flagSpec:
    flags:
      ranker: # asked for by search
        state: ENABLED
        variants: { "on": true, "off": false }
        # wins over the default
        targeting:
          fractional:
            - ["on", 10]
            - ["off", 90]
        defaultVariant: "off" # safe
`;
  assert.deepEqual(told(file(text)), ['ranker: on 0.1, off 0.9']);
  assert.deepEqual(diff([file(text)], 'ranker', 'off'), [
    '-         targeting:',
    '-           fractional:',
    '-             - ["on", 10]',
    '-             - ["off", 90]',
  ]);
});

test('a list of flags with keys is read as well, and an unknown variant is refused', () => {
  const text = 'flags:\n  - key: r\n    state: DISABLED\n    variants: {a: 1, b: 2}\n';
  assert.deepEqual(diff([file(text)], 'r', 'b'), [
    '-     state: DISABLED',
    '+     state: ENABLED',
    '+     defaultVariant: b',
  ]);
  assert.match(because([file(text)], 'r', 'c'), /no destination 'c' \(it has a, b\)/);
});

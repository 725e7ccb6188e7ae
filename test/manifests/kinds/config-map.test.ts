import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diff, file, told, turned } from '../turned.ts';

const FLAGS = `apiVersion: v1
kind: ConfigMap
metadata: { name: flags } # mounted by flagd
data:
  README: |
    not a file of ours
  flags.json: |
    {
      "flags": {
        "ranker": {
          "state": "ENABLED",
          "variants": { "new": "v2", "old": "v1" },
          "defaultVariant": "new"
        }
      }
    }
  other: kept
`;

test('a flag file inside a ConfigMap is read and edited in its indentation', () => {
  assert.deepEqual(told(file(FLAGS)), ['ranker: new 1, old 0']);
  assert.deepEqual(diff([file(FLAGS)], 'ranker', 'old'), [
    '-           "defaultVariant": "new"',
    '+           "defaultVariant": "old"',
  ]);
  const result = turned([file(FLAGS)], 'ranker', 'old');
  assert.ok(result.kind === 'written');
  assert.deepEqual(result.files[0]?.changes, [
    { key: 'data["flags.json"] flags.ranker.defaultVariant', from: 'new', to: 'old' },
  ]);
});

test('CRLF around it stays CRLF', () => {
  const crlf = FLAGS.replaceAll('\n', '\r\n');
  const result = turned([file(crlf)], 'ranker', 'old');
  assert.ok(result.kind === 'written', JSON.stringify(result));
  assert.equal(result.files[0]?.text, crlf.replace('"defaultVariant": "new"', '"defaultVariant": "old"'));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diff, file, told } from '../turned.ts';

const FLAGS = `# read by the relay
ranker:
  variations:
    old: v1
    new: v2
  targeting:
    - name: staff # first
      query: mail ew "@example.com"
      variation: new
  defaultRule:
    percentage:
      old: 80
      new: 20
prompt:
  variations: { a: "7", b: "8" }
  defaultRule: { variation: b }
slow:
  variations: { on: true, off: false }
  defaultRule:
    progressiveRollout:
      initial: { variation: off, percentage: 0 }
      end: { variation: on, percentage: 100 }
  disable: true
`;
const files = [file(FLAGS, 'config/goff.yaml')];

test('targeting, a time plan and a disabled flag are not readable as shares', () => {
  assert.deepEqual(told(...files), ['ranker: old ?, new ?', 'prompt: a 0, b 1', 'slow: on ?, off ?']);
});

test('the default rule gets the safe variation, and what decides before it goes', () => {
  assert.deepEqual(diff(files, 'ranker', 'old'), [
    '-   targeting:',
    '-     - name: staff # first',
    '-       query: mail ew "@example.com"',
    '-       variation: new',
    '-       old: 80',
    '-       new: 20',
    '+       old: 100',
    '+       new: 0',
  ]);
  assert.deepEqual(diff(files, 'prompt', 'a'), [
    '-   defaultRule: { variation: b }',
    '+   defaultRule: { variation: a }',
  ]);
});

test('a roll-out over time is replaced by a plain variation, and the flag is switched on', () => {
  assert.deepEqual(diff(files, 'slow', 'off'), [
    '-     progressiveRollout:',
    '-       initial: { variation: off, percentage: 0 }',
    '-       end: { variation: on, percentage: 100 }',
    '-   disable: true',
    '+     variation: "off"',
    '+   disable: false',
  ]);
});

test('a map that is no flag file is none', () => {
  assert.deepEqual(told(file('a:\n  variations: {x: 1}\n  defaultRule: {variation: x}\nb: 1\n')), []);
});

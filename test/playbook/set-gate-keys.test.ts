import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setGateKeys } from '../../src/playbook/set-gate-keys.ts';
import { aPlaybook, briefly, playbookOf } from './a-playbook.ts';

const target = { service: 'rec', environment: 'production' };
const keys = { 'fail-at': 250, 'burst-windows': 5 };

test('the two keys are written into the gate, and every other line stays', () => {
  const text = aPlaybook({ gate: 'poll: 15s # as often as the scrape' });
  const after = setGateKeys(text, target, keys);
  const gate = playbookOf(after).services['rec']?.environments['production']?.gate;
  assert.deepEqual([gate?.['fail-at'], gate?.['burst-windows']], [250, 5]);
  const added = after.split('\n').filter((line) => !text.split('\n').includes(line));
  assert.deepEqual(
    added.map((line) => line.trim()),
    ['fail-at: 250', 'burst-windows: 5'],
  );
  assert.ok(text.split('\n').every((line) => after.includes(line)));
});

test('present values are replaced where they stand, with their comments; writing twice changes nothing more', () => {
  const text = aPlaybook({ gate: 'fail-at: 120 # measured in May\n          burst-windows:   3' });
  const after = setGateKeys(text, target, keys);
  assert.equal(after, text.replace('fail-at: 120', 'fail-at: 250').replace('windows:   3', 'windows:   5'));
  assert.equal(setGateKeys(after, target, keys), after);
});

test('a gate in one line gets them in that line', () => {
  const line = '{ source: prom, arms: { canary: a="1" }, triggers: [] }';
  const text = `services: { rec: { environments: { production: { gate: ${line} } } } }\n`;
  assert.equal(setGateKeys(text, target, keys), text.replace('{ source', '{ fail-at: 250, burst-windows: 5, source'));
});

test('a gate behind an alias is left to a person', () => {
  const text = 'x: &gate { source: a }\nservices: { rec: { environments: { production: { gate: *gate } } } }\n';
  assert.throws(() => setGateKeys(text, target, keys), /not written as a map of its own/);
});

test('odds below 1 / false-alarm would break its promise', () => {
  assert.deepEqual(briefly(aPlaybook({ gate: 'fail-at: 50' })), [
    'fail-at is below 1 / false-alarm, which is 100, so more than false-alarm of the good releases would fail -> write 100 or more, or leave it out',
  ]);
  assert.deepEqual(briefly(aPlaybook({ gate: 'fail-at: 100' })), []);
});

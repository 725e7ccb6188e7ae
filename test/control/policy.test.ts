import assert from 'node:assert/strict';
import { test } from 'node:test';
import { policyOf } from '../../src/control/policy.ts';
import { playbookText } from './builders.ts';

test('the same text is read once, another one anew, and an old one is forgotten', () => {
  const first = { path: 'lastgood.yml', text: playbookText() };
  const read = policyOf(first);
  assert.ok(read.ok);
  assert.equal(policyOf({ ...first }), read);
  const changed = policyOf({ ...first, text: playbookText({ owners: ['ada'] }) });
  assert.deepEqual(changed.ok && changed.playbook.services['web']?.owners, ['ada']);
  const moved = policyOf({ ...first, path: '.github/lastgood.yml', text: ': : :' });
  assert.equal(moved.ok ? '' : moved.faults[0]?.file, '.github/lastgood.yml');
  for (let i = 0; i < 8; i += 1) policyOf({ ...first, text: `# ${i}` });
  assert.notEqual(policyOf(first), read);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namedTargets } from '../../cli/named-targets.ts';
import type { Call } from '../../cli/terminal.ts';
import { aPlaybook, playbookOf } from '../playbook/a-playbook.ts';

const verify =
  'verify: { healthy-for: 1s, within: 9s, arm: a="b", source: prom, criteria: [{ name: e, bad: b, total: t, if: rate > 2% }] }';
const playbook = playbookOf(
  aPlaybook({ services: `      staging: { paths: [apps/staging], applications: [s], ${verify} }` }),
);

function named(options: Call['options']): readonly string[] {
  const call = { words: [], options, env: {}, json: false, print: () => undefined, progress: () => undefined };
  return namedTargets(call, playbook).map(({ service, environment }) => `${service} ${environment}`);
}

test('without names everything is meant, and a name that nothing has is refused, never an empty answer', () => {
  assert.deepEqual(named({}), ['rec production', 'rec staging']);
  assert.deepEqual(named({ environment: 'staging' }), ['rec staging']);
  assert.throws(() => named({ service: 'reco' }), /has no service 'reco'/);
  assert.throws(() => named({ service: 'rec', environment: 'stagin' }), /has no environment 'stagin'/);
  assert.throws(() => named({ environment: 'stagin' }), { hint: 'Use one of production, staging.' });
});

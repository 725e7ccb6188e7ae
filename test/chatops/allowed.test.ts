import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mayRollBack } from '../../src/chatops/allowed.ts';

const someone = { login: 'alice', isBot: false, roleName: 'read', owners: [], teams: [] } as const;
const may = (change: Partial<Parameters<typeof mayRollBack>[0]>): boolean => mayRollBack({ ...someone, ...change }).ok;

test('people who may write may roll back, others may not', () => {
  for (const roleName of ['admin', 'maintain', 'write']) assert.ok(may({ roleName }), roleName);
  for (const roleName of ['triage', 'read', 'none', '', null, 'Admin', 'release-manager', 'writer'])
    assert.ok(!may({ roleName }), String(roleName));
});

test('an owner in the playbook may, by login or by team, whatever the case', () => {
  assert.ok(may({ owners: ['@Alice'] }));
  assert.ok(may({ owners: ['acme/sre'], teams: ['Acme/SRE'] }));
  assert.ok(!may({ owners: ['acme/sre'], teams: ['acme/web'] }));
  assert.ok(!may({ owners: ['alice2', 'acme/alice', ''] }));
});

test('a bot never may, not even with write access or as an owner', () => {
  assert.ok(!may({ isBot: true, roleName: 'admin' }));
  assert.ok(!may({ login: 'renovate[bot]', roleName: 'write', owners: ['renovate[bot]'] }));
  assert.ok(!may({ login: '', roleName: 'admin', owners: [''] }));
});

test('a refusal says who and why', () => {
  const refused = mayRollBack({ ...someone, roleName: 'triage' });
  assert.deepEqual(refused, {
    ok: false,
    because: "alice has the role 'triage' here and is not among the owners in the playbook",
  });
});

test('an unknown role is no permission', () => {
  const unknown = fc.string().filter((role) => !['admin', 'maintain', 'write'].includes(role));
  fc.assert(fc.property(unknown, (roleName) => assert.ok(!may({ roleName }))));
});

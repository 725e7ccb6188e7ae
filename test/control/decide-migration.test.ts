import assert from 'node:assert/strict';
import { test } from 'node:test';
import { migrationGate } from '../../src/control/decide-migration.ts';
import { aPlan, rulesFor } from './builders.ts';

const policy = (rollback: Record<string, unknown>) => rulesFor({ rollback }).rollback;
const job = { kind: 'github-workflow', name: 'down.yml' };
const plan = (undo: 'nothing' | 'down' | 'unproven' | 'impossible') =>
  aPlan({ migrations: ['db/V7__x.sql'], database: { undo, because: 'it says so' } });

test('only what needs nothing undone goes back without a person, a job or a declaration', () => {
  for (const undo of ['down', 'unproven', 'impossible'] as const)
    assert.match(migrationGate(plan(undo), policy({})).person ?? '', /V7__x\.sql.*it says so/);
  assert.equal(migrationGate(plan('nothing'), policy({})).person, null);
  assert.notEqual(migrationGate(aPlan({ migrations: ['job.yaml'] }), policy({})).person, null);
});

test('the two steps name the job and the image, and never promise rows', () => {
  const { notes, job: name } = migrationGate(plan('down'), policy({ migrations: 'job', 'migration-job': job }));
  assert.equal(name, 'down.yml');
  assert.match(
    notes.join('\n'),
    /Step 1: start the workflow down\.yml with the image of the bad release[\s\S]*do not come back[\s\S]*lastgood\/migration/,
  );
});

test('a policy of a job without a job, or without a way down, is a person', () => {
  assert.notEqual(migrationGate(plan('down'), policy({ migrations: 'job' })).person, null);
  const gate = migrationGate(plan('impossible'), policy({ migrations: 'job', 'migration-job': job }));
  assert.deepEqual([gate.job, gate.person === null], [null, false]);
});

test('what the team allows is not asked again', () => {
  for (const migrations of ['allow', 'reversible'])
    assert.deepEqual(migrationGate(plan('unproven'), policy({ migrations })), { person: null, job: null, notes: [] });
});

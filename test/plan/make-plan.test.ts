import assert from 'node:assert/strict';
import { test } from 'node:test';
import { branchOf, branchPrefixOf, incidentId } from '../../src/plan/identity.ts';
import type { Incident } from '../../src/plan/incident.ts';
import { POSTGRESQL, readDatabase } from '../../src/migrations/database.ts';
import { makePlan } from '../../src/plan/make-plan.ts';
import type { PlanInput, ReadFile } from '../../src/plan/make-plan.ts';
import { sha, sha256 } from '../ledger/builders.ts';

const key = { repo: 'acme/deploy', service: 'rec', environment: 'production' };
const incident: Incident = {
  id: incidentId(key, sha('b'), sha256),
  key,
  bad: sha('b'),
  openedAt: '2026-11-17T14:00:00Z',
  cause: { kind: 'alert', source: 'alertmanager', alert: 'HighErrorRate', fingerprint: 'f' },
};
const at = (text: string, mode = '100644'): ReadFile => ({ blob: sha256(text).slice(0, 40), mode, text });
const image = (tag: string, replicas = 2) =>
  `apiVersion: apps/v1\nkind: Deployment\nspec:\n  replicas: ${replicas}\n  template:\n    spec:\n      containers:\n        - name: app\n          image: rec:${tag}\n`;

function plan(files: PlanInput['files'], overrides: Partial<PlanInput> = {}) {
  return makePlan(
    {
      incident,
      base: sha('c'),
      baseBranch: 'main',
      good: { sha: sha('a'), reason: { kind: 'parent' }, because: 'parent' },
      database: POSTGRESQL,
      undoes: [],
      files,
      ...overrides,
    },
    sha256,
  );
}
const hashOf = (planned: ReturnType<typeof plan>): string =>
  planned.kind === 'planned' ? planned.plan.hash : planned.kind;

const release = { path: 'rec/app.yaml', good: at(image('1.4.1')), bad: at(image('1.4.2')), now: at(image('1.4.2')) };

test('the same fault has the same id and branch, another one has not', () => {
  assert.match(incident.id, /^[0-9a-f]{12}$/);
  assert.equal(incidentId({ environment: 'production', service: 'rec' }, sha('b'), sha256), incident.id);
  assert.notEqual(incidentId({ environment: 'productionr', service: 'ec' }, sha('b'), sha256), incident.id);
  assert.equal(branchOf(incident), 'rollback/production/rec/bbbbbbb');
  assert.ok(branchOf(incident).startsWith(branchPrefixOf(key)));
});

test('a plan names its edits and what they mean for people', () => {
  const planned = plan([release]);
  assert.ok(planned.kind === 'planned');
  assert.deepEqual(
    planned.plan.edits.map(({ kind, rung }) => `${kind} ${rung}`),
    ['restore blob'],
  );
  assert.deepEqual(planned.plan.changes, [
    {
      path: 'rec/app.yaml',
      key: 'spec.template.spec.containers[name=app].image',
      from: 'rec:1.4.2',
      to: 'rec:1.4.1',
      moves: 'version',
    },
  ]);
});

test('the hash changes with the target and every edit, not with the head, the words or the order of files', () => {
  const other = { ...release, path: 'rec/b.yaml' };
  const hash = hashOf(plan([release, other]));
  assert.match(hash, /^[0-9a-f]{12}$/);
  assert.equal(hashOf(plan([other, release], { undoes: [{ sha: sha('b'), title: 'x', author: 'y' }] })), hash);
  assert.equal(hashOf(plan([release, other], { base: sha('d') })), hash);
  assert.notEqual(
    hashOf(plan([release, other], { good: { sha: sha('9'), reason: { kind: 'parent' }, because: '' } })),
    hash,
  );
  assert.notEqual(hashOf(plan([release])), hash);
  assert.notEqual(hashOf(plan([release, { ...other, good: at(image('1.4.0')) }])), hash);
});

test('one conflict stops the whole plan: half a rollback is no version', () => {
  const moved = { path: 'rec/z.yaml', good: at(image('1')), bad: at(image('2')), now: at(image('3')) };
  const planned = plan([release, moved, { path: 'x.png', good: at('1'), bad: at('2'), now: at('3') }]);
  assert.ok(planned.kind === 'conflict');
  assert.deepEqual(
    planned.conflicts.map(({ path, key: place }) => `${path} ${place}`),
    ['rec/z.yaml spec.template.spec.containers[name=app].image', 'x.png null'],
  );
  assert.match(planned.because, /^rec\/z.yaml spec.*image and 1 more changed again/);
});

test('nothing to do is said, not planned', () => {
  const planned = plan([{ ...release, now: release.good }]);
  assert.ok(planned.kind === 'nothing-to-do');
  assert.match(planned.because, /already are as at aaaaaaa/);
  assert.equal(plan([]).kind, 'nothing-to-do');
});

test('later changes of others stay in the planned text', () => {
  const planned = plan([{ ...release, now: at(image('1.4.2', 9)) }]);
  assert.ok(planned.kind === 'planned');
  const [edit] = planned.plan.edits;
  assert.equal(edit?.kind === 'write' ? edit.text : '', image('1.4.1', 9));
});

test('a file mode that Git does not use is refused', () => {
  assert.throws(() => plan([{ ...release, now: at(image('1.4.2'), '040000') }]), {
    code: 'internal',
    message: /rec\/app.yaml: file mode 040000/,
  });
});

test('what a migration of the release costs is judged by the database of the playbook', () => {
  const files = [
    ['2_mail.up.sql', 'ALTER TABLE users ADD COLUMN mail text NOT NULL;\nCREATE TABLE notes (id int);\n'],
    ['2_mail.down.sql', 'DROP TABLE notes;\nALTER TABLE users DROP COLUMN mail;\n'],
  ].map(([name, text = '']) => ({ path: `rec/migrations/${name ?? ''}`, good: null, bad: at(text), now: at(text) }));
  const undo = (database: string): string | undefined => {
    const read = readDatabase(database);
    assert.ok(read);
    const planned = plan([release, ...files], { database: read });
    return planned.kind === 'planned' ? planned.plan.database?.undo : planned.kind;
  };
  assert.equal(undo('postgresql@15'), 'down');
  assert.equal(undo('mysql'), 'unproven', 'a way down that fails half-way leaves half of it behind');
});

test('what changes a database is judged wherever it lies: a changelog, a revision, a script in a ConfigMap', () => {
  const undo = (path: string, text: string): string | undefined => {
    const planned = plan([release, { path, good: null, bad: at(text), now: at(text) }]);
    assert.ok(planned.kind === 'planned');
    assert.deepEqual(planned.plan.migrations, planned.plan.database === undefined ? [] : [path]);
    return planned.plan.database?.undo;
  };
  const set = '<changeSet id="1" author="a"><dropTable tableName="orders"/></changeSet>';
  assert.equal(undo('rec/db/changelog/2.xml', `<databaseChangeLog>${set}</databaseChangeLog>`), 'impossible');
  assert.equal(undo('rec/db/migrate/2_x.rb', 'class X < ActiveRecord::Migration[8.0]\nend\n'), 'unproven');
  assert.equal(undo('rec/sql.yaml', 'kind: ConfigMap\ndata:\n  V2__x.sql: |\n    DROP TABLE orders;\n'), 'unproven');
  assert.equal(undo('rec/mode.yaml', 'kind: ConfigMap\ndata:\n  mode: fast\n'), undefined);
});

test('an empty way down that will do is no work that stands elsewhere', () => {
  const files = [
    ['2_mood.up.sql', "ALTER TYPE mood ADD VALUE 'ok';\n"],
    ['2_mood.down.sql', '-- PostgreSQL removes no value\n'],
  ].map(([name, text = '']) => ({ path: `rec/migrations/${name ?? ''}`, good: null, bad: at(text), now: at(text) }));
  const planned = plan([release, ...files]);
  assert.equal(planned.kind === 'planned' ? planned.plan.database?.undo : planned.kind, 'down');
});

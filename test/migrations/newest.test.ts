import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newestSchemas } from '../../src/migrations/newest.ts';

const sql = 'CREATE TABLE t (id int);';
const newest = (files: Readonly<Record<string, string>>) =>
  newestSchemas(Object.entries(files).map(([path, text]) => ({ path, text }))).map(({ tool, id, path }) => [
    tool,
    id,
    path,
  ]);

test('Flyway: the highest version counts as a number, and what runs again at every change is none', () => {
  assert.deepEqual(
    newest({
      'db/migration/V9__a.sql': sql,
      'db/migration/V10__b.sql': sql,
      'db/migration/V1.2__c.sql': sql,
      'db/migration/R__view.sql': sql,
    }),
    [['flyway', '10', 'db/migration/V10__b.sql']],
  );
});

test('Alembic: the revision that nothing follows, whatever its name; two of them are told', () => {
  const revision = (id: string, down: string | null) =>
    `"""x"""\nfrom alembic import op\nrevision = '${id}'\ndown_revision = ${down === null ? 'None' : `'${down}'`}\n\ndef upgrade():\n    op.execute("SELECT 1")\n\ndef downgrade():\n    pass\n`;
  const files = {
    'alembic/versions/z.py': revision('zzz111', null),
    'alembic/versions/m.py': revision('mmm222', 'zzz111'),
    'alembic/versions/a.py': revision('aaa333', 'mmm222'),
  };
  assert.deepEqual(
    newest(files).map(([, id]) => id),
    ['aaa333'],
  );
  const branched = { ...files, 'alembic/versions/b.py': revision('bbb444', 'mmm222') };
  assert.deepEqual(
    newest(branched).map(([, id]) => id),
    ['aaa333', 'bbb444'],
  );
});

test('golang-migrate: the highest number; no migrations, no answer', () => {
  assert.deepEqual(
    newest({
      'migrations/000009_a.up.sql': sql,
      'migrations/000009_a.down.sql': 'DROP TABLE t;',
      'migrations/000010_b.up.sql': sql,
      'migrations/000010_b.down.sql': 'DROP TABLE t;',
    }).map(([tool, , path]) => [tool, path]),
    [['golang-migrate', 'migrations/000010_b.up.sql']],
  );
  assert.deepEqual(newest({ 'web.yaml': 'kind: Deployment' }), []);
});

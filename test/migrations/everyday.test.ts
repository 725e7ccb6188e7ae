/** A false alarm on everyday work makes people ignore the answer: what a DBA would let through is let through. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDatabase } from '../../src/migrations/database.ts';
import { judgeRelease, type Undo } from '../../src/migrations/judge.ts';
import { recognise } from '../../src/migrations/recognise.ts';

function undoOf(files: Readonly<Record<string, string>>, name: string): Undo {
  const database = readDatabase(name);
  assert.ok(database, name);
  const changed = Object.entries(files).map(([path, after]) => ({ path, before: null, after }));
  return judgeRelease(recognise(changed), database).undo;
}

/** With Flyway; where a down is given it stands in the `U` script. */
const EVERYDAY: readonly (readonly [database: string, undo: Undo, up: string, down?: string])[] = [
  ['sqlserver', 'nothing', 'ALTER TABLE dbo.users ADD nick nvarchar(50) NULL, [age] int NULL, born date;'],
  ['sqlserver', 'nothing', "ALTER TABLE users ADD a int NULL, b [nvarchar](50) NOT NULL CONSTRAINT d DEFAULT (N'');"],
  ['sqlserver', 'nothing', 'CREATE NONCLUSTERED INDEX i ON dbo.users (mail) INCLUDE (name) WITH (ONLINE = ON);'],
  ['sqlserver', 'nothing', 'CREATE CLUSTERED INDEX i ON dbo.users (mail)\nGO'],
  ['sqlserver', 'down', 'CREATE UNIQUE NONCLUSTERED INDEX i ON users (mail);', 'DROP INDEX i ON users;'],
  [
    'sqlserver',
    'down',
    'ALTER TABLE dbo.orders WITH NOCHECK ADD CONSTRAINT fk FOREIGN KEY (u) REFERENCES dbo.users (id);',
    'ALTER TABLE dbo.orders DROP CONSTRAINT fk;',
  ],
  [
    'sqlserver',
    'nothing',
    "CREATE PROCEDURE dbo.tidy AS\nBEGIN\nSET NOCOUNT ON;\nBEGIN TRAN;\nSELECT @end;\nDELETE FROM dbo.old WHERE a = 1;\nCOMMIT;\nIF 1 = 1 BEGIN SELECT CASE WHEN 1 = 1 THEN 2 END; END\nIF 2 = 2 SELECT 1;\nEND\nGO\nPRINT 'done'\nGO",
  ],
  [
    'sqlserver',
    'down',
    'CREATE TRIGGER t ON dbo.users AFTER UPDATE AS BEGIN SET NOCOUNT ON; UPDATE dbo.users SET at = 1; END',
    'DROP TRIGGER t ON dbo.users;',
  ],
  ['sqlserver', 'down', 'CREATE OR ALTER VIEW v AS SELECT 2 AS a', 'CREATE OR ALTER VIEW v AS SELECT 1 AS a'],
  ['mysql', 'nothing', 'CREATE FULLTEXT INDEX i ON posts (body);'],
  ['mysql', 'nothing', "GRANT SELECT, DELETE ON app.* TO 'app'@'%'; FLUSH PRIVILEGES;"],
  ['mysql', 'nothing', 'LOCK TABLES a WRITE; INSERT INTO a VALUES (1); UNLOCK TABLES;'],
  ['postgresql', 'nothing', 'ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO reader;'],
  [
    'postgresql',
    'nothing',
    'CREATE TABLE n (id int); ALTER TABLE n ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON n USING (true);',
  ],
  ['postgresql', 'down', 'ALTER TABLE n ENABLE ROW LEVEL SECURITY;', 'ALTER TABLE n DISABLE ROW LEVEL SECURITY;'],
  ['postgresql', 'nothing', 'CREATE MATERIALIZED VIEW m AS SELECT 1 AS id; CREATE UNIQUE INDEX ON m (id);'],
  [
    'postgresql',
    'down',
    "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 2';",
    "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';",
  ],
];

for (const [database, undo, up, down] of EVERYDAY)
  test(`${undo} for ${database}: ${up.slice(0, 60).replaceAll('\n', ' ')}`, () => {
    assert.equal(undoOf({ 'V2__x.sql': up, ...(down === undefined ? {} : { 'U2__x.sql': down }) }, database), undo);
  });

test('a materialized view that may have been there before is not taken for one of the script', () => {
  const undo = (words: string): Undo =>
    undoOf({ 'V2__x.sql': `CREATE MATERIALIZED VIEW ${words} m AS SELECT 1; DROP MATERIALIZED VIEW m;` }, 'postgresql');
  assert.equal(undo(''), 'nothing');
  assert.equal(undo('IF NOT EXISTS'), 'impossible');
});

const alembic = (up: string, down: string): Readonly<Record<string, string>> => ({
  'versions/a1.py': `revision = 'a1'\ndown_revision = 'a0'\n\ndef upgrade():\n    ${up}\n\ndef downgrade():\n    ${down}\n`,
});

test('an index that Alembic builds concurrently, as its manual says, is read', () => {
  const block = 'with op.get_context().autocommit_block():\n        ';
  const files = alembic(
    `${block}op.create_index('i', 'users', ['a'], postgresql_concurrently=True)`,
    `${block}op.drop_index('i', postgresql_concurrently=True)`,
  );
  assert.equal(undoOf(files, 'postgresql'), 'down');
});

const golang = (up: string, down: string): Readonly<Record<string, string>> => ({
  'migrations/2_x.up.sql': up,
  'migrations/2_x.down.sql': down,
});

test('an empty down is a way down where the up leaves nothing to undo', () => {
  const value = "ALTER TYPE mood ADD VALUE 'ok'";
  assert.equal(undoOf(alembic('pass', 'pass'), 'postgresql'), 'down', 'a merge of two heads');
  assert.equal(undoOf(alembic(`op.execute("${value}")`, 'pass'), 'postgresql'), 'down');
  assert.equal(undoOf(golang(`${value};`, '-- PostgreSQL removes no value\n'), 'postgresql'), 'down');
});

test('an empty down is none where the up leaves something, breaks the older version or is not read', () => {
  assert.equal(undoOf(golang('CREATE TABLE n (id int);', '-- later\n'), 'postgresql'), 'impossible');
  assert.equal(undoOf(golang('REVOKE SELECT ON t FROM app;', ''), 'postgresql'), 'impossible');
  assert.equal(undoOf(alembic('purge()', 'pass'), 'postgresql'), 'impossible');
  assert.equal(undoOf({ 'migrations/2_x.up.sql': 'SELECT 1;' }, 'postgresql'), 'impossible', 'there is no down at all');
});

test('what Liquibase and Alembic are told in their own words is read for every database', () => {
  const changes = '<addColumn tableName="user"><column name="Nick Name" type="int"/></addColumn>';
  const liquibase = {
    'changelog.xml': `<databaseChangeLog><changeSet id="1" author="a">${changes}</changeSet></databaseChangeLog>`,
  };
  for (const database of ['postgresql', 'mysql', 'mariadb', 'sqlserver', 'oracle', 'snowflake'])
    assert.equal(undoOf(liquibase, database), 'nothing', database);
  const files = alembic("op.create_index('i', 'User', ['a'])", "op.drop_index('i', table_name='User')");
  assert.equal(undoOf(files, 'sqlite'), 'down');
  assert.equal(undoOf(alembic("op.drop_column('User', 'a')", 'pass'), 'mysql'), 'impossible');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { POSTGRESQL, readDatabase } from '../../src/migrations/database.ts';
import { judgeRelease, type ReleaseJudgement } from '../../src/migrations/judge.ts';
import type { ChangedFile } from '../../src/migrations/migration.ts';
import { recognise } from '../../src/migrations/recognise.ts';

const added = (path: string, after: string): ChangedFile => ({ path, before: null, after });

function judged(files: readonly ChangedFile[], database = POSTGRESQL): ReleaseJudgement {
  return judgeRelease(recognise(files), database);
}

/** A pair of SQL scripts as dbmate writes them: its older version bears a newer database. */
function pair(up: string, down: string, options = ''): ReleaseJudgement {
  return judged([
    added('db/migrations/20260301120000_x.sql', `-- migrate:up ${options}\n${up}\n-- migrate:down\n${down}\n`),
  ]);
}

const kinds = (release: ReleaseJudgement) =>
  release.migrations.flatMap(({ findings }) => findings.map(({ kind, way }) => `${way} ${kind}`));

test('what only adds needs nothing undone, down or no down', () => {
  for (const up of [
    'CREATE TABLE invoices (id bigint PRIMARY KEY, note text NOT NULL); CREATE INDEX i ON invoices (note);',
    "SET lock_timeout = '1s'; ALTER TABLE users ADD COLUMN nickname text;",
    "SET lock_timeout = '1s'; ALTER TABLE users ADD COLUMN seen timestamptz NOT NULL DEFAULT now();",
    "SET lock_timeout = '1s'; ALTER TABLE users ALTER COLUMN note DROP NOT NULL;",
    "COMMENT ON TABLE users IS 'DROP TABLE users;';",
    'CREATE VIEW active AS SELECT 1;',
    "ALTER TYPE mood ADD VALUE 'calm';",
  ])
    assert.equal(pair(up, '').undo, 'nothing', up);
});

test('each kind of loss is named, and no down makes it good again', () => {
  for (const [up, words] of [
    ['DROP TABLE users;', 'table users is dropped with what it holds'],
    [
      'ALTER TABLE ONLY public.users DROP COLUMN IF EXISTS "eMail" CASCADE, ADD x int;',
      'column users.eMail is dropped',
    ],
    ['TRUNCATE users, orders;', 'TRUNCATE orders removes rows'],
    ['DELETE FROM users;', 'DELETE FROM users without WHERE'],
    ['DELETE FROM users WHERE id IN (SELECT 1);', 'DELETE FROM users removes'],
    ['UPDATE users SET a = (SELECT 1 WHERE true);', 'UPDATE of users without WHERE'],
    [
      'WITH gone AS (DELETE FROM users WHERE old RETURNING *) INSERT INTO archive SELECT * FROM gone;',
      'DELETE FROM users',
    ],
    ['INSERT INTO t VALUES (1) ON CONFLICT (id) DO UPDATE SET a = 1;', 'MERGE of t'],
    ['DROP SCHEMA sales CASCADE;', 'schema sales is dropped'],
    ['DROP EXTENSION hstore;', 'extension hstore is dropped'],
  ] as const) {
    const release = pair(up, 'CREATE TABLE users (id int);');
    assert.equal(release.undo, 'impossible', up);
    const said = release.migrations.flatMap(({ findings }) => findings.filter(({ kind }) => kind === 'loses-data'));
    assert.ok(
      said.some(({ says }) => says.includes(words)),
      `${up}: ${said.map(({ says }) => says).join('; ')}`,
    );
  }
});

test('what the older version cannot run on needs its down first, and the down must mirror it', () => {
  const up = "SET lock_timeout = '1s'; ALTER TABLE users RENAME COLUMN mail TO email;";
  assert.equal(pair(up, "SET lock_timeout = '1s'; ALTER TABLE users RENAME COLUMN email TO mail;").undo, 'down');
  assert.equal(pair(up, 'SELECT 1;').undo, 'unproven');
  assert.equal(pair(up, '').undo, 'impossible');
  assert.match(pair(up, 'SELECT 1;').because, /renamed to users\.email and not back/);
});

test('a down that leaves something or takes too much is named', () => {
  const up = 'ALTER TABLE users ADD COLUMN code text NOT NULL; CREATE SEQUENCE s;';
  assert.match(
    pair(up, 'ALTER TABLE users DROP COLUMN code;').because,
    /sequence s is created by the up and not dropped/,
  );
  assert.match(
    pair(up, 'ALTER TABLE users DROP COLUMN code; DROP SEQUENCE s; DROP TABLE logs;').because,
    /table logs is dropped by the down, and the up did not create it/,
  );
  assert.equal(pair(up, 'ALTER TABLE users DROP COLUMN code; DROP SEQUENCE s;').undo, 'down');
  assert.equal(
    pair('CREATE TABLE t (id int); CREATE INDEX i ON t (id); DROP VIEW v;', 'DROP TABLE t; CREATE VIEW v AS SELECT 1;')
      .undo,
    'down',
  );
});

test('a rewrite is told by the version of PostgreSQL and by the type on the other side', () => {
  const rewrites = (up: string, down: string, version = 15) => {
    const text = `-- migrate:up\n${up}\n-- migrate:down\n${down}\n`;
    const release = judged([added('db/migrations/20260301_x.sql', text)], { name: 'postgresql', version });
    return kinds(release).includes('up rewrite');
  };
  const type = (to: string) => `ALTER TABLE t ALTER COLUMN c TYPE ${to};`;
  assert.equal(rewrites(type('varchar(200)'), type('varchar(100)')), false);
  assert.equal(rewrites(type('text'), type('character varying(100)')), false);
  assert.equal(rewrites(type('varchar(50)'), type('varchar(100)')), true);
  assert.equal(rewrites(type('bigint'), type('int')), true);
  assert.equal(rewrites(type('numeric(12,2)'), type('numeric(10,2)')), false);
  assert.equal(rewrites(type('numeric(12,4)'), type('numeric(10,2)')), true);
  assert.equal(rewrites(type('bigint'), ''), true);
  const add = (what: string) => `ALTER TABLE t ADD COLUMN c ${what};`;
  assert.equal(rewrites(add('int DEFAULT 0'), ''), false);
  assert.equal(rewrites(add('int DEFAULT 0'), '', 10), true);
  assert.equal(rewrites(add('uuid DEFAULT gen_random_uuid()'), ''), true);
  assert.equal(rewrites(add('timestamptz DEFAULT now()'), ''), false);
  assert.equal(rewrites(add('bigserial'), ''), true);
  assert.equal(rewrites(add('int GENERATED ALWAYS AS (a + b) STORED'), ''), true);
  assert.equal(rewrites('VACUUM FULL t;', ''), true);
  assert.equal(rewrites(`CREATE TABLE t (id int); ${add('bigserial')}`, ''), false);
});

test('widening needs nothing, narrowing loses values', () => {
  const change = (to: string, from: string) =>
    pair(`ALTER TABLE t ALTER c TYPE ${to};`, `ALTER TABLE t ALTER c TYPE ${from};`).undo;
  assert.equal(change('varchar(200)', 'varchar(100)'), 'nothing');
  assert.equal(change('varchar(50)', 'varchar(100)'), 'impossible');
  assert.equal(change('bigint', 'integer'), 'down');
});

test('what cannot run in a transaction fails where the tool opens one', () => {
  const index = 'CREATE INDEX CONCURRENTLY i ON users (email);';
  assert.ok(kinds(pair(index, '')).includes('up fails'));
  assert.ok(!kinds(pair(index, '', 'transaction:false')).includes('up fails'));
  const golang = (sql: string) =>
    kinds(judged([added('m/1_a.up.sql', sql), added('m/1_a.down.sql', 'DROP INDEX CONCURRENTLY i;')]));
  assert.ok(!golang(index).some((kind) => kind.endsWith('fails')));
  assert.ok(golang(`SELECT 1; ${index}`).includes('up fails'));
});

test('locks without a limit of time are named once a script, and not on a table of its own', () => {
  const count = (up: string) => kinds(pair(up, '')).filter((kind) => kind === 'up no-timeout').length;
  assert.equal(count('ALTER TABLE a ADD b int; ALTER TABLE a ADD c int;'), 1);
  assert.equal(count("SET LOCAL lock_timeout TO '500ms'; ALTER TABLE a ADD b int;"), 0);
  assert.equal(count("SELECT set_config('lock_timeout', '1s', true); ALTER TABLE a ADD b int;"), 0);
  assert.equal(count('SET lock_timeout = 0; ALTER TABLE a ADD b int;'), 1);
  assert.equal(count('CREATE TABLE a (id int); ALTER TABLE a ADD b int;'), 0);
});

test('long work under a lock is named with the gentle way', () => {
  for (const up of [
    'CREATE INDEX i ON users (email);',
    'ALTER TABLE a ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES c (id);',
    'ALTER TABLE a ADD CONSTRAINT u UNIQUE (b);',
    'ALTER TABLE a ALTER b SET NOT NULL;',
  ])
    assert.ok(kinds(pair(up, '')).includes('up locks'), up);
  for (const up of [
    'ALTER TABLE a ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES c (id) NOT VALID;',
    'ALTER TABLE a ADD CONSTRAINT u UNIQUE USING INDEX u_idx;',
    'ALTER TABLE a VALIDATE CONSTRAINT f;',
  ])
    assert.ok(!kinds(pair(up, '')).includes('up locks'), up);
});

test('what no text can tell is unproven, never fine', () => {
  for (const up of [
    "DO $$ BEGIN EXECUTE format('DROP TABLE %I', 'users'); END $$;",
    'SELECT tidy_up();',
    'CALL tidy_up();',
    'ALTER TABLE a DISABLE TRIGGER ALL;',
    '\\i other.sql',
    "SELECT 'never closed;",
  ])
    assert.equal(pair(up, 'SELECT 1;').undo, 'unproven', up);
});

test('a database that keeps each statement at once says so', () => {
  const mysql = readDatabase('mysql');
  assert.ok(mysql);
  const files = [
    added('V1__a.sql', 'ALTER TABLE a ADD COLUMN b int; CREATE TABLE `c` (id int AUTO_INCREMENT, KEY k (id));'),
  ];
  assert.ok(kinds(judged(files, mysql)).includes('up half-state'));
  assert.ok(!kinds(judged(files)).includes('up half-state'));
  const change = judged(
    [added('V2__b.sql', 'ALTER TABLE a CHANGE COLUMN b c varchar(10) NOT NULL, MODIFY d int;')],
    mysql,
  );
  assert.match(change.migrations[0]?.findings.map(({ says }) => says).join('\n') ?? '', /column a\.b becomes a\.c/);
});

test('a finding stands on its own line of its own file', () => {
  const release = judged([
    added('sql/V7__drop.sql', '-- first\n\nSELECT 1;\n  DROP TABLE a;\n'),
    added('sql/U7__drop.sql', 'CREATE TABLE a (id int);\n\nDROP TABLE b;\n'),
  ]);
  const at = release.migrations.flatMap(({ findings }) =>
    findings.map(({ kind, path, line }) => `${kind} ${path}:${line}`),
  );
  assert.ok(at.includes('loses-data sql/V7__drop.sql:4'), at.join('\n'));
  assert.ok(at.includes('note sql/U7__drop.sql:3'), at.join('\n'));
});

test('a release is as hard to take back as its hardest migration', () => {
  const files = [
    added('V1__a.sql', 'CREATE TABLE a (id int);'),
    added('V2__b.sql', 'ALTER TABLE x RENAME TO y;'),
    added('U2__b.sql', 'ALTER TABLE y RENAME TO x;'),
  ];
  assert.equal(judged(files).undo, 'down');
  assert.equal(judged([...files, added('V3__c.sql', 'DROP TABLE z;')]).undo, 'impossible');
  assert.equal(judged([...files, added('db/migrations/odd.sql', 'SELECT 1;')]).undo, 'unproven');
  assert.equal(judged([]).undo, 'nothing');
});

test('a script of seed data, as long as they come, is read to its end', { timeout: 20_000 }, () => {
  const statements = Array.from({ length: 20_000 }, (_, i) => `INSERT INTO t VALUES (${i}, 'some words');`);
  const tuples = Array.from({ length: 20_000 }, (_, i) => `(NULL, ${i})`);
  const release = pair(`${statements.join('\n')}\nINSERT INTO t VALUES ${tuples.join(',\n')};\nDROP TABLE users;`, '');
  assert.equal(release.undo, 'impossible');
  const lost = release.migrations.flatMap(({ findings }) => findings.filter(({ kind }) => kind === 'loses-data'));
  assert.deepEqual(
    lost.map(({ line }) => line),
    [40_002],
  );
});

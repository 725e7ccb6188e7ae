/** The worst mistake: a migration that loses rows or values, judged as one that can be taken back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readDatabase } from '../../src/migrations/database.ts';
import { judgeRelease, type ReleaseJudgement } from '../../src/migrations/judge.ts';
import type { ChangedFile } from '../../src/migrations/migration.ts';
import { recognise } from '../../src/migrations/recognise.ts';

const added = (path: string, after: string): ChangedFile => ({ path, before: null, after });

function judged(files: readonly ChangedFile[], database: string): ReleaseJudgement {
  const known = readDatabase(database);
  assert.ok(known, database);
  return judgeRelease(recognise(files), known);
}

const flyway = (up: string, down: string, database = 'postgresql'): ReleaseJudgement =>
  judged([added('V2__x.sql', up), added('U2__x.sql', down)], database);

const isSafe = ({ undo }: ReleaseJudgement): boolean => undo === 'nothing' || undo === 'down';

/** With a down that looks like a mirror. */
const LOSSES: readonly (readonly [database: string, up: string, down?: string])[] = [
  ['postgresql', 'EXPLAIN ANALYZE DELETE FROM orders;'],
  ['postgresql', 'EXPLAIN (ANALYZE, BUFFERS) UPDATE orders SET total = 0;'],
  [
    'postgresql',
    'CREATE TABLE old AS WITH gone AS (DELETE FROM orders RETURNING *) SELECT * FROM gone;',
    'DROP TABLE old;',
  ],
  ['postgresql', "COPY (DELETE FROM orders RETURNING *) TO '/tmp/orders';"],
  ['postgresql', 'CREATE TABLE IF NOT EXISTS orders (id int); ALTER TABLE orders DROP COLUMN note;'],
  ['postgresql', 'CREATE TABLE IF NOT EXISTS orders (id int); DELETE FROM orders;'],
  [
    'postgresql',
    'ALTER TABLE u ALTER mail TYPE varchar(255) USING lower(mail);',
    'ALTER TABLE u ALTER mail TYPE varchar(255);',
  ],
  [
    'postgresql',
    'ALTER TABLE u ALTER cents TYPE bigint USING (cents / 100)::bigint;',
    'ALTER TABLE u ALTER cents TYPE int;',
  ],
  ['postgresql', 'ALTER TABLE u ADD full_name text; UPDATE u SET full_name = first, first = NULL;'],
  ['postgresql', 'ALTER TABLE u ADD IF NOT EXISTS full_name text; UPDATE u SET full_name = first;'],
  ['postgresql', 'ALTER TABLE u ADD full_name text; UPDATE v SET full_name = first;'],
  ['postgresql', 'ALTER TABLE u ADD a text; UPDATE u SET (a, first) = (first, a);'],
  ['postgresql', 'ALTER TABLE u ADD a text; ALTER TABLE u DROP a; ALTER TABLE u RENAME b TO a; UPDATE u SET a = 1;'],
  ['postgresql', 'CREATE TABLE a.t (id int); SET search_path = b; DROP TABLE t;', 'SELECT 1;'],
  ['postgresql', 'CREATE TABLE t (id int); SET search_path = b; DROP TABLE t;', 'SELECT 1;'],
  ['mysql', 'CREATE TABLE t (id int); USE other; DELETE FROM t;', 'SELECT 1;'],
  ['mysql', 'CREATE TEMPORARY TABLE t (id int); DROP TABLE t; DROP TABLE t;', 'SELECT 1;'],
  ['postgresql', 'CREATE TABLE t (id int); DROP TABLE t CASCADE;', 'SELECT 1;'],
  ['postgresql', 'SELECT "purge"();'],
  ['postgresql', "SELECT set_config('lock_timeout', '1s', false), purge();"],
  ['postgresql', 'WITH x AS (SELECT purge()) SELECT 1;'],
  ['postgresql', 'SELECT app.count(1);'],
  ['postgresql', "SELECT 'DROP TABLE orders' \\gexec"],
  ['postgresql', 'COPY t (a) FROM stdin;\n1\nDROP TABLE orders;\n'],
  ['postgresql', 'DROP SEQUENCE order_numbers;', 'CREATE SEQUENCE order_numbers;'],
  ['postgresql', 'ALTER SEQUENCE order_numbers RESTART;'],
  ['postgresql', 'ALTER TABLE orders ADD COLUMN a int\n/\nDROP TABLE users;'],
  ['postgresql', 'ALTER TABLE t ALTER at TYPE timestamp;', 'ALTER TABLE t ALTER at TYPE timestamptz;'],
  ['postgresql', 'ALTER TABLE t ADD a int, DROP date;', 'ALTER TABLE t DROP a, ADD date date;'],
  ['mysql', 'ALTER TABLE t ADD a int, DROP COLUMN date;', 'ALTER TABLE t DROP a, ADD date date;'],
  ['sqlserver', 'CREATE PROCEDURE p AS BEGIN SELECT 1; END;\nDROP TABLE orders;', 'DROP PROCEDURE p;'],
  ['sqlserver', 'CREATE PROCEDURE p AS BEGIN TRAN; DROP TABLE orders;', 'DROP PROCEDURE p;'],
  ['mysql', 'DELETE o FROM orders o JOIN users u ON u.id = o.user_id;'],
  ['mysql', 'DELETE IGNORE FROM orders;'],
  ['mysql', 'INSERT INTO t VALUES (1, 2) ON DUPLICATE KEY UPDATE a = 1;'],
  ['mysql', 'INSERT t VALUES (1, 2) ON DUPLICATE KEY UPDATE a = 1;'],
  ['mysql', 'INSERT IGNORE INTO t VALUES (1, 2) ON DUPLICATE KEY UPDATE a = 1;'],
  [
    'mysql',
    'CREATE TABLE fresh (id int); UPDATE fresh JOIN orders ON 1 = 1 SET orders.total = 0;',
    'DROP TABLE fresh;',
  ],
  [
    'mysql',
    'CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN IF 1 THEN SET @a = CASE 1 WHEN 1 THEN 2 END; END IF; END;\nDROP TABLE orders;',
    'DROP TRIGGER t;',
  ],
  ['mysql', 'DELIMITER $$\nALTER TABLE a ADD b int; DROP TABLE orders$$\nDELIMITER ;', 'ALTER TABLE a DROP b;'],
  ['mysql', "ALTER TABLE t MODIFY c ENUM('a','b');", "ALTER TABLE t MODIFY c ENUM('a','z');"],
  ['mysql', 'ALTER TABLE t MODIFY c TEXT;', 'ALTER TABLE t MODIFY c LONGTEXT;'],
  ['mysql', 'ALTER TABLE t MODIFY c DECIMAL;', 'ALTER TABLE t MODIFY c DECIMAL(10,4);'],
  ['mysql', 'ALTER TABLE t MODIFY c DECIMAL(4);', 'ALTER TABLE t MODIFY c INT;'],
  ['mariadb', '/*M!100100 DROP TABLE orders */;'],
  ['mariadb', 'CREATE OR REPLACE TABLE orders (id int);', 'DROP TABLE orders;'],
  ['mariadb', 'CREATE OR REPLACE DATABASE shop;', 'DROP DATABASE shop;'],
  ['snowflake', 'INSERT OVERWRITE INTO orders SELECT 1;'],
  ['snowflake', "INSERT INTO n VALUES ('it\\'s'); DROP TABLE orders; INSERT INTO n VALUES ('it\\'s');"],
  [
    'spanner',
    'ALTER TABLE orders ADD ROW DELETION POLICY (OLDER_THAN(at, INTERVAL 1 DAY));',
    'ALTER TABLE orders DROP ROW DELETION POLICY;',
  ],
  ['cockroachdb', "ALTER TABLE orders SET (ttl_expire_after = '1 day');", 'ALTER TABLE orders RESET (ttl);'],
  ['sqlite', 'INSERT OR REPLACE INTO settings VALUES (1, 2);'],
  ['sqlite', 'REPLACE INTO settings VALUES (1, 2);'],
  ['sqlserver', 'ALTER TABLE a ADD b int NULL\nGO\nDROP TABLE orders\nGO', 'ALTER TABLE a DROP COLUMN b'],
  ['sqlserver', 'ALTER TABLE a ADD b int NULL\nDROP TABLE orders', 'ALTER TABLE a DROP COLUMN b'],
  ['sqlserver', 'ALTER TABLE a ADD b int PRIMARY KEY\nDROP TABLE orders', 'ALTER TABLE a DROP COLUMN b'],
  ['sqlserver', 'ALTER TABLE a ADD b bit DEFAULT 1 WITH VALUES DELETE orders', 'ALTER TABLE a DROP COLUMN b'],
  ['sqlserver', 'CREATE TABLE a (b int) ON x DELETE orders', 'DROP TABLE a'],
  ['sqlserver', 'CREATE INDEX i ON a (b) WITH (ONLINE = ON) TRUNCATE TABLE orders', 'DROP INDEX i'],
  ['sqlserver', 'SET NOCOUNT ON\nDELETE orders WHERE id > 1'],
  ['sqlserver', 'SET NOCOUNT ON DELETE FROM orders'],
  ['sqlserver', 'USE shop\nDROP TABLE orders'],
  ['sqlserver', 'USE shop\nEXEC dbo.purge'],
  ['sqlserver', 'BEGIN TRANSACTION\nTRUNCATE TABLE orders\nCOMMIT'],
  ['sqlserver', 'DELETE orders WHERE id > 1;'],
  ['sqlserver', 'DELETE TOP (10) FROM orders;'],
  ['sqlserver', 'ALTER TABLE [a] ADD [b] int NULL\nGO\nDELETE [dbo].[orders]\nGO', 'ALTER TABLE [a] DROP COLUMN [b]'],
  ['oracle', "BEGIN EXECUTE IMMEDIATE 'DROP TABLE orders'; END;\n/"],
  ['oracle', 'BEGIN DELETE FROM orders; END;\n/'],
  ['oracle', 'ALTER TABLE a ADD (b number)\n/\nDROP TABLE orders\n/', 'ALTER TABLE a DROP COLUMN b\n/'],
  ['oracle', "INSERT INTO n VALUES (q'[it's]'); DROP TABLE orders; INSERT INTO n VALUES (q'[it's]');"],
  ['oracle', 'ALTER TABLE orders SET UNUSED (note);'],
  ['oracle', 'ALTER TABLE t MODIFY (c varchar2(10));', 'ALTER TABLE t MODIFY (c varchar2(20));'],
  ['db2', 'ALTER TABLE a ADD COLUMN b int @ DROP TABLE orders @', 'ALTER TABLE a DROP COLUMN b @'],
];

test('no way to lose rows or values is judged as one that can be taken back', () => {
  const wrong = LOSSES.flatMap(([database, up, down = 'SELECT 1;']) => {
    const release = flyway(up, down, database);
    return isSafe(release) ? [`${database}: ${up} -> ${release.undo}`] : [];
  });
  assert.deepEqual(wrong, []);
});

const ALEMBIC = (up: string, down: string): ChangedFile =>
  added(
    'versions/b2_x.py',
    `revision = "b2"\ndown_revision = "a1"\n\ndef upgrade():\n${up}\n\ndef downgrade():\n${down}\n`,
  );

test('Alembic: SQL in triple quotes is read to its end, at whatever column it stands, comments and all', () => {
  const safe = (up: string, down = '    op.drop_column("users", "age")') =>
    isSafe(judged([ALEMBIC(up, down)], 'postgresql'));
  assert.equal(safe('    op.execute("""\nDELETE FROM orders\n""")'), false);
  assert.equal(safe('    op.execute("""\n-- tidy up\nDELETE FROM orders;\n""")'), false);
  assert.equal(safe('    op.execute("""\nSELECT 1\n""")\n    op.drop_table("orders")'), false);
  assert.equal(
    safe('    op.execute("ALTER TABLE users ADD age int -- new")\n    op.execute("DROP TABLE orders -- old")'),
    false,
  );
  const oneLine = added(
    'versions/b2_x.py',
    'revision = "b2"\ndef upgrade() -> None: op.drop_table("orders")\ndef downgrade(\n) -> None:\n    op.create_table("orders")\n',
  );
  assert.equal(isSafe(judged([oneLine], 'postgresql')), false);
  const type = (more: string) => `    op.alter_column("users", "mail", type_=sa.String(255)${more})`;
  assert.equal(safe(type(', postgresql_using="lower(mail)"'), type('')), false);
  const mood = (values: string) => `    op.alter_column("users", "mood", type_=sa.Enum(${values}, name="mood"))`;
  assert.equal(safe(mood('"a"'), mood('"a", "b"')), false);
  assert.equal(
    safe('    op.create_table("users", if_not_exists=True)\n    op.drop_column("users", "age")', '    pass'),
    false,
  );
  assert.equal(safe('    op.add_column("users", sa.Column("age", sa.Integer()))'), true);
});

const liquibase = (changes: string): string =>
  `<databaseChangeLog><changeSet id="1" author="ada">${changes}</changeSet></databaseChangeLog>`;

test('Liquibase: a comment at the end of one change hides no other, and every edit of an applied change set is seen', () => {
  const hidden = '<sql>ALTER TABLE a ADD b int -- new</sql><dropTable tableName="orders"/>';
  const rollback = '<rollback>ALTER TABLE a DROP b</rollback>';
  assert.equal(isSafe(judged([added('log.xml', liquibase(hidden + rollback))], 'postgresql')), false);
  const table = (column: string) =>
    liquibase(`<createTable tableName="a"><column name="${column}" type="int"/></createTable>`);
  const edited = judged([{ path: 'log.xml', before: table('b'), after: table('c') }], 'postgresql');
  assert.match(edited.because, /ada:1 was edited/);
  const again = judged(
    [{ path: 'log.xml', before: table('b'), after: table('b').replaceAll('><', '>\n  <') }],
    'postgresql',
  );
  assert.equal(again.undo, 'nothing');
});

test('a type that is taken forth and back in one release is judged by each migration’s own way down', () => {
  const release = judged(
    [
      added('V2__a.sql', 'ALTER TABLE t ALTER c TYPE numeric(10,2);'),
      added('U2__a.sql', 'ALTER TABLE t ALTER c TYPE numeric(10,4);'),
      added('V3__b.sql', 'ALTER TABLE t ALTER c TYPE numeric(10,4);'),
      added('U3__b.sql', 'ALTER TABLE t ALTER c TYPE numeric(10,2);'),
    ],
    'postgresql',
  );
  assert.equal(release.undo, 'impossible');
});

test('a down that takes rows which the up did not bring is no mirror', () => {
  const up = 'ALTER TABLE users RENAME COLUMN mail TO email; INSERT INTO roles VALUES (1);';
  const back = 'ALTER TABLE users RENAME COLUMN email TO mail;';
  assert.equal(flyway(up, back).undo, 'down');
  assert.equal(flyway(up, `DELETE FROM roles WHERE id = 1; ${back}`).undo, 'down');
  for (const more of [
    'DELETE FROM roles',
    'TRUNCATE users',
    'DELETE FROM users WHERE id > 1',
    'UPDATE users SET a = 1',
  ])
    assert.match(flyway(up, `${more}; ${back}`).because, /in the down takes what the up did not bring/, more);
});

test('hooks, Rails and Java migrations are named as unknown', () => {
  for (const path of [
    'db/migrate/20260301120000_purge.rb',
    'src/main/java/com/acme/V2__Purge.java',
    'sql/afterMigrate.sql',
  ])
    assert.equal(judged([added(path, 'x')], 'postgresql').undo, 'unproven', path);
});

test('Atlas: its down beside it is its way down', () => {
  const files = [
    added('m/20260301120000_x.sql', 'ALTER TABLE a RENAME TO b;'),
    added('m/20260301120000_x.down.sql', 'ALTER TABLE b RENAME TO a;'),
    { path: 'm/atlas.sum', before: 'h1:a=\n', after: 'h1:b=\n20260301120000_x.sql h1:c=\n' },
  ];
  assert.equal(judged(files, 'postgresql').undo, 'down');
});

/** What teams really write when they only add. */
const ADDITIONS: readonly (readonly [database: string, up: string])[] = [
  [
    'postgresql',
    'CREATE TABLE IF NOT EXISTS a (id bigint PRIMARY KEY); CREATE UNIQUE INDEX IF NOT EXISTS i ON a (id);',
  ],
  ['postgresql', 'CREATE TABLE a (id int REFERENCES b ON DELETE CASCADE ON UPDATE CASCADE);'],
  ['postgresql', 'ALTER TABLE a ADD COLUMN b int REFERENCES c (id) ON DELETE\nCASCADE;'],
  ['postgresql', 'CREATE TEMP TABLE x (id int) ON COMMIT DROP;'],
  ['postgresql', 'GRANT SELECT, INSERT, UPDATE, DELETE ON a TO app;'],
  ['postgresql', 'BEGIN ISOLATION LEVEL SERIALIZABLE; CREATE TABLE a (id int); COMMIT;'],
  ['postgresql', 'EXPLAIN DELETE FROM orders;'],
  ['postgresql', "SELECT pg_catalog.set_config('search_path', '', false);"],
  ['postgresql', 'WITH x AS MATERIALIZED (SELECT count(*) FROM a) SELECT * FROM x;'],
  ['postgresql', "INSERT INTO a VALUES (1) ON CONFLICT DO NOTHING; INSERT INTO b SELECT replace(x, 'a', 'b') FROM c;"],
  ['postgresql', 'ALTER TABLE users ALTER role DROP NOT NULL;'],
  ['postgresql', 'ALTER TABLE users ALTER mail TYPE varchar(99) USING mail::varchar(99);'],
  ['postgresql', 'ALTER SEQUENCE s OWNED BY a.id;'],
  ['postgresql', 'ALTER TABLE a SET (fillfactor = 70);'],
  ['postgresql', 'CREATE TEMP TABLE tmp AS SELECT 1; INSERT INTO a SELECT * FROM tmp; DROP TABLE tmp;'],
  ['postgresql', 'ALTER TABLE a ADD tmp int; ALTER TABLE a DROP tmp;'],
  ['postgresql', "ALTER TABLE u ADD full_name text; UPDATE u SET full_name = concat(first, ' ', last) WHERE id > 0;"],
  ['postgresql', 'ALTER TABLE a ADD COLUMN b int[] DEFAULT ARRAY[1, 2], ADD COLUMN c int;'],
  ['postgresql', 'COPY t (a) FROM stdin;\n1\n\\.\nCREATE TABLE b (id int);'],
  ['mysql', 'ALTER TABLE `a` ADD COLUMN `b` int NULL, ALGORITHM=INPLACE, LOCK=NONE;'],
  ['mysql', 'INSERT IGNORE INTO a VALUES (1);'],
  ['postgresql', 'CREATE VIEW v AS SELECT 1 FOR NO KEY UPDATE;'],
  ['mysql', 'CREATE TABLE a (id int, at timestamp DEFAULT now() ON UPDATE now());'],
  [
    'sqlserver',
    'SET NOCOUNT ON\nGO\nCREATE TABLE [dbo].[a] ([id] int)\nGO\nALTER TABLE [dbo].[b] ADD [c] int NULL\nGO\n',
  ],
  ['oracle', 'CREATE TABLE a (id number)\n/\nALTER TABLE b ADD (c number)\n/\n'],
  ['sqlite', 'CREATE TABLE `a` (id int); ALTER TABLE "b" ADD COLUMN c text;'],
];

test('what only adds still needs nothing undone, in the words of each database', () => {
  const wrong = ADDITIONS.flatMap(([database, up]) => {
    const down = up.includes('varchar(99)') ? 'ALTER TABLE users ALTER mail TYPE varchar(50);' : 'SELECT 1;';
    const { undo, because } = flyway(up, down, database);
    return undo === 'nothing' ? [] : [`${database}: ${up} -> ${undo}: ${because}`];
  });
  assert.deepEqual(wrong, []);
});

test('a loss between harmless statements, comments and strings is never judged as safe', () => {
  const noise = fc.constantFrom(
    "SELECT 'it''s; DROP TABLE x';",
    '/* a; /* b */ c */',
    "-- it's late;",
    'CREATE TABLE "odd ; name" (id int);',
    'DO $f$ BEGIN NULL; END $f$;',
    "COMMENT ON TABLE a IS '--';",
    'GRANT SELECT, DELETE ON a TO app;',
  );
  const loss = fc.constantFrom(...LOSSES.filter(([database]) => database === 'postgresql').map(([, up]) => up));
  fc.assert(
    fc.property(fc.array(noise, { maxLength: 4 }), loss, fc.array(noise, { maxLength: 4 }), (before, up, after) => {
      const release = flyway([...before, up, ...after].join('\n'), 'SELECT 1;');
      assert.equal(isSafe(release), false, release.because);
    }),
    { numRuns: 300 },
  );
});

test('what modifySql makes of a change is not read, unless it only names the storage of MySQL', () => {
  const set = (inside: string): ReleaseJudgement =>
    judged(
      [
        added(
          'changelog.xml',
          `<databaseChangeLog><changeSet id="1" author="a"><addColumn tableName="n"><column name="c" type="int"/></addColumn><modifySql>${inside}</modifySql></changeSet></databaseChangeLog>`,
        ),
      ],
      'mysql',
    );
  assert.equal(set('<append value="; DROP TABLE orders"/>').undo, 'unproven');
  assert.equal(set('<replace replace="ADD" with="DROP"/>').undo, 'unproven');
  assert.equal(set('<append value=" ENGINE=InnoDB; DROP TABLE orders"/>').undo, 'unproven');
  assert.equal(set('<append value=" ENGINE=InnoDB DEFAULT CHARSET=utf8mb4"/>').undo, 'nothing');
});

test('a changelog that now includes what the release does not bring is not read to its end', () => {
  const log = (...inside: readonly string[]): string => `<databaseChangeLog>${inside.join('')}</databaseChangeLog>`;
  const [one, two, all] = ['<include file="db/a.xml"/>', '<include file="./b.xml"/>', '<includeAll path="db/old/"/>'];
  const master = (before: string | null, after: string): ChangedFile => ({ path: 'db/master.xml', before, after });
  const set = log('<changeSet id="1" author="a"><createTable tableName="n"/></changeSet>');
  const undo = (...files: readonly ChangedFile[]): string => judged(files, 'postgresql').undo;
  assert.equal(undo(master(log(one), log(one, two))), 'unproven');
  assert.equal(undo(master(log(one), log(one, two)), { path: 'db/b.xml', before: set, after: set }), 'unproven');
  assert.equal(undo(master(log(one), log(one, two)), added('db/b.xml', set)), 'nothing');
  assert.equal(undo(master(log(one), log(one, all))), 'unproven');
  assert.equal(undo(master(null, log(all)), added('db/old/1.xml', set)), 'nothing');
  assert.equal(undo(master(log(one, two), log(two))), 'nothing');
  assert.equal(
    undo({ path: 'db/m.yaml', before: null, after: 'databaseChangeLog:\n- include: {file: c.yaml}\n' }),
    'unproven',
  );
});

test('SQL inside a ConfigMap is not read, and never a yes; another key of it is no migration', () => {
  const map = (sql: string, mode: string): string =>
    `apiVersion: v1\nkind: ConfigMap\ndata:\n  mode: ${mode}\n  V2__x.sql: |\n    SELECT 1;\n\n    ${sql};\n  url: db\n`;
  const path = 'apps/rec/production/configmap.yaml';
  const release = (before: string | null, after: string | null): ReleaseJudgement =>
    judgeRelease(recognise([{ path, before, after }]), { name: 'postgresql', version: 14 });
  assert.equal(release(null, map('DROP TABLE orders', 'a')).undo, 'unproven');
  assert.equal(release(map('SELECT 2', 'a'), map('DROP TABLE orders', 'a')).undo, 'unproven');
  assert.equal(release(map('SELECT 2', 'a'), null).undo, 'unproven');
  assert.equal(release(map('SELECT 2', 'a'), map('SELECT 2', 'b')).undo, 'nothing');
  assert.equal(release(null, 'kind: ConfigMap\ndata: {V2__x.sql: DROP TABLE orders}\n').undo, 'unproven');
  assert.equal(release(null, '{"kind":"ConfigMap","data":{"V2__x.sql":"DROP TABLE orders"}}').undo, 'unproven');
  assert.equal(release(null, 'kind: Job\nspec:\n  args: [-f, V2__x.sql]\n').undo, 'nothing');
});

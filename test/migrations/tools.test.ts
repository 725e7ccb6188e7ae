import assert from 'node:assert/strict';
import { test } from 'node:test';
import { POSTGRESQL } from '../../src/migrations/database.ts';
import { judgeRelease } from '../../src/migrations/judge.ts';
import type { ChangedFile } from '../../src/migrations/migration.ts';
import { recognise } from '../../src/migrations/recognise.ts';
import { compareVersions, flywayChecksum, flywayVersion } from '../../src/migrations/tools/flyway.ts';
import { readXml } from '../../src/migrations/tools/element.ts';

const added = (path: string, after: string): ChangedFile => ({ path, before: null, after });
const kept = (path: string, text: string): ChangedFile => ({ path, before: text, after: text });

function read(...files: readonly ChangedFile[]) {
  const found = recognise(files);
  const release = judgeRelease(found, POSTGRESQL);
  return {
    ...found,
    undo: release.undo,
    because: release.because,
    says: release.migrations.flatMap(({ findings }) => findings.map(({ says }) => says)).join('\n'),
  };
}

test('Flyway: versions, undo, repeatables and their older text', () => {
  const { migrations, undo } = read(
    added('db/V2_1__rename.sql', 'ALTER TABLE a RENAME TO b;'),
    added('db/U2.1__rename.sql', 'ALTER TABLE b RENAME TO a;'),
    {
      path: 'db/R__view.sql',
      before: 'CREATE OR REPLACE VIEW v AS SELECT 1;',
      after: 'CREATE OR REPLACE VIEW v AS SELECT 2;',
    },
    kept('db/V1__first.sql', 'CREATE TABLE a (id int);'),
  );
  assert.deepEqual(
    migrations.map(({ id, change, repeatable }) => [id, change, repeatable]),
    [
      ['R view', 'changed', true],
      ['2.1', 'added', false],
    ],
  );
  assert.equal(
    migrations[0]?.down.kind === 'script' && migrations[0].down.sql.text,
    'CREATE OR REPLACE VIEW v AS SELECT 1;',
  );
  assert.equal(undo, 'down');
});

test('Flyway: versions compare as numbers, and trailing zeros count for nothing', () => {
  assert.equal(flywayVersion('001_02.0'), '1.2');
  assert.ok(compareVersions('1.10', '1.9') > 0);
  assert.ok(compareVersions('20260301120000', '9') > 0);
  assert.equal(compareVersions('2', '2.0'), 0);
});

test('Flyway: line ends, a byte order mark and a last empty line do not change the checksum, a letter does', () => {
  const sum = flywayChecksum('CREATE TABLE a (\n  id int\n);\n');
  assert.equal(flywayChecksum('\uFEFFCREATE TABLE a (\r\n  id int\r\n);'), sum);
  assert.notEqual(flywayChecksum('CREATE TABLE b (\n  id int\n);\n'), sum);
  // CRC-32 of "123456789" is 0xCBF43926, the check value of every description of the algorithm.
  assert.equal(flywayChecksum('12345\n6789'), 0xcbf43926 | 0);
});

test('Flyway: an edited, a doubled and a late version are named', () => {
  assert.match(
    read({ path: 'V3__x.sql', before: 'SELECT 1;', after: 'SELECT 2;' }).because,
    /3 was edited after it had been released: Flyway stops/,
  );
  assert.match(
    read({ path: 'V3__x.sql', before: 'SELECT 1;', after: null }).because,
    /was removed after it had been released/,
  );
  assert.match(
    read(added('V3__x.sql', 'SELECT 1;'), added('V3.0__y.sql', 'SELECT 1;')).because,
    /version 3 stands in V3__x.sql too/,
  );
  assert.match(read(kept('V5__x.sql', 'SELECT 1;'), added('V4__y.sql', 'SELECT 1;')).because, /comes after 5/);
});

test('Flyway: the folder of one service says nothing about that of another', () => {
  const rename = added('a/db/V2__x.sql', 'ALTER TABLE a RENAME TO b;');
  const other = [
    kept('b/db/V2__y.sql', 'SELECT 1;'),
    kept('b/db/U2__y.sql', 'ALTER TABLE b RENAME TO a;'),
    kept('b/db/V100__z.sql', 'SELECT 1;'),
  ];
  const alone = read(rename, ...other);
  assert.deepEqual(alone.faults, []);
  assert.match(alone.because, /there is no U2__x\.sql/);
  const undo = 'ALTER TABLE b RENAME TO a;';
  assert.equal(read(rename, ...other, added('a/undo/U2__x.sql', undo)).undo, 'down');
  assert.equal(read(rename, ...other, added('a/db/U2__x.sql', undo)).undo, 'down');
});

test('Flyway: a script config takes the transaction away', () => {
  const index = added('V4__i.sql', 'CREATE INDEX CONCURRENTLY i ON a (b);');
  assert.match(read(index).says, /cannot run inside a transaction/);
  assert.doesNotMatch(read(index, added('V4__i.sql.conf', 'executeInTransaction=false\n')).says, /cannot run inside/);
});

test('golang-migrate: pairs, a down without a statement, a version twice', () => {
  const up = added('m/000002_x.up.sql', 'ALTER TABLE a RENAME TO b;');
  assert.equal(read(up, added('m/000002_x.down.sql', 'ALTER TABLE b RENAME TO a;')).undo, 'down');
  assert.equal(read(up, added('m/000002_x.down.sql', '-- later\n')).undo, 'impossible');
  assert.match(read(up).because, /there is no 000002_x\.down\.sql/);
  assert.match(read(up, kept('m/2_y.up.sql', 'SELECT 1;')).faults[0]?.says ?? '', /version 2 stands in/);
});

test('golang-migrate and Alembic: the older image stops at a version it does not know, so even an addition needs its down', () => {
  const files = [added('m/1_x.up.sql', 'CREATE TABLE a (id int);'), added('m/1_x.down.sql', 'DROP TABLE a;')];
  assert.equal(read(...files).undo, 'down');
  assert.match(read(...files).because, /no migration found for version 1/);
});

test('dbmate: both ways in one file, with lines and the transaction option', () => {
  const text =
    '-- migrate:up transaction:false\nCREATE INDEX CONCURRENTLY i ON a (b);\n\n-- migrate:down\nDROP INDEX i;\n';
  const [migration] = read(added('db/migrations/20260301_x.sql', text)).migrations;
  assert.equal(migration?.transaction, 'none');
  assert.equal(migration.down.kind === 'script' && migration.down.sql.line, 4);
});

test('Prisma: the baseline is one of its migrations', () => {
  const { migrations, unknown } = recognise([
    added('prisma/migrations/0_init/migration.sql', 'CREATE TABLE a (id int);'),
  ]);
  assert.deepEqual([migrations.map(({ tool, id }) => `${tool} ${id}`), unknown], [['prisma 0_init'], []]);
});

test('Prisma: no down but a down.sql beside it', () => {
  const up = added('prisma/migrations/20260301120000_x/migration.sql', 'ALTER TABLE "User" RENAME COLUMN "a" TO "b";');
  assert.match(read(up).because, /User\.a becomes User\.b.*no down\.sql beside it/);
  const down = added('prisma/migrations/20260301120000_x/down.sql', 'ALTER TABLE "User" RENAME COLUMN "b" TO "a";');
  assert.equal(read(up, down).undo, 'down');
});

test('Atlas: known by atlas.sum, which must list every file', () => {
  const sql = added('m/20260301120000_x.sql', '-- atlas:txmode none\nCREATE INDEX CONCURRENTLY i ON a (b);');
  const sum = { path: 'm/atlas.sum', before: 'h1:a=\n', after: 'h1:b=\n20260301120000_x.sql h1:c=\n' };
  const { migrations, faults } = read(sql, sum);
  assert.deepEqual(
    migrations.map(({ tool, transaction }) => [tool, transaction]),
    [['atlas', 'none']],
  );
  assert.deepEqual(faults, []);
  assert.match(read(sql, { ...sum, after: 'h1:b=\n' }).because, /does not stand in atlas\.sum/);
});

const REVISION = (up: string, down: string, follows = '"a1"') => `"""Add things
revision = "not this"
"""
from alembic import op
import sqlalchemy as sa

revision: str = "b2"
down_revision: str | None = ${follows}

def upgrade() -> None:
${up}

def downgrade() -> None:
${down}
`;

test('Alembic: operations are read as SQL, with their lines', () => {
  const text = REVISION(
    `    op.add_column(
        "users",
        sa.Column("age", sa.Integer(), nullable=False),
    )
    op.create_index(op.f("ix_users_age"), "users", ["age"], unique=False)  # op.drop_table("x")
    op.execute("UPDATE users SET name = 'x' WHERE age IS NULL")`,
    '    op.drop_index(op.f("ix_users_age"), table_name="users")\n    op.drop_column("users", "age")',
  );
  const { migrations, undo, says } = read(added('versions/b2_x.py', text));
  assert.equal(migrations[0]?.follows, 'a1');
  assert.equal(undo, 'impossible');
  assert.match(says, /column users\.age is NOT NULL without a default/);
  assert.match(says, /UPDATE of users overwrites/);
  assert.doesNotMatch(says, /drop_table|table x/);
});

test('Alembic: a downgrade that passes, is missing or raises is none', () => {
  const up = '    op.drop_constraint("u", "users")\n    op.alter_column("users", "a", new_column_name="b")';
  const undo = (down: string) => read(added('versions/b2_x.py', REVISION(up, down)));
  assert.match(undo('    pass').because, /downgrade\(\) is empty/);
  assert.match(undo('    # op.drop_table("x")\n    """op.x()"""').because, /downgrade\(\) is empty/);
  assert.match(undo('    raise NotImplementedError("cannot go back")').because, /downgrade\(\) raises: cannot go back/);
  assert.equal(
    undo('    op.alter_column("users", "b", new_column_name="a")\n    op.create_unique_constraint("u", "users", ["a"])')
      .undo,
    'down',
  );
});

test('Alembic: code of one’s own, a computed statement and a batch are told apart', () => {
  const undo = (up: string) => read(added('versions/b2_x.py', REVISION(up, '    op.execute("SELECT 1")')));
  assert.equal(undo('    backfill(op.get_bind())').undo, 'unproven');
  assert.equal(undo('    op.execute(STATEMENT)').undo, 'unproven');
  const batch = undo('    with op.batch_alter_table("users") as batch_op:\n        batch_op.drop_column("age")\n');
  assert.match(batch.because, /column users\.age is dropped/);
});

test('Alembic: two heads are named', () => {
  const other = REVISION('    pass', '    pass').replace('"b2"', '"c3"');
  assert.match(
    read(added('versions/b2.py', REVISION('    pass', '    pass')), kept('versions/c3.py', other)).faults[0]?.says ??
      '',
    /two heads/,
  );
});

const XML = (changes: string) => `<?xml version="1.0"?>
<!-- <changeSet id="no" author="no"/> -->
<databaseChangeLog xmlns="http://www.liquibase.org/xml/ns/dbchangelog">
  <changeSet id="1" author="ada">
${changes}
  </changeSet>
</databaseChangeLog>`;

test('Liquibase: its own inverses, a written rollback, an empty one and none', () => {
  const undo = (changes: string) => read(added('db/changelog.xml', XML(changes)));
  const rename = '<renameColumn tableName="users" oldColumnName="mail" newColumnName="email"/>';
  assert.equal(undo(rename).undo, 'down');
  assert.equal(undo('<addColumn tableName="u"><column name="a" type="int"/></addColumn>').undo, 'nothing');
  assert.match(
    undo('<addColumn tableName="u"><column name="a" type="int"><constraints nullable="false"/></column></addColumn>')
      .says,
    /u\.a is NOT NULL/,
  );
  const sql = '<sql>ALTER TABLE users RENAME TO people</sql>';
  assert.match(undo(sql).because, /Liquibase cannot undo sql by itself/);
  assert.equal(undo(`${sql}<rollback><![CDATA[ALTER TABLE people RENAME TO users;]]></rollback>`).undo, 'down');
  assert.match(undo(`${sql}<rollback/>`).because, /its rollback is empty/);
  assert.equal(undo('<dropColumn tableName="u" columnName="a"/>').undo, 'impossible');
});

test('Liquibase: YAML and formatted SQL say the same', () => {
  const yaml = `databaseChangeLog:
  - changeSet:
      id: 1
      author: ada
      changes:
        - renameColumn: { tableName: users, oldColumnName: mail, newColumnName: email }
        - addColumn:
            tableName: users
            columns:
              - column: { name: a, type: int, constraints: { nullable: false } }
`;
  const read1 = read(added('db/log.yaml', yaml));
  assert.equal(read1.undo, 'down');
  assert.match(read1.says, /users\.mail becomes users\.email[\s\S]*users\.a is NOT NULL/);
  const sql =
    '--liquibase formatted sql\n\n--changeset ada:1 runInTransaction:false\nALTER TABLE a RENAME TO b;\n--rollback ALTER TABLE b RENAME TO a;\n\n--changeset ada:2\nDROP TABLE c;\n--rollback empty\n';
  const formatted = read(added('db/log.sql', sql));
  assert.deepEqual(
    formatted.migrations.map(({ id, line, transaction, down }) => [id, line, transaction, down.kind]),
    [
      ['ada:1', 3, 'none', 'script'],
      ['ada:2', 7, 'wrapped', 'none'],
    ],
  );
});

test('Liquibase: of a changelog that grew only the new change sets count, and an edited one is named', () => {
  const before = '--liquibase formatted sql\n--changeset ada:1\nCREATE TABLE a (id int);\n';
  const grown = { path: 'log.sql', before, after: `${before}--changeset ada:2\nCREATE TABLE b (id int);\n` };
  assert.deepEqual(
    read(grown).migrations.map(({ id, change }) => [id, change]),
    [['ada:2', 'added']],
  );
  assert.match(read({ ...grown, after: before.replace('int', 'bigint') }).because, /ada:1 was edited/);
});

test('a changelog that is not well-formed is a fault, and no entity is fetched', () => {
  assert.match(
    read(added('log.xml', '<databaseChangeLog><changeSet></databaseChangeLog>')).because,
    /cannot be read as a changelog/,
  );
  const bomb = readXml('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;&lt;&#65;</x>');
  assert.equal(bomb?.text, '&a;<A');
  assert.equal(readXml('<x a="1 &amp; 2">&a;&lt;&#65;</x>')?.text, '&a;<A');
});

test('what looks like a migration and is none that is known stays unknown', () => {
  assert.deepEqual(read(added('db/migrations/fix.sql', 'SELECT 1;'), added('db/migrations/README.md', 'x')).unknown, [
    'db/migrations/fix.sql',
  ]);
  assert.deepEqual(read(added('src/app.py', 'print(1)')).migrations, []);
});

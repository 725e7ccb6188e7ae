import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Dialect } from '../../src/migrations/dialect.ts';
import { statementsOf } from '../../src/migrations/statements.ts';
import { tokensOf } from '../../src/migrations/tokens.ts';

const DIALECTS = [
  'postgresql',
  'mysql',
  'sqlite',
  'sqlserver',
  'oracle',
  'snowflake',
] as const satisfies readonly Dialect[];

const words = (sql: string, dialect: Dialect = 'postgresql') => tokensOf(sql, dialect).tokens.map(({ text }) => text);
const texts = (sql: string, dialect: Dialect = 'postgresql') =>
  statementsOf(sql, dialect).statements.map(({ text }) => text);

test('strings, dollar quotes, quoted names and nested comments are one piece each', () => {
  assert.deepEqual(words(`SELECT 'it''s; -- no', E'a\\'; b', $$x;'$$, $f$ $$ ; $f$, "a""b;" -- end; 'x`), [
    ...['SELECT', "'it''s; -- no'", ',', "E'a\\'; b'", ',', "$$x;'$$", ',', '$f$ $$ ; $f$', ',', '"a""b;"'],
  ]);
  assert.deepEqual(words("a /* 1 /* 2; */ ' */ b"), ['a', 'b']);
  assert.deepEqual(words("U&'d\\0061t' U&\"x;\" x'1F;' $1 a$b$c"), [
    "U&'d\\0061t'",
    'U&"x;"',
    "x'1F;'",
    '$',
    '1',
    'a$b$c',
  ]);
});

test('MySQL reads back quotes, hash comments, backslashes and runs what stands in /*! */', () => {
  assert.deepEqual(words('a `b;c` # d; e\n"f\\"; g" /*!40101 SET x */ -- h', 'mysql'), [
    'a',
    '`b;c`',
    '"f\\"; g"',
    'SET',
    'x',
  ]);
  assert.deepEqual(words('5--3', 'mysql'), ['5', '-', '-', '3']);
});

test('what is never closed is named with its line, and nothing is invented behind it', () => {
  for (const [sql, what] of [
    ["SELECT 1;\nSELECT 'x; DROP TABLE t;", 'string'],
    ['SELECT 1;\n/* DROP TABLE t;', 'comment'],
    ['SELECT 1;\n$a$ DROP TABLE t; $b$', 'dollar quote'],
    ['SELECT 1;\n"DROP TABLE t;', 'name'],
  ] as const) {
    const { statements, unread } = statementsOf(sql);
    assert.deepEqual(unread, { line: 2, says: `a ${what} that is never closed` }, sql);
    assert.ok(!statements.some(({ text }) => text.includes('DROP')), sql);
  }
});

test('a statement knows its line, in every kind of line end', () => {
  assert.deepEqual(
    statementsOf('-- one\r\n\r\nSELECT 1;\r\n  SELECT 2').statements.map(({ line }) => line),
    [3, 4],
  );
});

test('a body between BEGIN ATOMIC and END, CASE included, belongs to its function', () => {
  const body = 'CREATE FUNCTION f(a int) RETURNS int BEGIN ATOMIC SELECT CASE a WHEN 1 THEN 2 END; SELECT 3; END';
  assert.deepEqual(texts(`${body}; DROP TABLE t;`), [body, 'DROP TABLE t']);
  assert.deepEqual(texts('BEGIN; SELECT 1; COMMIT; END;'), ['BEGIN', 'SELECT 1', 'COMMIT', 'END']);
});

test('semicolons inside parentheses end nothing', () => {
  const rule = 'CREATE RULE r AS ON UPDATE TO t DO ALSO (DELETE FROM a; DELETE FROM b)';
  assert.deepEqual(texts(`${rule}; SELECT 1`), [rule, 'SELECT 1']);
});

test('the data of COPY FROM stdin is no SQL', () => {
  const copy = "COPY t (a) FROM stdin;\n1\tDROP TABLE x;\n2\tit's\n\\.\nSELECT 1;";
  assert.deepEqual(texts(copy), ['COPY t (a) FROM stdin', 'SELECT 1']);
});

test('a command of psql is named, a backslash in a string is not', () => {
  assert.match(statementsOf('SELECT 1;\n\\i other.sql\n').unread?.says ?? '', /\\i, which is not SQL/);
  assert.equal(statementsOf("SELECT '\n\\i other'").unread, null);
});

test('DELIMITER lines change what ends a statement', () => {
  const sql =
    'SELECT 1;\nDELIMITER $$\nCREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END$$\nDELIMITER ;\nDROP TABLE t;';
  const { statements } = statementsOf(sql, 'mysql');
  assert.deepEqual(
    statements.map(({ tokens, line }) => [tokens[0]?.value, line]),
    [
      ['select', 1],
      ['create', 3],
      ['drop', 5],
    ],
  );
});

test('each database quotes in its own way', () => {
  const read = (sql: string, dialect: Dialect) => tokensOf(sql, dialect).tokens.map(({ value }) => value);
  assert.deepEqual(read('DROP TABLE [my ]]; table]', 'sqlserver'), ['drop', 'table', 'my ]; table']);
  assert.deepEqual(read('DROP TABLE `a;b`', 'sqlite'), ['drop', 'table', 'a;b']);
  assert.deepEqual(read("SELECT q'[it's; ]', nq'!a'b!'", 'oracle'), ['select', "q'[it's; ]'", ',', "nq'!a'b!'"]);
  assert.deepEqual(read("SELECT 'it\\'s; x' // don't\n;", 'snowflake'), ['select', "'it\\'s; x'", ';']);
  assert.deepEqual(
    statementsOf('SELECT 1\nGO 5\nSELECT 2\ngo\n', 'sqlserver').statements.map(({ text, line }) => [text, line]),
    [
      ['SELECT 1', 1],
      ['SELECT 2', 3],
    ],
  );
});

/** Text that must stay inside what encloses it. */
const nasty = fc
  .array(
    fc.constantFrom(
      'DROP TABLE t;',
      ';',
      '--',
      ' ',
      '\n',
      'x',
      '(',
      ')',
      '$',
      '\\',
      'E',
      '#',
      '/',
      '*',
      '"',
      "'",
      '$$',
      'é',
      '😀',
    ),
  )
  .map((parts) => parts.join(''));
const piece = fc.oneof(
  nasty.map((text) => `'${text.replaceAll("'", "''")}'`),
  nasty.map((text) => `"${text.replaceAll('"', '""')}x"`),
  nasty.map((text) => `$q$${text.replaceAll('$q$', '')} $q$`),
  nasty.map((text) => `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`),
  nasty.map(
    (text) => `/* ${text.replaceAll('/*', '').replaceAll('*/', '').replaceAll('/', '').replaceAll('*', '')} */`,
  ),
  nasty.map((text) => `-- ${text.replaceAll('\n', '')}\n`),
);

test('whatever stands in a string, a name or a comment hides no statement and invents none', () => {
  fc.assert(
    fc.property(fc.array(fc.array(piece, { maxLength: 4 }), { minLength: 1, maxLength: 5 }), (statements) => {
      const sql = statements.map((pieces, i) => `SELECT ${i} ${pieces.join(' ')} AS last${i}`).join(' ;\n');
      const read = statementsOf(sql);
      assert.equal(read.unread, null);
      assert.deepEqual(
        read.statements.map(({ tokens }) => [tokens[1]?.text, tokens.at(-1)?.text]),
        statements.map((_, i) => [String(i), `last${i}`]),
      );
    }),
    { numRuns: 300 },
  );
});

test('tokens and comments never overlap, and between them there is only white space', () => {
  fc.assert(
    fc.property(nasty, fc.constantFrom(...DIALECTS), (sql, dialect) => {
      const { tokens, comments, unclosed } = tokensOf(sql, dialect);
      const spans = [...tokens, ...comments].sort((a, b) => a.at - b.at);
      let at = 0;
      for (const span of spans) {
        assert.match(sql.slice(at, span.at), /^\s*$/);
        assert.equal(sql.slice(span.at, span.end), span.text);
        at = span.end;
      }
      if (unclosed === null) assert.match(sql.slice(at), /^\s*$/);
    }),
    { numRuns: 500 },
  );
});

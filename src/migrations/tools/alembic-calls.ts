/** Operations of Alembic as SQL, for reading. What has no row here becomes a statement that no rule knows, and so is named as unread. */
import { anyName } from '../tokens.ts';
import { pythonString, type Call } from './python-calls.ts';

export function sqlOfCall(call: Call): string {
  const method = call.name.slice(call.name.lastIndexOf('.') + 1);
  const known = call.name.startsWith('op.') || call.batch !== null;
  if (!known) return `CALL ${anyName(call.name.replaceAll('.', '_'))};`;
  const word = (index: number, name: string): string => {
    const source = call.words[index] ?? call.named[name];
    return source === undefined ? '' : (pythonString(source) ?? source);
  };
  // In a batch the table stands on the `with`, so every other argument moves one to the left.
  const shift = call.batch === null ? 0 : 1;
  const schema = call.named['schema'] === undefined ? '' : `${anyName(pythonString(call.named['schema']) ?? '')}.`;
  const table = (index: number, name = 'table_name'): string => `${schema}${anyName(call.batch ?? word(index, name))}`;
  const raw = (index: number, name: string): string => call.words[index] ?? call.named[name] ?? '';
  const concurrently = call.named['postgresql_concurrently'] === 'True' ? 'CONCURRENTLY ' : '';
  const gentle = call.named['postgresql_not_valid'] === 'True' ? ' NOT VALID' : '';
  switch (method) {
    case 'execute': {
      const text = pythonString(call.words[0] ?? call.named['sqltext'] ?? '');
      // The semicolon stands on a line of its own: the text may end with a comment.
      return text === null ? 'CALL computed_sql;' : `${text.trim().replace(/;$/, '')}\n;`;
    }
    case 'create_table':
      return `CREATE TABLE ${call.named['if_not_exists'] === 'True' ? 'IF NOT EXISTS ' : ''}${table(0)} ();`;
    case 'drop_table':
      return `DROP TABLE ${table(0)};`;
    case 'rename_table':
      return `ALTER TABLE ${table(0, 'old_table_name')} RENAME TO ${anyName(word(1, 'new_table_name'))};`;
    case 'add_column':
      return addColumn(table(0), column(raw(1 - shift, 'column')));
    case 'drop_column':
      return `ALTER TABLE ${table(0)} DROP COLUMN ${anyName(word(1 - shift, 'column_name'))};`;
    case 'alter_column':
      return alterColumn(call, table(0), anyName(word(1 - shift, 'column_name')));
    case 'create_index': {
      const unique = call.named['unique'] === 'True' ? 'UNIQUE ' : '';
      return `CREATE ${unique}INDEX ${concurrently}${anyName(word(0, 'index_name'))} ON ${table(1)} ();`;
    }
    case 'drop_index':
      return `DROP INDEX ${concurrently}${anyName(word(0, 'index_name'))};`;
    case 'create_unique_constraint':
      return `ALTER TABLE ${table(1)} ADD CONSTRAINT ${anyName(word(0, 'constraint_name'))} UNIQUE ();`;
    case 'create_primary_key':
      return `ALTER TABLE ${table(1)} ADD CONSTRAINT ${anyName(word(0, 'constraint_name'))} PRIMARY KEY ();`;
    case 'create_foreign_key':
      return `ALTER TABLE ${table(1, 'source_table')} ADD CONSTRAINT ${anyName(word(0, 'constraint_name'))} FOREIGN KEY ()${gentle};`;
    case 'create_check_constraint':
      return `ALTER TABLE ${table(1)} ADD CONSTRAINT ${anyName(word(0, 'constraint_name'))} CHECK ()${gentle};`;
    case 'drop_constraint':
      return `ALTER TABLE ${table(1)} DROP CONSTRAINT ${anyName(word(0, 'constraint_name'))};`;
    case 'bulk_insert':
      return `INSERT INTO ${anyName((call.words[0] ?? '').replace(/\W/g, '_'))} DEFAULT VALUES;`;
    case 'create_table_comment':
    case 'drop_table_comment':
      return `COMMENT ON TABLE ${table(0)} IS NULL;`;
    default:
      return `CALL op_${method};`;
  }
}

function addColumn(table: string, written: string | null): string {
  return written === null ? 'CALL computed_column;' : `ALTER TABLE ${table} ADD COLUMN ${written};`;
}

const TYPES: Readonly<Record<string, string>> = {
  String: 'varchar',
  Unicode: 'varchar',
  Text: 'text',
  UnicodeText: 'text',
  Integer: 'integer',
  SmallInteger: 'smallint',
  BigInteger: 'bigint',
  Boolean: 'boolean',
  Float: 'double precision',
  Double: 'double precision',
  Numeric: 'numeric',
  Date: 'date',
  DateTime: 'timestamp',
  TIMESTAMP: 'timestamp',
  JSON: 'json',
  JSONB: 'jsonb',
  Uuid: 'uuid',
  UUID: 'uuid',
  LargeBinary: 'bytea',
};

function typeText(source: string): string {
  const [, name = '', inside = ''] = /(?:\w+\.)*([A-Za-z]\w*)(?:\(([\s\S]*)\))?$/.exec(source.trim()) ?? [];
  const type = TYPES[name] ?? name.toLowerCase();
  const sizes = [...inside.matchAll(/(?:^|,)\s*(?:(?:length|precision|scale)\s*=\s*)?(\d+)/g)].map((found) => found[1]);
  const zone = /timezone\s*=\s*True/.test(inside) ? ' with time zone' : '';
  const values = name.toUpperCase() === 'ENUM' ? `(${inside.replace(/[()]/g, ' ')})` : '';
  return `${type}${sizes.length > 0 ? `(${sizes.join(',')})` : values}${zone}`;
}

/** `sa.Column("age", sa.Integer(), nullable=False, server_default="0")` as a column of SQL; null: its name or type is computed. */
function column(source: string): string | null {
  const [, name, type = '', rest = ''] =
    /Column\(\s*(["'][^"']+["'])\s*,\s*((?:[\w.]+)(?:\((?:[^()]|\([^()]*\))*\))?)([\s\S]*)\)$/.exec(source.trim()) ??
    [];
  if (name === undefined) return null;
  const value = /server_default\s*=\s*((?:sa\.)?(?:text|func\.\w+)\([\s\S]*?\)+|["'][^"']*["']|None)/.exec(rest)?.[1];
  const filled = value === undefined || value === 'None' ? '' : ` DEFAULT ${defaultOf(value)}`;
  const stored = /Computed\([\s\S]*persisted\s*=\s*True/.test(rest) ? ' GENERATED ALWAYS AS (1) STORED' : '';
  const identity = /Identity\(/.test(rest) ? ' GENERATED ALWAYS AS IDENTITY' : '';
  const tight = /nullable\s*=\s*False|primary_key\s*=\s*True/.test(rest) ? ' NOT NULL' : '';
  const unique = /unique\s*=\s*True/.test(rest) ? ' UNIQUE' : '';
  return `${anyName(pythonString(name) ?? '')} ${typeText(type)}${filled}${stored}${identity}${tight}${unique}`;
}

function defaultOf(source: string): string {
  const called = /func\.(\w+)\(/.exec(source)?.[1];
  if (called !== undefined) return `${called}()`;
  const text = pythonString(source) ?? '';
  return source.includes('text(') ? text : `'${text.replaceAll("'", "''")}'`;
}

function alterColumn(call: Call, table: string, name: string): string {
  const { named } = call;
  const statements: string[] = [];
  const alter = (what: string): number => statements.push(`ALTER TABLE ${table} ALTER COLUMN ${name} ${what};`);
  const using = named['postgresql_using'];
  if (named['type_'] !== undefined)
    alter(
      `TYPE ${typeText(named['type_'])}${using === undefined ? '' : ` USING ${pythonString(using) ?? '(computed)'}`}`,
    );
  if (named['nullable'] === 'False') alter('SET NOT NULL');
  if (named['nullable'] === 'True') alter('DROP NOT NULL');
  if (named['server_default'] !== undefined)
    alter(named['server_default'] === 'None' ? 'DROP DEFAULT' : 'SET DEFAULT 1');
  const to = named['new_column_name'];
  if (to !== undefined)
    statements.push(`ALTER TABLE ${table} RENAME COLUMN ${name} TO ${anyName(pythonString(to) ?? to)};`);
  return statements.length > 0 ? statements.join(' ') : 'CALL op_alter_column;';
}

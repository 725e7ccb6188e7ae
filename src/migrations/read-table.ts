/** CREATE TABLE, and ALTER TABLE action by action. */
import { columnRules } from './column-rules.ts';
import { commaParts, cursorOn, textOf, type Cursor } from './cursor.ts';
import type { Effect } from './effects.ts';
import type { Token } from './tokens.ts';
import { typeChange } from './types-of-columns.ts';

export function readCreateTable(cursor: Cursor, replaces: boolean): readonly Effect[] {
  const perhaps = cursor.take('if', 'not', 'exists');
  return [{ kind: 'create', object: 'table', name: cursor.name(), table: null, perhaps, replaces }];
}

export function readAlterTable(cursor: Cursor): readonly Effect[] {
  cursor.take('if', 'exists');
  cursor.take('only');
  const table = cursor.name();
  cursor.take('*');
  // SQL Server: whether the rows that are there are checked against a constraint that is added.
  if (!cursor.take('with', 'check')) cursor.take('with', 'nocheck');
  const [first = [], ...others] = commaParts(cursor.rest());
  const adds = first[0]?.kind === 'word' && first[0].value === 'add';
  return [
    ...readAction(table, first),
    ...others.flatMap((part) => (adds && goesOn(part) ? readAdd(table, cursorOn(part)) : readAction(table, part))),
  ];
}

/** SQL Server writes ADD once for all that it adds. Only what is plainly a column or a constraint is taken for one of them. */
function goesOn(part: readonly Token[]): boolean {
  const [name, type] = part;
  if (name?.kind === 'word' && name.value === 'constraint') return true;
  const bare = name?.kind === 'name' || (name?.kind === 'word' && !ACTIONS.has(name.value));
  return bare && TYPES_OF_SQL_SERVER.has(type?.value.toLowerCase() ?? '');
}

/** `DROP date` drops a column that is called so. */
const ACTIONS = new Set('add drop rename modify change alter set switch enable disable validate'.split(' '));

const TYPES_OF_SQL_SERVER = new Set(
  'bit tinyint smallint int bigint decimal numeric money smallmoney float real date time datetime datetime2 smalldatetime datetimeoffset char varchar text nchar nvarchar ntext binary varbinary uniqueidentifier xml rowversion'.split(
    ' ',
  ),
);

function readAction(table: string, part: readonly Token[]): readonly Effect[] {
  const cursor = cursorOn(part);
  if (cursor.take('add')) return readAdd(table, cursor);
  if (cursor.take('drop')) return readDrop(table, cursor);
  if (cursor.take('rename')) return readRename(table, cursor);
  if (cursor.take('modify')) {
    cursor.take('column');
    const columns = cursor.peek()?.text === '(' ? commaParts(cursor.parenthesis()) : [cursor.rest()];
    return columns.flatMap((column) => readChange(table, cursorOn(column), false));
  }
  if (cursor.take('change')) {
    cursor.take('column');
    return readChange(table, cursor, true);
  }
  if (cursor.take('alter')) return readAlterColumn(table, cursor);
  if (cursor.take('validate', 'constraint')) return [{ kind: 'harmless', says: 'VALIDATE CONSTRAINT' }];
  if (cursor.take('set', 'logged') || cursor.take('set', 'unlogged'))
    return [{ kind: 'rewrite', table, says: 'SET LOGGED/UNLOGGED' }];
  if (cursor.take('set', 'tablespace')) return [{ kind: 'rewrite', table, says: 'SET TABLESPACE' }];
  if (cursor.take('set', 'access', 'method')) return [{ kind: 'rewrite', table, says: 'SET ACCESS METHOD' }];
  if (cursor.take('set', 'schema')) {
    const schema = cursor.name();
    const bare = table.slice(table.lastIndexOf('.') + 1);
    return [
      {
        kind: 'rename',
        object: 'table',
        name: table,
        to: schema === 'public' ? bare : `${schema}.${bare}`,
        table: null,
      },
    ];
  }
  if (cursor.take('attach', 'partition'))
    return [{ kind: 'create', object: 'other', name: `partition ${cursor.name()}`, table }];
  if (cursor.take('detach', 'partition')) {
    const name = `partition ${cursor.name()}`;
    return [{ kind: 'drop', object: 'other', name, table, cascade: false, gentle: cursor.take('concurrently') }];
  }
  if (cursor.take('set', 'unused')) {
    cursor.take('column');
    const names = cursor.peek()?.text === '(' ? commaParts(cursor.parenthesis()) : [cursor.rest()];
    return names.map((name) => droppedColumn(table, cursorOn(name).name(), false));
  }
  if (cursor.sees('set', '(') || cursor.sees('set', 'without'))
    return part.some(({ value }) => value.startsWith('ttl'))
      ? [{ kind: 'data', verb: 'expire', table, where: true }]
      : [{ kind: 'harmless', says: textOf(part) }];
  if (
    cursor.take('algorithm') ||
    cursor.take('lock') ||
    cursor.take('reset') ||
    cursor.take('owner') ||
    cursor.take('replica') ||
    cursor.take('cluster')
  )
    return [{ kind: 'harmless', says: textOf(part) }];
  if (cursor.take('enable', 'row', 'level', 'security'))
    return [{ kind: 'create', object: 'policy', name: `${table}.row level security`, table }];
  if (cursor.take('disable', 'row', 'level', 'security'))
    return [{ kind: 'drop', object: 'policy', name: `${table}.row level security`, table, cascade: false }];
  if (cursor.take('enable') || cursor.take('disable') || cursor.take('force') || cursor.take('no'))
    return [{ kind: 'opaque', says: `${textOf(part)} on ${table}`, rows: false }];
  return [{ kind: 'opaque', says: `ALTER TABLE ${table} ${textOf(part.slice(0, 4))}`, rows: true }];
}

function readAdd(table: string, cursor: Cursor): readonly Effect[] {
  if (cursor.take('row', 'deletion', 'policy')) return [{ kind: 'data', verb: 'expire', table, where: true }];
  const words = cursor.rest();
  const named = cursor.take('constraint') ? cursor.name() : '';
  const check = constraintKind(cursor);
  if (check !== null) {
    const written = textOf(words);
    const gentle = /\bnot valid$|\busing index\b/.test(written);
    const name = `${table}.${named === '' ? written.slice(0, 60) : named}`;
    return [{ kind: 'create', object: 'constraint', name, table, gentle, check }];
  }
  if (cursor.take('index') || cursor.take('key') || cursor.take('fulltext') || cursor.take('spatial'))
    return [{ kind: 'create', object: 'index', name: cursor.name(), table }];
  cursor.take('column');
  const perhaps = cursor.take('if', 'not', 'exists');
  if (cursor.peek()?.text === '(')
    return commaParts(cursor.parenthesis()).flatMap((part) => readAdd(table, cursorOn(part)));
  const name = cursor.name();
  return [
    { kind: 'create', object: 'column', name: `${table}.${name}`, table, column: columnRules(cursor.rest()), perhaps },
  ];
}

function constraintKind(cursor: Cursor): 'unique' | 'references' | 'check' | 'exclude' | null {
  if (cursor.sees('unique') || cursor.sees('primary', 'key')) return 'unique';
  if (cursor.sees('foreign', 'key')) return 'references';
  if (cursor.sees('check')) return 'check';
  return cursor.sees('exclude') ? 'exclude' : null;
}

function droppedColumn(table: string, name: string, cascade: boolean): Effect {
  return { kind: 'drop', object: 'column', name: `${table}.${name}`, table, cascade };
}

function readDrop(table: string, cursor: Cursor): readonly Effect[] {
  if (cursor.take('row', 'deletion', 'policy')) return [{ kind: 'harmless', says: 'DROP ROW DELETION POLICY' }];
  const drop = (object: 'constraint' | 'index', name: string): readonly Effect[] => [
    {
      kind: 'drop',
      object,
      name: `${object === 'index' ? '' : `${table}.`}${name}`,
      table,
      cascade: cursor.take('cascade'),
    },
  ];
  if (cursor.take('primary', 'key')) return drop('constraint', 'primary key');
  if (cursor.take('constraint') || cursor.take('foreign', 'key') || cursor.take('check')) {
    cursor.take('if', 'exists');
    return drop('constraint', cursor.name());
  }
  if (cursor.take('index') || cursor.take('key')) return drop('index', cursor.name());
  cursor.take('column');
  cursor.take('if', 'exists');
  const name = cursor.name();
  return [droppedColumn(table, name, cursor.take('cascade'))];
}

function readRename(table: string, cursor: Cursor): readonly Effect[] {
  if (cursor.take('to') || cursor.take('as'))
    return [{ kind: 'rename', object: 'table', name: table, to: cursor.name(), table: null }];
  const object = cursor.take('constraint')
    ? 'constraint'
    : cursor.take('index') || cursor.take('key')
      ? 'index'
      : 'column';
  cursor.take('column');
  const name = cursor.name();
  cursor.take('to');
  return [{ kind: 'rename', object, name: `${table}.${name}`, to: `${table}.${cursor.name()}`, table }];
}

/** MySQL and Oracle: MODIFY and CHANGE write the whole declaration of a column anew. */
function readChange(table: string, cursor: Cursor, renames: boolean): readonly Effect[] {
  const column = cursor.name();
  const to = renames ? cursor.name() : column;
  const rules = columnRules(cursor.rest());
  const type: Effect = { kind: 'type', table, column: to, to: rules.type, using: null };
  const renamed: Effect = { kind: 'rename', object: 'column', name: `${table}.${column}`, to: `${table}.${to}`, table };
  const tight: readonly Effect[] = rules.notNull ? [{ kind: 'not-null', table, column: to, set: true }] : [];
  return [...(to === column ? [] : [renamed]), type, ...tight];
}

function readAlterColumn(table: string, cursor: Cursor): readonly Effect[] {
  if (cursor.take('constraint') || cursor.take('index'))
    return [{ kind: 'opaque', says: `ALTER CONSTRAINT ${cursor.name()} of ${table}`, rows: false }];
  cursor.take('column');
  const column = cursor.name();
  if (cursor.take('type') || cursor.take('set', 'data', 'type')) {
    const rest = cursor.rest();
    const ends = rest.findIndex(({ kind, value }) => kind === 'word' && (value === 'using' || value === 'collate'));
    const to = textOf(ends === -1 ? rest : rest.slice(0, ends));
    const at = rest.findIndex(({ kind, value }) => kind === 'word' && value === 'using');
    const using = at === -1 ? null : castsTo(rest.slice(at + 1), column, to) ? 'cast' : 'computed';
    return [{ kind: 'type', table, column, to, using }];
  }
  if (cursor.take('set', 'not', 'null')) return [{ kind: 'not-null', table, column, set: true }];
  if (cursor.take('drop', 'not', 'null')) return [{ kind: 'not-null', table, column, set: false }];
  if (cursor.take('set', 'default')) return [{ kind: 'default', table, column, set: true }];
  if (cursor.take('drop', 'default')) return [{ kind: 'default', table, column, set: false }];
  if (cursor.take('set', 'statistics') || cursor.take('set', 'storage') || cursor.take('set', 'compression'))
    return [{ kind: 'harmless', says: `storage of ${table}.${column}` }];
  return [{ kind: 'opaque', says: `ALTER COLUMN ${table}.${column} ${textOf(cursor.rest().slice(0, 3))}`, rows: true }];
}

/** `c`, `c::type` or `CAST(c AS type)`: the column itself, and no other type on the way. */
function castsTo(tokens: readonly Token[], column: string, to: string): boolean {
  const cursor = cursorOn(tokens);
  cursor.take('cast');
  if (cursor.peek()?.text === '(') {
    const inside = cursor.parenthesis();
    return cursor.peek() === null && castsTo(inside, column, to);
  }
  if (cursor.name() !== column) return false;
  if (cursor.peek() === null) return true;
  return (cursor.take('as') || cursor.take(':', ':')) && typeChange(textOf(cursor.rest()), to) === 'metadata';
}

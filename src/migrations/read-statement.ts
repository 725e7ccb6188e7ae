/** From the words of one statement to what it does. What is not known here is `opaque`, never nothing. */
import { commaParts, cursorOn, textOf, type Cursor } from './cursor.ts';
import type { Effect, ObjectKind } from './effects.ts';
import { readAlterTable, readCreateTable } from './read-table.ts';
import type { Statement } from './statements.ts';

const OBJECTS: readonly (readonly [readonly string[], ObjectKind])[] = [
  [['materialized', 'view'], 'materialized view'],
  [['foreign', 'table'], 'table'],
  [['event', 'trigger'], 'trigger'],
  [['constraint', 'trigger'], 'trigger'],
  [['table'], 'table'],
  [['index'], 'index'],
  [['sequence'], 'sequence'],
  [['view'], 'view'],
  [['function'], 'function'],
  [['aggregate'], 'function'],
  [['procedure'], 'procedure'],
  [['routine'], 'function'],
  [['trigger'], 'trigger'],
  [['type'], 'type'],
  [['domain'], 'domain'],
  [['schema'], 'schema'],
  [['extension'], 'extension'],
  [['policy'], 'policy'],
  [['role'], 'role'],
  [['user'], 'role'],
  [['database'], 'database'],
];

function objectAt(cursor: Cursor): ObjectKind | null {
  return OBJECTS.find(([words]) => cursor.take(...words))?.[1] ?? null;
}

export function effectsOf(statement: Statement): readonly Effect[] {
  const cursor = cursorOn(statement.tokens);
  const first = cursor.next();
  switch (first?.value) {
    case 'create':
      return readCreate(cursor);
    case 'drop':
      return readDrops(cursor);
    case 'alter':
      return readAlter(cursor, statement);
    case 'rename': {
      cursor.take('table');
      return commaParts(cursor.rest()).map((part) => renamed(cursorOn(part)));
    }
    case 'truncate':
      cursor.take('table');
      cursor.take('only');
      return commaParts(cursor.rest()).map((part) => data('truncate', cursorOn(part).name(), false));
    case 'delete':
    case 'update':
    case 'insert':
    case 'replace':
    case 'merge':
    case 'with':
      return readData(statement);
    case 'set':
      return readSet(cursor);
    case 'begin':
    case 'start':
      return [{ kind: 'transaction', verb: 'begin' }];
    case 'commit':
    case 'end':
      return [{ kind: 'transaction', verb: 'commit' }];
    case 'rollback':
    case 'abort':
      return [{ kind: 'transaction', verb: 'rollback' }];
    case 'grant':
    case 'revoke':
      return [{ kind: 'grant', verb: first.value, words: textOf(cursor.rest()) }];
    case 'cluster':
      return [{ kind: 'rewrite', table: cursor.name(), says: 'CLUSTER' }];
    case 'vacuum': {
      const full = statement.tokens.some(({ value }) => value === 'full');
      return full
        ? [{ kind: 'rewrite', table: statement.tokens.at(-1)?.value ?? '', says: 'VACUUM FULL' }]
        : [{ kind: 'harmless', says: 'VACUUM' }];
    }
    case 'comment':
    case 'analyze':
    case 'explain':
    case 'reindex':
    case 'refresh':
    case 'lock':
    case 'notify':
    case 'reset':
    case 'show':
    case 'use':
    case 'savepoint':
    case 'release':
    case 'checkpoint':
      return [{ kind: 'harmless', says: first.value.toUpperCase() }];
    case 'select':
    case 'values':
      return readSelect(statement);
    case 'copy':
      return statement.tokens.some(({ value }) => value === 'from')
        ? [data('insert', cursor.name(), false)]
        : [{ kind: 'harmless', says: 'COPY TO' }];
    case undefined:
      return [];
    default:
      return [{ kind: 'opaque', says: `${textOf(statement.tokens.slice(0, 3))} ...` }];
  }
}

function readCreate(cursor: Cursor): readonly Effect[] {
  const replaces = cursor.take('or', 'replace');
  while (
    ['temporary', 'temp', 'unlogged', 'global', 'local', 'recursive', 'trusted', 'definer'].some((word) =>
      cursor.take(word),
    )
  );
  const unique = cursor.take('unique');
  const object = objectAt(cursor);
  if (object === 'table') return readCreateTable(cursor);
  if (object === 'index') {
    const gentle = cursor.take('concurrently');
    cursor.take('if', 'not', 'exists');
    const name = cursor.sees('on') ? '' : cursor.name();
    cursor.take('on');
    cursor.take('only');
    return [{ kind: 'create', object, name, table: cursor.name(), gentle, unique }];
  }
  if (object === null) {
    const words = cursor.rest();
    return [{ kind: 'opaque', says: `CREATE ${textOf(words.slice(0, 3))}` }];
  }
  cursor.take('if', 'not', 'exists');
  const name = cursor.name();
  if (object === 'trigger' || object === 'policy') {
    const table = afterOn(cursor);
    return [{ kind: 'create', object, name: `${table}.${name}`, table, replaces }];
  }
  return [{ kind: 'create', object, name, table: null, replaces }];
}

/** The table behind `ON`. */
function afterOn(cursor: Cursor): string {
  for (let token = cursor.peek(); token !== null; token = cursor.peek()) {
    if (cursor.take('on')) return cursor.name();
    cursor.next();
  }
  return '';
}

function readDrops(cursor: Cursor): readonly Effect[] {
  const object = objectAt(cursor);
  if (object === null) return [{ kind: 'opaque', says: `DROP ${textOf(cursor.rest().slice(0, 3))}` }];
  const gentle = cursor.take('concurrently');
  cursor.take('if', 'exists');
  const cascade = cursor.rest().some(({ kind, value }) => kind === 'word' && value === 'cascade');
  return commaParts(cursor.rest()).map((part) => {
    const one = cursorOn(part);
    const name = one.name();
    const table = object === 'trigger' || object === 'policy' ? afterOn(one) : null;
    return { kind: 'drop', object, name: table === null ? name : `${table}.${name}`, table, cascade, gentle };
  });
}

function renamed(cursor: Cursor): Effect {
  const name = cursor.name();
  cursor.take('to');
  return { kind: 'rename', object: 'table', name, to: cursor.name(), table: null };
}

function readAlter(cursor: Cursor, statement: Statement): readonly Effect[] {
  const object = objectAt(cursor);
  if (object === 'table') return readAlterTable(cursor);
  if (object === null) return [{ kind: 'opaque', says: textOf(statement.tokens.slice(0, 4)) }];
  cursor.take('if', 'exists');
  const name = cursor.name();
  if (cursor.take('rename', 'to')) return [{ kind: 'rename', object, name, to: cursor.name(), table: null }];
  if (object === 'type' && cursor.take('add', 'value')) {
    cursor.take('if', 'not', 'exists');
    return [
      {
        kind: 'create',
        object: 'value',
        name: `${name}.${cursor.next()?.value.replace(/^'|'$/g, '') ?? ''}`,
        table: null,
      },
    ];
  }
  if (object === 'type' && cursor.take('rename', 'value')) {
    const from = cursor.next()?.value ?? '';
    cursor.take('to');
    return [
      {
        kind: 'rename',
        object: 'value',
        name: `${name}.${from}`,
        to: `${name}.${cursor.next()?.value ?? ''}`,
        table: null,
      },
    ];
  }
  if (cursor.sees('owner') || (object === 'index' && cursor.sees('set')) || object === 'sequence')
    return [{ kind: 'harmless', says: `ALTER ${object.toUpperCase()} ${name}` }];
  return [{ kind: 'opaque', says: `ALTER ${object.toUpperCase()} ${name} ${textOf(cursor.rest().slice(0, 3))}` }];
}

/** DELETE, UPDATE, INSERT or MERGE, alone or behind WITH, which may hide one more in each of its parts. */
function readData(statement: Statement): readonly Effect[] {
  const found: Effect[] = [];
  const { tokens } = statement;
  for (const [i, token] of tokens.entries()) {
    if (token.kind !== 'word') continue;
    const before = tokens[i - 1];
    const starts = before === undefined || before.text === '(' || before.text === ')';
    if (!starts) continue;
    const cursor = cursorOn(tokens.slice(i + 1));
    const where = (): boolean => hasWhere(tokens.slice(i + 1));
    if (token.value === 'delete' && cursor.take('from')) {
      cursor.take('only');
      found.push(data('delete', cursor.name(), where()));
    } else if (token.value === 'update') {
      cursor.take('only');
      found.push(data('update', cursor.name(), where()));
    } else if (token.value === 'insert' && cursor.take('into')) {
      const table = cursor.name();
      const rest = cursor.rest();
      const overwrites = rest.some((one, k) => one.value === 'do' && rest[k + 1]?.value === 'update');
      found.push(data(overwrites ? 'merge' : 'insert', table, true));
    } else if (token.value === 'replace' || token.value === 'merge') {
      cursor.take('into');
      found.push(data('merge', cursor.name(), true));
    }
  }
  return found.length > 0 ? found : [{ kind: 'harmless', says: 'a query' }];
}

/** WHERE of this level: one inside a subquery does not count. */
function hasWhere(
  tokens: readonly { readonly kind: string; readonly value: string; readonly text: string }[],
): boolean {
  let depth = 0;
  for (const token of tokens) {
    if (token.text === '(') depth += 1;
    if (token.text === ')') depth -= 1;
    if (depth < 0) return false;
    if (depth === 0 && token.kind === 'word' && token.value === 'where') return true;
  }
  return false;
}

function readSelect(statement: Statement): readonly Effect[] {
  const { tokens } = statement;
  if (tokens.some(({ kind, value }, i) => kind === 'word' && value === 'into' && i > 0))
    return [{ kind: 'opaque', says: 'SELECT ... INTO' }];
  const name = (i: number): string => tokens[i]?.value ?? '';
  const call = tokens.findIndex(
    (token, i) => token.kind === 'word' && tokens[i + 1]?.text === '(' && !QUIET.has(token.value),
  );
  if (call === -1) return [{ kind: 'harmless', says: 'a query' }];
  if (name(call) === 'set_config') {
    const setting = tokens[call + 2]?.value.replace(/^'|'$/g, '') ?? '';
    return [{ kind: 'setting', name: setting, value: tokens[call + 4]?.value ?? '' }];
  }
  return [{ kind: 'opaque', says: `a query that calls ${name(call)}()` }];
}

/** Functions that change nothing of the schema or its rows. */
const QUIET = new Set(
  'setval nextval count sum min max coalesce now pg_sleep exists in values pg_get_serial_sequence lower upper concat greatest least current_setting and or not as from'.split(
    ' ',
  ),
);

function readSet(cursor: Cursor): readonly Effect[] {
  if (!cursor.take('local')) cursor.take('session');
  const name = cursor.name();
  if (name === 'transaction' || name === 'constraints')
    return [{ kind: 'harmless', says: `SET ${name.toUpperCase()}` }];
  if (!cursor.take('=')) cursor.take('to');
  return [{ kind: 'setting', name, value: textOf(cursor.rest()) }];
}

function data(verb: 'insert' | 'update' | 'delete' | 'truncate' | 'merge', table: string, where: boolean): Effect {
  return { kind: 'data', verb, table, where };
}

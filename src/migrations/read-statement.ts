/** From the words of one statement to what it does. What is not known here is `opaque`, never nothing. */
import { commaParts, cursorOn, textOf, type Cursor } from './cursor.ts';
import type { Effect, ObjectKind } from './effects.ts';
import { objectAt } from './objects.ts';
import { data, dataIn, readData, readQuery } from './read-data.ts';
import { readAlterTable, readCreateTable } from './read-table.ts';
import { secondStatement } from './second-statement.ts';
import type { Token } from './tokens.ts';

export function effectsOf({ tokens }: { readonly tokens: readonly Token[] }): readonly Effect[] {
  const second = secondStatement(tokens);
  const says = `${second ?? ''} ... begins before the end of the statement`;
  return [...firstEffects(tokens), ...(second === null ? [] : [{ kind: 'opaque', says, rows: true } as const])];
}

function firstEffects(tokens: readonly Token[]): readonly Effect[] {
  const cursor = cursorOn(tokens);
  const first = cursor.next();
  switch (first?.value) {
    case 'create':
      return readCreate(cursor);
    case 'drop':
      return readDrops(cursor);
    case 'alter':
      return readAlter(cursor, tokens);
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
      return readData(tokens);
    case 'set':
      return readSet(cursor);
    case 'begin':
    case 'start':
      return cursor.rest().every(({ value }) => OF_TRANSACTION.has(value))
        ? [{ kind: 'transaction', verb: 'begin' }]
        : [{ kind: 'opaque', says: `a block that begins with ${textOf(tokens.slice(0, 4))}`, rows: true }];
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
      const full = tokens.some(({ value }) => value === 'full');
      return full
        ? [{ kind: 'rewrite', table: tokens.at(-1)?.value ?? '', says: 'VACUUM FULL' }]
        : [{ kind: 'harmless', says: 'VACUUM' }];
    }
    case 'comment':
    case 'analyze':
    case 'reindex':
    case 'refresh':
    case 'lock':
    case 'unlock':
    case 'print':
    case 'notify':
    case 'reset':
    case 'show':
    case 'use':
    case 'savepoint':
    case 'release':
    case 'checkpoint':
      return [{ kind: 'harmless', says: first.value.toUpperCase() }];
    case 'flush':
      return cursor.take('privileges')
        ? [{ kind: 'harmless', says: 'FLUSH PRIVILEGES' }]
        : [{ kind: 'opaque', says: textOf(tokens.slice(0, 3)), rows: true }];
    case 'explain':
      return readExplain(tokens);
    case 'select':
    case 'values':
      return readQuery(tokens);
    case 'copy':
      if (cursor.peek()?.text === '(') return effectsOf({ tokens: cursor.parenthesis() });
      return tokens.some(({ value }) => value === 'from')
        ? [data('insert', cursor.name(), false)]
        : [{ kind: 'harmless', says: 'COPY TO' }];
    case 'do':
      return [{ kind: 'opaque', says: `${textOf(tokens.slice(0, 3))} ...`, rows: mayTouchRows(tokens) }];
    case undefined:
      return [];
    default:
      return [{ kind: 'opaque', says: `${textOf(tokens.slice(0, 3))} ...`, rows: true }];
  }
}

/** What may stand behind BEGIN or START where they only open a transaction. */
const OF_TRANSACTION = new Set(
  'transaction tran work isolation level read write only committed uncommitted repeatable serializable deferrable not deferred immediate exclusive concurrent with consistent snapshot ,'.split(
    ' ',
  ),
);

/** EXPLAIN ANALYZE runs what it explains. */
function readExplain(tokens: readonly Token[]): readonly Effect[] {
  if (!tokens.some(({ value }) => value === 'analyze' || value === 'analyse'))
    return [{ kind: 'harmless', says: 'EXPLAIN' }];
  const from = tokens.findIndex(({ value }, i) => i > 0 && EXPLAINED.has(value));
  return from === -1
    ? [{ kind: 'opaque', says: textOf(tokens.slice(0, 4)), rows: true }]
    : effectsOf({ tokens: tokens.slice(from) });
}

const EXPLAINED = new Set('select values with insert update delete merge create refresh execute'.split(' '));

/** The body of a DO block that names no statement on rows and calls nothing cannot lose any. */
function mayTouchRows(tokens: readonly Token[]): boolean {
  return tokens.some(
    ({ kind, value }) =>
      kind === 'string' &&
      /\b(delete|update|insert|truncate|merge|drop|execute|perform|select|call|copy|using|replace|type)\b/i.test(value),
  );
}

function readCreate(cursor: Cursor): readonly Effect[] {
  const replaces = cursor.take('or', 'replace') || cursor.take('or', 'alter');
  while (
    ['temporary', 'temp', 'unlogged', 'global', 'local', 'recursive', 'trusted', 'definer'].some((word) =>
      cursor.take(word),
    )
  );
  const unique = cursor.take('unique');
  if (OF_INDEX.has(cursor.peek()?.value ?? '')) cursor.next();
  const object = objectAt(cursor);
  if (object === 'table') return [...readCreateTable(cursor, replaces), ...dataIn(cursor.rest())];
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
    return [{ kind: 'opaque', says: `CREATE ${textOf(words.slice(0, 3))}`, rows: true }];
  }
  const perhaps = cursor.take('if', 'not', 'exists');
  const name = cursor.name();
  if (object === 'trigger' || object === 'policy') {
    const table = afterOn(cursor);
    return [{ kind: 'create', object, name: `${table}.${name}`, table, replaces }];
  }
  return [{ kind: 'create', object, name, table: null, perhaps, replaces }];
}

/** What MySQL and SQL Server say of an index before the word. */
const OF_INDEX = new Set(['fulltext', 'spatial', 'clustered', 'nonclustered']);

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
  if (object === null) return [{ kind: 'opaque', says: `DROP ${textOf(cursor.rest().slice(0, 3))}`, rows: true }];
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

function readAlter(cursor: Cursor, tokens: readonly Token[]): readonly Effect[] {
  if (cursor.take('default', 'privileges')) {
    const right = cursor.rest().findIndex(({ kind, value }) => kind === 'word' && /^(grant|revoke)$/.test(value));
    if (right !== -1) return firstEffects(cursor.rest().slice(right));
  }
  const object = objectAt(cursor);
  if (object === 'table') return readAlterTable(cursor);
  if (object === null) return [{ kind: 'opaque', says: textOf(tokens.slice(0, 4)), rows: true }];
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
  const quiet =
    cursor.sees('owner') || (object === 'index' && cursor.sees('set')) || isQuietSequence(object, cursor.rest());
  const words = `ALTER ${object.toUpperCase()} ${name}`;
  if (quiet) return [{ kind: 'harmless', says: words }];
  return [{ kind: 'opaque', says: `${words} ${textOf(cursor.rest().slice(0, 3))}`, rows: true }];
}

/** What neither sets a sequence back nor ends it earlier. */
function isQuietSequence(object: ObjectKind, words: readonly Token[]): boolean {
  const loud = new Set(['restart', 'maxvalue', 'minvalue', 'as', 'set', 'cycle', 'increment']);
  return object === 'sequence' && !words.some(({ kind, value }) => kind === 'word' && loud.has(value));
}

function readSet(cursor: Cursor): readonly Effect[] {
  if (!cursor.take('local')) cursor.take('session');
  const name = cursor.name();
  if (name === 'transaction' || name === 'constraints')
    return [{ kind: 'harmless', says: `SET ${name.toUpperCase()}` }];
  if (!cursor.take('=')) cursor.take('to');
  return [{ kind: 'setting', name, value: textOf(cursor.rest()) }];
}

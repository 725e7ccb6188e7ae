/** DELETE, UPDATE, INSERT, MERGE and queries: which rows they touch, and what they call. */
import { commaParts, cursorOn, textOf, type Cursor } from './cursor.ts';
import type { Effect } from './effects.ts';
import type { Token } from './tokens.ts';

type Data = Extract<Effect, { kind: 'data' }>;

export function data(verb: Data['verb'], table: string, where: boolean): Data {
  return { kind: 'data', verb, table, where };
}

/** A statement that may change rows, alone or behind WITH, which may hide one more in each of its parts. */
export function readData(tokens: readonly Token[]): readonly Effect[] {
  const found = dataIn(tokens);
  return found.length > 0 ? found : readQuery(tokens);
}

/** Every change of rows that begins the tokens, or stands at the beginning or the end of a parenthesis in them. */
export function dataIn(tokens: readonly Token[]): readonly Data[] {
  return tokens.flatMap((token, i): readonly Data[] => {
    const before = tokens[i - 1];
    const starts = before === undefined || before.text === '(' || before.text === ')';
    if (token.kind !== 'word' || !starts || !VERBS.has(token.value)) return [];
    const rest = tokens.slice(i + 1);
    switch (token.value) {
      case 'delete':
        return [readDelete(rest)];
      case 'update':
        return [readUpdate(rest)];
      case 'insert':
        return [readInsert(rest)];
      case 'replace':
      case 'merge': {
        if (rest[0]?.text === '(') return [];
        const cursor = cursorOn(rest);
        takeAny(cursor, MODIFIERS);
        cursor.take('into');
        return [data('merge', cursor.name(), true)];
      }
      default:
        return [];
    }
  });
}

const VERBS = new Set(['delete', 'update', 'insert', 'replace', 'merge']);

/** What MySQL puts before the table. */
const MODIFIERS = ['low_priority', 'high_priority', 'delayed', 'quick', 'ignore'];

function takeAny(cursor: Cursor, words: readonly string[]): void {
  while (words.some((word) => cursor.take(word)));
}

function readDelete(tokens: readonly Token[]): Data {
  const cursor = cursorOn(tokens);
  takeAny(cursor, MODIFIERS);
  if (cursor.take('top')) cursor.parenthesis();
  cursor.take('from');
  cursor.take('only');
  return data('delete', cursor.name(), hasWhere(tokens));
}

/** Where more than one table is named, MySQL may write into each of them: they are told as they stand. */
function readUpdate(tokens: readonly Token[]): Data {
  const cursor = cursorOn(tokens);
  takeAny(cursor, MODIFIERS);
  if (cursor.take('or')) cursor.next();
  if (cursor.take('top')) cursor.parenthesis();
  cursor.take('only');
  const rest = cursor.rest();
  const set = rest.findIndex(({ kind, value }) => kind === 'word' && value === 'set');
  const named = set === -1 ? rest : rest.slice(0, set);
  const many = named.some(({ kind, value }) => value === ',' || (kind === 'word' && value === 'join'));
  const where = hasWhere(tokens);
  return many
    ? data('update', textOf(named), where)
    : { ...data('update', cursor.name(), where), columns: assigned(rest.slice(set + 1)) };
}

/** The columns in `a = 1, b = f(2) WHERE ...`; none where one of them is more than a name. */
function assigned(tokens: readonly Token[]): readonly string[] {
  const parts = commaParts(tokens).map((part) => {
    const cursor = cursorOn(part);
    const name = cursor.name();
    return cursor.sees('=') ? name : '';
  });
  return parts.includes('') ? [] : parts;
}

function readInsert(tokens: readonly Token[]): Data {
  const cursor = cursorOn(tokens);
  takeAny(cursor, MODIFIERS);
  const replaces = cursor.take('or', 'replace') || cursor.take('or', 'update');
  if (!replaces && cursor.take('or')) cursor.next();
  const overwrites = cursor.take('overwrite');
  cursor.take('into');
  cursor.take('table');
  const table = cursor.name();
  if (overwrites) return data('truncate', table, false);
  const rest = cursor.rest();
  const updates = rest.some(
    ({ value }, k) =>
      (value === 'do' || value === 'key') && rest[k + 1]?.value === 'update' && rest[k - 1]?.value !== '.',
  );
  return data(replaces || updates ? 'merge' : 'insert', table, true);
}

/** WHERE of this level: one inside a subquery does not count. */
function hasWhere(tokens: readonly Token[]): boolean {
  let depth = 0;
  for (const token of tokens) {
    if (token.text === '(') depth += 1;
    if (token.text === ')') depth -= 1;
    if (depth < 0) return false;
    if (depth === 0 && token.kind === 'word' && token.value === 'where') return true;
  }
  return false;
}

/** A query changes nothing, unless it calls a function that may. */
export function readQuery(tokens: readonly Token[]): readonly Effect[] {
  if (tokens.some(({ kind, value }, i) => kind === 'word' && value === 'into' && i > 0))
    return [{ kind: 'opaque', says: 'SELECT ... INTO', rows: false }];
  const calls = tokens.flatMap((_, i) => (isCall(tokens, i) ? [i] : []));
  const settings = calls.filter((at) => tokens[at]?.value === 'set_config');
  const strange = calls.find((at) => !settings.includes(at));
  const says = `a query that calls ${tokens[strange ?? -1]?.value ?? ''}()`;
  const found: readonly Effect[] = [
    ...settings.map((at) => settingOf(tokens.slice(at + 2))),
    ...(strange === undefined ? [] : [{ kind: 'opaque', says, rows: true } as const]),
  ];
  return found.length > 0 ? found : [{ kind: 'harmless', says: 'a query' }];
}

/** `set_config('lock_timeout', '1s', true)` from behind its parenthesis on. */
function settingOf(tokens: readonly Token[]): Effect {
  const [name, value] = commaParts(tokens);
  return { kind: 'setting', name: name?.[0]?.value.replace(/^'|'$/g, '') ?? '', value: value?.[0]?.value ?? '' };
}

/** A call of a function that is not one of PostgreSQL's own quiet ones. A function of the same name in a schema of one's own is. */
function isCall(tokens: readonly Token[], at: number): boolean {
  const token = tokens[at];
  if (tokens[at + 1]?.text !== '(' || !token) return false;
  if (token.kind === 'name') return true;
  if (token.kind !== 'word') return false;
  const schema = tokens[at - 1]?.text === '.' ? (tokens[at - 2]?.value ?? '') : null;
  return !(QUIET.has(token.value) && (schema === null || schema === 'pg_catalog'));
}

/** Functions that change nothing of the schema or its rows, and words that stand before a parenthesis. */
const QUIET = new Set(
  'setval nextval count sum min max coalesce now pg_sleep exists in values pg_get_serial_sequence lower upper concat greatest least current_setting and or not as from on over filter using any all some materialized where when then else select'.split(
    ' ',
  ),
);

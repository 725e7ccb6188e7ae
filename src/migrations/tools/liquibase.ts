/** Liquibase: change sets in XML, YAML, JSON or formatted SQL, one migration each. Files that a changelog includes are read by themselves. */
import {
  changeOf,
  plainText,
  type ChangedFile,
  type Down,
  type Found,
  type Migration,
  type Misplaced,
  type Sql,
} from '../migration.ts';
import { readXml, readYaml, type Element } from './element.ts';
import { changeSql, statementOf } from './liquibase-changes.ts';

const FORMATTED = /^\s*--\s*liquibase\s+formatted\s+sql/i;

export function isLiquibase({ path, before, after }: ChangedFile): boolean {
  const text = plainText(after ?? before ?? '');
  if (path.endsWith('.sql')) return FORMATTED.test(text);
  if (path.endsWith('.xml')) return /<(?:\w+:)?databaseChangeLog[\s>]/.test(text);
  return /\.(ya?ml|json)$/.test(path) && /["']?databaseChangeLog["']?\s*:/.test(text);
}

interface ChangeSet {
  readonly id: string;
  readonly line: number;
  readonly up: Sql;
  readonly down: Down;
  readonly wrapped: boolean;
  readonly again: boolean;
  /** Everything Liquibase looks at when it says that a change set was edited. */
  readonly print: string;
}

export function readLiquibase(files: readonly ChangedFile[]): Found {
  const faults: Misplaced[] = [];
  const migrations = files.flatMap((file): Migration[] => {
    if (changeOf(file) === null) return [];
    const [before, after] = [setsOf(file.path, file.before), setsOf(file.path, file.after)];
    if (before === null || after === null) {
      faults.push({
        path: file.path,
        line: 1,
        says: 'it cannot be read as a changelog',
        cure: 'Run liquibase validate: it names the place.',
      });
      return [];
    }
    for (const name of newIncludes(file)) {
      if (files.some((other) => changeOf(other) !== null && isNamed(other.path, name))) continue;
      const says = `it now includes ${name}, which the release does not bring: what runs from there is not read`;
      faults.push({ path: file.path, line: 1, says, cure: 'Bring a file and its include in one release.' });
    }
    const older = new Map(before.map((set) => [set.id, set]));
    const kept = new Set(after.map(({ id }) => id));
    const changed = after.flatMap((set) => {
      const known = older.get(set.id);
      if (known === undefined) return [migrationOf(file.path, set, 'added')];
      return known.print === set.print ? [] : [migrationOf(file.path, set, 'changed')];
    });
    return [
      ...changed,
      ...before.filter(({ id }) => !kept.has(id)).map((set) => migrationOf(file.path, set, 'removed')),
    ];
  });
  return { migrations, faults };
}

function migrationOf(path: string, set: ChangeSet, change: Migration['change']): Migration {
  return {
    tool: 'liquibase',
    id: set.id,
    path,
    line: set.line,
    change,
    up: set.up,
    down: set.down,
    repeatable: set.again,
    transaction: set.wrapped ? 'wrapped' : 'none',
    checksum: null,
    follows: null,
  };
}

/** Files and folders that the changelog did not include before the release. */
function newIncludes({ path, before, after }: ChangedFile): readonly string[] {
  const included = (text: string | null): readonly string[] =>
    (text === null || path.endsWith('.sql') ? [] : (rootOf(path, text)?.children ?? [])).flatMap(
      ({ name, attributes }) =>
        name === 'include' || name === 'includeAll' ? [attributes['file'] ?? attributes['path'] ?? ''] : [],
    );
  const known = new Set(included(before));
  return included(after).filter((name) => !known.has(name));
}

/** `name` stands as seen from a folder that is not known here. */
function isNamed(path: string, name: string): boolean {
  const bare = name.replace(/^classpath:/, '').replace(/^(\.{0,2}\/)+/, '');
  return `/${path}`.endsWith(`/${bare}`) || `/${path}`.includes(`/${bare.replace(/\/$/, '')}/`);
}

function rootOf(path: string, text: string): Element | null {
  return path.endsWith('.xml') ? readXml(plainText(text)) : readYaml(plainText(text));
}

function setsOf(path: string, text: string | null): readonly ChangeSet[] | null {
  if (text === null) return [];
  if (path.endsWith('.sql')) return formattedSets(path, plainText(text));
  const root = rootOf(path, text);
  return root === null
    ? null
    : root.children.filter(({ name }) => name === 'changeSet').map((set) => elementSet(path, set));
}

/** What a change set holds beside its changes. */
const ASIDE = new Set(['rollback', 'preConditions', 'comment', 'validCheckSum', 'tagDatabase']);

/** `modifySql` writes the SQL of the others anew: as something that nobody has read, unless it only says how MySQL stores a table. */
function isChange({ name, children }: Element): boolean {
  if (name !== 'modifySql') return !ASIDE.has(name);
  return !children.every((one) => one.name === 'append' && STORAGE.test(one.attributes['value'] ?? ''));
}

const STORAGE = /^(\s*(default\s+)?(engine|charset|character\s+set|collate|row_format)\s*=?\s*\w+\s*)+$/i;

function elementSet(path: string, set: Element): ChangeSet {
  const elements = set.children.filter(isChange);
  const changes = elements.map(changeSql);
  const rollbacks = set.children.filter(({ name }) => name === 'rollback');
  const runnable = changes.every((change) => change.runnable);
  const up: Sql = { path, line: set.line, text: changes.map((change) => change.up).join(' '), runnable };
  const { attributes } = set;
  return {
    id: `${attributes['author'] ?? ''}:${attributes['id'] ?? ''}`,
    line: set.line,
    up,
    down: rollbacks.length > 0 ? written(path, rollbacks) : derived(path, set, changes),
    wrapped: attributes['runInTransaction'] !== 'false',
    again: attributes['runOnChange'] === 'true' || attributes['runAlways'] === 'true',
    print: JSON.stringify(elements.map(printOf)),
  };
}

/** An element without its place and the white space in it, which Liquibase's checksum leaves out too. */
function printOf({ name, attributes, children, text }: Element): unknown {
  return [name, attributes, text.replace(/\s+/g, ' ').trim(), children.map(printOf)];
}

const CURE = 'Give the change set a <rollback> with the statements that undo it.';

/** The rollback that the authors wrote. An empty one says "nothing to undo": Liquibase then undoes nothing. */
function written(path: string, rollbacks: readonly Element[]): Down {
  const parts = rollbacks.flatMap((rollback) => {
    const nested = rollback.children.filter(({ name }) => name !== 'comment').map(changeSql);
    const text = rollback.text.trim();
    const own = text === '' ? [] : [{ up: statementOf(text), down: null, runnable: true }];
    return [...own, ...nested];
  });
  const [first] = rollbacks;
  if (parts.length === 0) return { kind: 'none', says: 'its rollback is empty', cure: CURE };
  const text = parts.map(({ up }) => up).join(' ');
  return {
    kind: 'script',
    sql: { path, line: first?.line ?? 1, text, runnable: parts.every(({ runnable }) => runnable) },
  };
}

function derived(path: string, set: Element, changes: readonly { readonly down: string | null }[]): Down {
  const inverses = changes.map(({ down }) => down);
  const missing = set.children.filter(isChange).find((_, i) => inverses[i] === null);
  if (missing)
    return {
      kind: 'none',
      says: `Liquibase cannot undo ${missing.name} by itself, and there is no rollback`,
      cure: CURE,
    };
  const text = inverses.toReversed().join(' ');
  return { kind: 'script', sql: { path, line: set.line, text, runnable: false } };
}

function formattedSets(path: string, text: string): readonly ChangeSet[] {
  const lines = text.split('\n');
  const starts = lines.flatMap((line, i) => (/^\s*--\s*changeset\s+\S/i.test(line) ? [i] : []));
  return starts.map((start, i) => formattedSet(path, lines.slice(start, starts[i + 1] ?? lines.length), start + 1));
}

function formattedSet(path: string, lines: readonly string[], line: number): ChangeSet {
  const [head = '', ...body] = lines;
  const [, author = '', id = '', options = ''] = /changeset\s+([^:\s]+):("[^"]+"|\S+)(.*)$/i.exec(head) ?? [];
  const up: string[] = [];
  const down: string[] = [];
  let empty = false;
  let said = -1;
  let block = false;
  for (const [i, text] of body.entries()) {
    const short = /^\s*--\s*rollback\b\s*(.*)$/i.exec(text)?.[1];
    const opens = /^\s*\/\*\s*liquibase\s+rollback\s*(.*)$/i.exec(text)?.[1];
    const closes = block && text.includes('*/');
    up.push(short === undefined && opens === undefined && !block ? text : '');
    if (short !== undefined || opens !== undefined) said = said === -1 ? i : said;
    if (short !== undefined) {
      if (/^(not\s+required|empty)\s*;?$/i.test(short)) empty = true;
      else down.push(short);
    } else if (opens !== undefined) {
      down.push(opens.replace('*/', ''));
      block = !opens.includes('*/');
    } else if (block) down.push(text.replace('*/', ''));
    if (closes) block = false;
  }
  const text = down.join('\n');
  const cure = 'Add a line `--rollback <statement>` for each statement that undoes it.';
  const none: Down = empty
    ? { kind: 'none', says: 'its rollback is empty', cure }
    : { kind: 'none', says: 'Liquibase cannot undo SQL by itself, and there is no --rollback line', cure };
  return {
    id: `${author}:${id.replaceAll('"', '')}`,
    line,
    up: { path, line: line + 1, text: up.join('\n'), runnable: true },
    down: text.trim() === '' ? none : { kind: 'script', sql: { path, line: line + 1 + said, text, runnable: true } },
    wrapped: !/runInTransaction:\s*false/i.test(options),
    again: /runOnChange:\s*true|runAlways:\s*true/i.test(options),
    print: up.join('\n').replace(/\s+/g, ' ').trim(),
  };
}

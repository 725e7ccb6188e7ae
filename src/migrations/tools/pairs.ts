/** Tools with one SQL file a way, or one file with marks: golang-migrate, dbmate, Prisma, Atlas. */
import {
  changeOf,
  fileName,
  folderOf,
  plainText,
  type ChangedFile,
  type Down,
  type Found,
  type Migration,
  type Misplaced,
  type Sql,
} from '../migration.ts';
import { statementsOf } from '../statements.ts';

const GOLANG = /^(\d+)_(.*)\.(up|down)\.sql$/;
/** By time, or the baseline of a database that was there before, `0_init`; with the way down that a team puts beside it. */
const PRISMA = /(?:^|\/)((?:\d{14}|0+)_[^/]+)\/(migration|down)\.sql$/;
const STAMPED = /^(\d{8,})(?:_[^/]*)?\.sql$/;
const DBMATE_MARK = /^[ \t]*--[ \t]*migrate:(up|down)\b([^\n]*)$/gm;

export function isGolangMigrate({ path }: ChangedFile): boolean {
  return GOLANG.test(fileName(path));
}

export function isPrisma({ path }: ChangedFile): boolean {
  return PRISMA.test(path);
}

export function isDbmate({ path, before, after }: ChangedFile): boolean {
  return path.endsWith('.sql') && /^[ \t]*--[ \t]*migrate:up\b/m.test(plainText(after ?? before ?? ''));
}

export function isAtlas({ path, before, after }: ChangedFile, sums: ReadonlySet<string>): boolean {
  if (!STAMPED.test(fileName(path))) return false;
  return sums.has(folderOf(path)) || /^[ \t]*--[ \t]*atlas:/m.test(plainText(after ?? before ?? ''));
}

function base(
  file: ChangedFile,
  sql: Sql,
): Pick<Migration, 'path' | 'line' | 'up' | 'repeatable' | 'checksum' | 'follows'> {
  return { path: file.path, line: sql.line, up: sql, repeatable: false, checksum: null, follows: null };
}

function whole(path: string, text: string): Sql {
  return { path, line: 1, text: plainText(text), runnable: true };
}

function hasWork(sql: Sql): boolean {
  const { statements, unread } = statementsOf(sql.text);
  return statements.length > 0 || unread !== null;
}

function scriptOr(sql: Sql | null, says: string, cure: string): Down {
  if (sql === null) return { kind: 'none', says, cure };
  return hasWork(sql)
    ? { kind: 'script', sql }
    : { kind: 'none', says: `${sql.path} has no statement`, cure, empty: sql };
}

export function readGolangMigrate(files: readonly ChangedFile[]): Found {
  const faults: Misplaced[] = [];
  const migrations: Migration[] = [];
  const known = new Map<string, string>();
  for (const file of files) {
    const [, version = '', title = '', way] = GOLANG.exec(fileName(file.path)) ?? [];
    if (way === undefined) continue;
    const other = (which: string): string => `${folderOf(file.path)}${version}_${title}.${which}.sql`;
    const change = changeOf(file);
    const up = files.find(({ path }) => path === other('up'));
    if (way === 'down') {
      if (change === 'added' && !up)
        faults.push({
          path: file.path,
          line: 1,
          says: `it has no ${fileName(other('up'))} in this release`,
          cure: 'Ship both ways together.',
        });
      continue;
    }
    const id = BigInt(version).toString();
    const place = `${folderOf(file.path)}${id}`;
    const twin = known.get(place);
    if (twin !== undefined && file.after !== null)
      faults.push({
        path: file.path,
        line: 1,
        says: `version ${id} stands in ${twin} too: golang-migrate stops`,
        cure: 'Give one of them a version of its own.',
      });
    if (file.after !== null) known.set(place, file.path);
    if (change === null) continue;
    const down = files.find(({ path }) => path === other('down'))?.after ?? null;
    migrations.push({
      ...base(file, whole(file.path, file.after ?? file.before ?? '')),
      tool: 'golang-migrate',
      id,
      change,
      down: scriptOr(
        down === null ? null : whole(other('down'), down),
        `there is no ${fileName(other('down'))}`,
        `Write ${fileName(other('down'))}.`,
      ),
      transaction: 'implicit',
    });
  }
  return { migrations, faults };
}

/** Text of one way, with the line it begins on, and the options behind its mark. */
function dbmatePart(
  path: string,
  text: string,
  way: 'up' | 'down',
): { readonly sql: Sql; readonly options: string } | null {
  const marks = [...text.matchAll(DBMATE_MARK)];
  const at = marks.findIndex((mark) => mark[1] === way);
  const mark = marks[at];
  if (!mark) return null;
  const from = mark.index + mark[0].length;
  const part = text.slice(from, marks[at + 1]?.index ?? text.length);
  const line = text.slice(0, from).split('\n').length;
  return { sql: { path, line, text: part, runnable: true }, options: mark[2] ?? '' };
}

export function readDbmate(files: readonly ChangedFile[]): Found {
  const migrations = files.flatMap((file): Migration[] => {
    const change = changeOf(file);
    const text = plainText(file.after ?? file.before ?? '');
    const up = dbmatePart(file.path, text, 'up');
    if (change === null || up === null) return [];
    const down = dbmatePart(file.path, text, 'down');
    return [
      {
        ...base(file, up.sql),
        tool: 'dbmate',
        id: /^\d+/.exec(fileName(file.path))?.[0] ?? fileName(file.path),
        change,
        down: scriptOr(
          down?.sql ?? null,
          'there is no `-- migrate:down`',
          'Write the statements under `-- migrate:down`.',
        ),
        transaction: /\btransaction:\s*false\b/.test(up.options) ? 'none' : 'wrapped',
      },
    ];
  });
  return { migrations, faults: [] };
}

export function readPrisma(files: readonly ChangedFile[]): Found {
  const migrations = files.flatMap((file): Migration[] => {
    const change = changeOf(file);
    const [, id, way] = PRISMA.exec(file.path) ?? [];
    if (change === null || id === undefined || way !== 'migration') return [];
    const path = `${folderOf(file.path)}down.sql`;
    const down = files.find((other) => other.path === path)?.after ?? null;
    return [
      {
        ...base(file, whole(file.path, file.after ?? file.before ?? '')),
        tool: 'prisma',
        id,
        change,
        down: scriptOr(
          down === null ? null : whole(path, down),
          'Prisma has no down, and there is no down.sql beside it',
          `Make it before you release: prisma migrate diff --from-schema-datamodel <new> --to-schema-datamodel <old> --script > ${path}`,
        ),
        transaction: 'implicit',
      },
    ];
  });
  return { migrations, faults: [] };
}

export function readAtlas(files: readonly ChangedFile[]): Found {
  const migrations = files.flatMap((file): Migration[] => {
    const change = changeOf(file);
    const version = STAMPED.exec(fileName(file.path))?.[1];
    if (change === null || version === undefined || file.path.endsWith('.down.sql')) return [];
    const sql = whole(file.path, file.after ?? file.before ?? '');
    const path = file.path.replace(/\.sql$/, '.down.sql');
    const down = files.find((other) => other.path === path)?.after ?? null;
    return [
      {
        ...base(file, sql),
        tool: 'atlas',
        id: version,
        change,
        down: scriptOr(
          down === null ? null : whole(path, down),
          'Atlas computes the way down at the moment it is asked, so nobody has read it',
          'Let `atlas migrate down --dry-run` print it on a copy, and keep what it prints with the release.',
        ),
        transaction: /^[ \t]*--[ \t]*atlas:txmode[ \t]+none\b/m.test(sql.text) ? 'none' : 'wrapped',
      },
    ];
  });
  const sums = files.filter(({ path }) => fileName(path) === 'atlas.sum');
  const faults = migrations
    .filter(({ path }) =>
      sums.some((sum) => folderOf(sum.path) === folderOf(path) && !(sum.after ?? '').includes(`${fileName(path)} `)),
    )
    .map(({ path }): Misplaced => ({
      path,
      line: 1,
      says: 'it does not stand in atlas.sum: Atlas refuses the folder',
      cure: 'Run atlas migrate hash.',
    }));
  return { migrations, faults };
}

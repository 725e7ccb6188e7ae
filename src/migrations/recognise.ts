import { fileName, folderOf, type ChangedFile, type Found, type Migration } from './migration.ts';
import { isAlembic, readAlembic } from './tools/alembic.ts';
import { isFlyway, readFlyway } from './tools/flyway.ts';
import { isLiquibase, readLiquibase } from './tools/liquibase.ts';
import {
  isAtlas,
  isDbmate,
  isGolangMigrate,
  isPrisma,
  readAtlas,
  readDbmate,
  readGolangMigrate,
  readPrisma,
} from './tools/pairs.ts';

export interface Recognised extends Found {
  /** Files that change a database or run before the release, and that no known tool explains. */
  readonly unknown: readonly string[];
}

/** Where migrations lie, whatever tool they are for. */
export const MIGRATION_PATH =
  /(^|\/)(migrations?|db\/migrate|flyway|liquibase|alembic)\/|\.sql$|(^|\/)([VUB]\d[\d._]*|R)__\w+\.(java|kt|groovy|scala)$/i;

/**
 * The migrations of a release. Files that did not change may be given too, as context: a version that exists already, the other way of
 * a pair, the checksums of a folder.
 */
export function recognise(files: readonly ChangedFile[]): Recognised {
  const sums = new Set(files.filter(({ path }) => fileName(path) === 'atlas.sum').map(({ path }) => folderOf(path)));
  const parts = new Map<string, ChangedFile[]>();
  const unknown: string[] = [];
  for (const file of files) {
    const tool = toolOf(file, sums);
    if (tool !== null) parts.set(tool, [...(parts.get(tool) ?? []), file]);
    else if (file.before !== file.after && (isMigrationPath(file.path) || sqlMoves(file))) unknown.push(file.path);
  }
  const found = [...parts].map(([tool, own]) => READERS[tool]?.(own) ?? { migrations: [], faults: [] });
  return {
    migrations: found
      .flatMap(({ migrations }) => migrations)
      .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.line - b.line)),
    faults: found.flatMap(({ faults }) => faults),
    unknown,
  };
}

/** By its name alone it is a migration, of whichever tool. */
export function isMigrationPath(path: string): boolean {
  return MIGRATION_PATH.test(path) && !BESIDE.test(path);
}

/** SQL files under the keys of a manifest, such as a ConfigMap that a job mounts: they are not read, so a change of one is not known. */
function sqlMoves({ path, before, after }: ChangedFile): boolean {
  return /\.(ya?ml|json)$/.test(path) && sqlUnderKeys(before) !== sqlUnderKeys(after);
}

/** The lines of every key that ends in `.sql`, and what is indented beneath it. */
function sqlUnderKeys(text: string | null): string {
  let within = -1;
  const taken = (text ?? '').split('\n').filter((line) => {
    const indent = line.search(/\S/);
    if (within !== -1 && (indent === -1 || indent > within)) return true;
    within = /(?:^|[\s{,"'])[\w./-]+\.sql["']?\s*:/.test(line) ? indent : -1;
    return within !== -1;
  });
  return taken.join('\n').trim();
}

/** What lies beside migrations and does nothing to a database. */
const BESIDE =
  /\.(md|txt|toml|ini|mako|pyc|gitkeep)$|(^|\/)(__init__\.py|env\.py|README|schema\.sql|structure\.sql|\.gitkeep)$/i;

const READERS: Readonly<Record<string, (files: readonly ChangedFile[]) => Found>> = {
  flyway: readFlyway,
  liquibase: readLiquibase,
  'golang-migrate': readGolangMigrate,
  alembic: readAlembic,
  prisma: readPrisma,
  dbmate: readDbmate,
  atlas: readAtlas,
} satisfies Readonly<Record<Migration['tool'], (files: readonly ChangedFile[]) => Found>>;

/** What a file says itself counts more than its name. */
function toolOf(file: ChangedFile, sums: ReadonlySet<string>): Migration['tool'] | null {
  if (isLiquibase(file)) return 'liquibase';
  if (isDbmate(file)) return 'dbmate';
  if (isAlembic(file)) return 'alembic';
  if (file.path.endsWith('.down.sql') && sums.has(folderOf(file.path))) return 'atlas';
  if (isGolangMigrate(file)) return 'golang-migrate';
  if (isFlyway(file.path) || (file.path.endsWith('.sql.conf') && isFlyway(file.path.slice(0, -5)))) return 'flyway';
  if (isPrisma(file)) return 'prisma';
  return isAtlas(file, sums) || fileName(file.path) === 'atlas.sum' ? 'atlas' : null;
}

/** Flyway: V (versioned), U (undo), R (repeatable), B (baseline). Other prefixes than the default ones are not known here. */
import { crc32 } from '../crc32.ts';
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
} from '../migration.ts';

const NAME = /^(?:([VUB])(\d+(?:[._]\d+)*)|(R))__(.+)\.sql$/;

export function isFlyway(path: string): boolean {
  return NAME.test(fileName(path));
}

/**
 * What Flyway writes into `flyway_schema_history.checksum`: CRC-32 over the UTF-8 bytes of the lines, without their ends and without
 * a byte order mark, as a signed 32-bit number. So CRLF, LF and a last empty line make no difference.
 */
export function flywayChecksum(text: string): number {
  const encoder = new TextEncoder();
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
  return crc32(lines.map((line) => encoder.encode(line))) | 0;
}

/** `1.02` and `1_2` are one version: leading zeros and trailing `.0` count for nothing. */
export function flywayVersion(text: string): string {
  const parts = text.split(/[._]/).map((part) => part.replace(/^0+(?=\d)/, ''));
  while (parts.length > 1 && parts.at(-1) === '0') parts.pop();
  return parts.join('.');
}

/** -1, 0 or 1, part by part, as numbers of any length. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a.split('.'), b.split('.')];
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const [x, y] = [BigInt(left[i] ?? '0'), BigInt(right[i] ?? '0')];
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}

interface Named {
  readonly file: ChangedFile;
  readonly kind: 'V' | 'U' | 'R' | 'B';
  readonly version: string;
  readonly description: string;
}

function named(file: ChangedFile): readonly Named[] {
  const [, kind, version, repeats, words] = NAME.exec(fileName(file.path)) ?? [];
  if (words === undefined) return [];
  const description = words.replaceAll('_', ' ');
  if (repeats === 'R') return [{ file, kind: 'R', version: '', description }];
  if (kind !== 'V' && kind !== 'U' && kind !== 'B') return [];
  return [{ file, kind, version: flywayVersion(version ?? ''), description }];
}

export function readFlyway(files: readonly ChangedFile[]): Found {
  const all = files.flatMap(named);
  const faults: Misplaced[] = [];
  const migrations: Migration[] = [];
  const newestOf = newestBefore(all);
  const versions = new Map<string, string>();
  for (const one of all) {
    const { file, kind, version, description } = one;
    if (kind === 'V' && file.after !== null) {
      const place = `${folderOf(file.path)}${version}`;
      const other = versions.get(place);
      if (other !== undefined)
        faults.push({
          path: file.path,
          line: 1,
          says: `version ${version} stands in ${other} too: Flyway refuses to start`,
          cure: 'Give one of them a version of its own.',
        });
      versions.set(place, file.path);
    }
    const change = changeOf(file);
    if (change === null || (kind !== 'V' && kind !== 'R')) continue;
    const newest = newestOf.get(folderOf(file.path));
    if (kind === 'V' && change === 'added' && newest !== undefined && compareVersions(version, newest) < 0)
      faults.push({
        path: file.path,
        line: 1,
        says: `version ${version} comes after ${newest}, which is older history: Flyway does not run it (outOfOrder is false)`,
        cure: `Give it a version above ${newest}.`,
      });
    const text = file.after ?? file.before ?? '';
    migrations.push({
      tool: 'flyway',
      id: kind === 'R' ? `R ${description}` : version,
      path: file.path,
      line: 1,
      change,
      up: { path: file.path, line: 1, text: plainText(text), runnable: true },
      down: kind === 'R' ? olderText(file) : undoOf(all, one),
      repeatable: kind === 'R',
      transaction: runsInTransaction(files, file) ? 'wrapped' : 'none',
      checksum: flywayChecksum(text),
      follows: null,
    });
  }
  return { migrations, faults };
}

function olderText({ path, before }: ChangedFile): Down {
  if (before !== null) return { kind: 'script', sql: { path, line: 1, text: plainText(before), runnable: true } };
  return {
    kind: 'none',
    says: 'a repeatable migration has no undo, and this one is new',
    cure: 'Drop by hand what it created, or leave it: the older version does not know it.',
  };
}

/** By folder the highest version that it had before the release. */
function newestBefore(all: readonly Named[]): ReadonlyMap<string, string> {
  const newest = new Map<string, string>();
  for (const { kind, file, version } of all) {
    if (kind !== 'V' || file.before === null) continue;
    const folder = folderOf(file.path);
    const known = newest.get(folder);
    if (known === undefined || compareVersions(version, known) > 0) newest.set(folder, version);
  }
  return newest;
}

/** Beside it, or in a folder of undos; not that of another service, which has a migration of this version itself. */
function undoOf(all: readonly Named[], { file, version }: Named): Down {
  const same = all.filter((other) => other.version === version && other.file.after !== null);
  const undos = same.filter(({ kind }) => kind === 'U');
  const folder = folderOf(file.path);
  const isTaken = (place: string): boolean =>
    same.some((other) => other.kind === 'V' && folderOf(other.file.path) === place);
  const undo =
    undos.find((other) => folderOf(other.file.path) === folder) ??
    undos.find((other) => !isTaken(folderOf(other.file.path)));
  if (!undo) {
    const name = fileName(file.path).replace(/^V/, 'U');
    return {
      kind: 'none',
      says: `there is no ${name}`,
      cure: `Write ${name}. Flyway Community has no undo: run it as a forward migration of its own, or with psql.`,
    };
  }
  const text = plainText(undo.file.after ?? '');
  return { kind: 'script', sql: { path: undo.file.path, line: 1, text, runnable: true } };
}

function runsInTransaction(files: readonly ChangedFile[], { path }: ChangedFile): boolean {
  const conf = files.find((other) => other.path === `${path}.conf`)?.after ?? '';
  return !/^\s*executeInTransaction\s*=\s*false/im.test(conf);
}

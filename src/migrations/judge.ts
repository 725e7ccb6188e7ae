/** Can this release be taken back? Each migration by itself, then the release as a whole. */
import type { Database } from './database.ts';
import type { Finding, FindingKind } from './finding.ts';
import { differences } from './inverse.ts';
import type { Migration, Misplaced, Tool } from './migration.ts';
import type { Recognised } from './recognise.ts';
import { readWay, typesOf, type Way } from './way.ts';

/**
 * What taking a migration back needs. `nothing`: the older version runs on the newer schema. `down`: its down must run first, and as far
 * as text can say it brings the older schema back. `unproven`: nobody can say. `impossible`: data is gone, or there is no way down.
 */
export type Undo = 'nothing' | 'down' | 'unproven' | 'impossible';

export interface Judged {
  readonly migration: Migration;
  readonly undo: Undo;
  readonly because: string;
  readonly findings: readonly Finding[];
}

export interface ReleaseJudgement {
  readonly undo: Undo;
  readonly because: string;
  readonly migrations: readonly Judged[];
  /** Wrong before any SQL is read. */
  readonly misplaced: readonly Misplaced[];
  readonly unknown: readonly string[];
}

const ORDER: readonly Undo[] = ['nothing', 'down', 'unproven', 'impossible'];

export function judgeRelease(found: Recognised, database: Database): ReleaseJudgement {
  const migrations = found.migrations.map((migration) => judgeMigration(migration, database));
  const worst = migrations.reduce<Judged | null>(
    (kept, one) => (kept !== null && ORDER.indexOf(kept.undo) >= ORDER.indexOf(one.undo) ? kept : one),
    null,
  );
  const base = { migrations, misplaced: found.faults, unknown: found.unknown };
  const [stranger] = found.unknown;
  if (stranger !== undefined && worst?.undo !== 'impossible')
    return {
      ...base,
      undo: 'unproven',
      because: `${stranger} changes a database in a way that no known tool explains`,
    };
  const [fault] = found.faults;
  if (fault && worst?.undo !== 'impossible')
    return { ...base, undo: 'unproven', because: `${fault.path}: ${fault.says}` };
  if (worst === null) return { ...base, undo: 'nothing', because: 'the release has no migration' };
  return { ...base, undo: worst.undo, because: `${worst.migration.path}: ${worst.because}` };
}

export function judgeMigration(migration: Migration, database: Database): Judged {
  const types = typesOf(migration, database);
  const up = readWay(migration, 'up', migration.up, database, (column) => types.get(column)?.before ?? null);
  const down = migration.down.kind === 'script' ? migration.down.sql : null;
  const back =
    down === null ? null : readWay(migration, 'down', down, database, (column) => types.get(column)?.after ?? null);
  const findings = [...edited(migration), ...up.findings, ...runner(migration), ...downFindings(migration, up, back)];
  return { migration, findings, ...undoOf(migration, findings, leavesNothing(migration, up)) };
}

function edited({ change, repeatable, path, line, id, tool }: Migration): readonly Finding[] {
  if (change === 'added' || (change === 'changed' && repeatable)) return [];
  const stops: Readonly<Record<Tool, string>> = {
    flyway: 'Flyway stops at its checksum',
    liquibase: 'Liquibase stops at its checksum',
    atlas: 'Atlas stops at atlas.sum',
    prisma: 'Prisma warns, and runs it nowhere',
    alembic: 'Alembic runs it nowhere where it was applied',
    'golang-migrate': 'golang-migrate runs it nowhere where it was applied',
    dbmate: 'dbmate runs it nowhere where it was applied',
  };
  const what =
    change === 'changed' ? 'was edited after it had been released' : 'was removed after it had been released';
  return [
    {
      kind: 'edited',
      way: 'up',
      path,
      line,
      says: `${id} ${what}: ${stops[tool]}`,
      cure: 'Put the text back, and write a new migration.',
    },
  ];
}

/** Tools whose older version stops when the database is newer than its own folder. */
function runner({ tool, change, id, path, line }: Migration): readonly Finding[] {
  if (change !== 'added') return [];
  const stops: Partial<Record<Tool, string>> = {
    'golang-migrate': `the older image has no version ${id}: its \`migrate up\` ends with "no migration found for version ${id}"`,
    alembic: `the older image has no revision ${id}: its \`alembic upgrade\` ends with "Can't locate revision"`,
  };
  const says = stops[tool];
  if (says === undefined) return [];
  return [
    {
      kind: 'old-runner',
      way: 'up',
      path,
      line,
      says,
      cure: 'Run the down with the image of the bad release first, or start the older version without its migration step.',
    },
  ];
}

/** In the way down: what of it stops, and what it leaves or takes too much. */
function downFindings(migration: Migration, up: Way, back: Way | null): readonly Finding[] {
  const { down } = migration;
  if (down.kind !== 'script' || back === null) {
    if (down.kind === 'script') return [];
    const cure = down.kind === 'none' ? down.cure : 'Take it back with a release of its own.';
    const kind: FindingKind = changesNothing(up) || leavesNothing(migration, up) ? 'note' : 'no-down';
    return [{ kind, way: 'down', path: migration.path, line: migration.line, says: down.says, cure }];
  }
  // That the bad version would not run on the older schema is what the way down is for.
  const told = back.findings.filter(({ kind }) => kind !== 'breaks-old');
  const read = told.map((finding): Finding => {
    if (finding.kind !== 'loses-data') return finding;
    const what = finding.says.replace(/; the older version still reads it$/, '');
    return { ...finding, kind: 'note', says: `${what}: what the bad version wrote there goes with it` };
  });
  if (migration.repeatable) return read;
  const line = down.sql.line;
  const left = differences(up.effects, back.effects).map((says): Finding => ({
    kind: 'down-differs',
    way: 'down',
    path: down.sql.path,
    line,
    says,
    cure: 'Let the down undo each statement of the up, last one first.',
  }));
  return [...read, ...left];
}

/** An empty down moves the version back, and that is all where the up has nothing that it would have to undo. */
function leavesNothing({ down }: Migration, up: Way): boolean {
  return down.kind === 'none' && down.empty !== undefined && differences(up.effects, []).length === 0;
}

function changesNothing({ effects }: Way): boolean {
  return effects.every(({ kind }) => kind === 'harmless' || kind === 'setting' || kind === 'transaction');
}

function undoOf(
  { down }: Migration,
  findings: readonly Finding[],
  emptyWillDo: boolean,
): Pick<Judged, 'undo' | 'because'> {
  const first = (kind: FindingKind, way?: 'up' | 'down'): Finding | undefined =>
    findings.find((one) => one.kind === kind && (way === undefined || one.way === way));
  const gone = first('edited') ?? first('loses-data', 'up');
  if (gone) return { undo: 'impossible', because: gone.says };
  const needs = first('breaks-old', 'up') ?? first('old-runner') ?? first('unread', 'up');
  if (!needs)
    return {
      undo: 'nothing',
      because: 'the older version runs on the newer schema: it only adds what nobody must use',
    };
  if (emptyWillDo && needs.kind === 'old-runner' && !first('unread', 'up'))
    return { undo: 'down', because: needs.says };
  if (down.kind !== 'script')
    return needs.kind === 'unread'
      ? { undo: 'unproven', because: needs.says }
      : { undo: 'impossible', because: `${needs.says}; ${down.says}` };
  const doubt = first('unread') ?? first('down-differs') ?? first('fails', 'down') ?? first('half-state', 'down');
  if (doubt) return { undo: 'unproven', because: doubt.says };
  return { undo: 'down', because: needs.says };
}

import { RollbackError } from '../errors.ts';
import { canonicalJson } from '../ledger/canonical.ts';
import type { Sha256 } from '../ledger/canonical.ts';
import { versionsOf } from '../manifests/versions.ts';
import type { Database } from '../migrations/database.ts';
import { judgeRelease } from '../migrations/judge.ts';
import { recognise, type Recognised } from '../migrations/recognise.ts';
import { isMigration, movingTargets, resourcesIn } from './fit.ts';
import type { Incident } from './incident.ts';
import { climbFrom } from './detour.ts';
import type { FileAt, FileStates } from './ladder.ts';
import { setKeys } from './set-keys.ts';
import type { Conflict, FileEdit, FileMode, LastGood, Planned, RollbackPlan, VersionChange } from './plan.ts';

/** One file as it was read; `text` is null for binary content. */
export interface ReadFile extends Omit<FileAt, 'mode'> {
  readonly mode: string;
}

/** Everything a plan is made from. Paths that are not listed are never touched. */
export interface PlanInput {
  readonly incident: Incident;
  /** Head of the default branch, whose files are `now`. */
  readonly base: string;
  readonly baseBranch: string;
  readonly good: LastGood;
  readonly undoes: RollbackPlan['undoes'];
  /** What its migrations are written for. */
  readonly database: Database;
  /** Pointers that are moved back after the merge, as the playbook lists them. */
  readonly repointed?: readonly string[];
  /** Changes of the service after the bad one, newest first. */
  readonly later?: RollbackPlan['undoes'];
  readonly files: readonly {
    readonly path: string;
    readonly good: ReadFile | null;
    readonly bad: ReadFile | null;
    readonly now: ReadFile | null;
    /** What our own first pull request did to it; absent: there was none. */
    readonly detour?: { readonly before: ReadFile | null; readonly after: ReadFile | null };
  }[];
}

/** All files go back, or none: half a rollback is a version that nobody has ever run. */
export function makePlan(input: PlanInput, sha256: Sha256): Planned {
  const { incident, base, baseBranch, good, undoes } = input;
  const edits: FileEdit[] = [];
  const changes: VersionChange[] = [];
  const conflicts: Conflict[] = [];
  const notes: string[] = [];
  const migrations: string[] = [];
  /** Each conflicting file with only its colliding keys set; null: that is not enough somewhere. */
  let instead: FileEdit[] | null = [];
  const insteadChanges: VersionChange[] = [];
  const files = input.files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const found = recognise(
    files.map(({ path, good: was, bad }) => ({ path, before: was?.text ?? null, after: bad?.text ?? null })),
  );
  const ofDatabase = new Set([...found.migrations, ...found.faults].map(({ path }) => path).concat(found.unknown));
  for (const raw of files) {
    const file: FileStates = {
      path: raw.path,
      good: known(raw.path, raw.good),
      bad: known(raw.path, raw.bad),
      now: known(raw.path, raw.now),
    };
    const detour = raw.detour && {
      before: known(raw.path, raw.detour.before),
      after: known(raw.path, raw.detour.after),
    };
    const rung = climbFrom(file, detour ?? null);
    const runs = ofDatabase.has(file.path) || isMigration(file.path, [file.good?.text ?? null, file.bad?.text ?? null]);
    if (rung.kind !== 'nothing' && runs) migrations.push(file.path);
    if (rung.kind === 'conflict') {
      conflicts.push(...rung.conflicts);
      const set = detour === undefined ? setKeys(file) : null;
      instead = set === null ? null : (instead?.concat(set) ?? null);
      if (set) insteadChanges.push(...versionChanges(file.path, file.now?.text ?? null, set.text));
    }
    if (rung.kind !== 'edit') continue;
    edits.push(rung.edit);
    const added = removedResources(file, rung.text);
    if (added.length > 0)
      notes.push(
        `${added.join(', ')} came with the release: where Argo CD does not prune, it stays until somebody prunes it`,
      );
    changes.push(...versionChanges(file.path, file.now?.text ?? null, rung.text));
  }
  const planOf = (all: readonly FileEdit[], moved: readonly VersionChange[]): RollbackPlan => ({
    ...{ incident, base, baseBranch, good, edits: all, changes: moved, undoes },
    hash: planHash({ incident, good, edits: all }, sha256),
    notes,
    migrations,
    ...(migrations.length > 0 ? { database: databaseOf(found, migrations, input.database) } : {}),
  });
  if (conflicts.length > 0) {
    const because = conflictSentence(conflicts);
    const other = instead === null ? null : planOf([...edits, ...instead], [...changes, ...insteadChanges]);
    return { kind: 'conflict', good, conflicts, because, later: input.later ?? [], instead: other };
  }
  if (edits.length === 0) {
    const because = `the files already are as at ${good.sha.slice(0, 7)}; if the fault is still there, the cluster has yet to follow, or the fault lies elsewhere`;
    return { kind: 'nothing-to-do', good, because };
  }
  const [moving] = movingTargets(changes, input.repointed);
  if (moving) {
    const { change, what, cure } = moving;
    const words = `${change.path} ${change.key} would go back to ${change.to ?? ''}, ${what}: nobody can say what it runs today`;
    // Whoever named the target knows what they name.
    if (good.reason.kind !== 'named')
      return {
        kind: 'unfit',
        good,
        because: words,
        cure: `${cure}, or name the target yourself if you know what it runs: /rollback ${incident.key.service} ${incident.key.environment} to <sha>.`,
      };
    notes.push(words);
  }
  return { kind: 'planned', plan: planOf(edits, changes) };
}

/** What the release did to a database. A hook whose work stands in no file of the release is not provable. */
function databaseOf(
  found: Recognised,
  named: readonly string[],
  database: Database,
): NonNullable<RollbackPlan['database']> {
  const { undo, because } = judgeRelease(found, database);
  const read = new Set([
    ...found.migrations.flatMap(({ path, up, down }) => [
      path,
      up.path,
      ...(down.kind === 'script' ? [down.sql.path] : down.kind === 'none' && down.empty ? [down.empty.path] : []),
    ]),
    ...found.faults.map(({ path }) => path),
    ...found.unknown,
  ]);
  const stranger = named.find((path) => !read.has(path));
  if (stranger !== undefined && undo !== 'impossible')
    return { undo: 'unproven', because: `${stranger} runs before the release, and what it does stands elsewhere` };
  return { undo, because };
}

/** Resources that are in a file now and no longer after the edit. */
function removedResources({ now }: FileStates, after: string | null): readonly string[] {
  const kept = new Set(resourcesIn(after));
  return resourcesIn(now?.text ?? null).filter((resource) => !kept.has(resource));
}

/**
 * What a confirmation is bound to: another bad release, another target or another edit is another hash, in either half. A commit that
 * touches none of these is not: where many people release, one lands between every plan and its confirmation.
 */
export function planHash(plan: Pick<RollbackPlan, 'incident' | 'good' | 'edits' | 'phase'>, sha256: Sha256): string {
  const then = plan.phase?.kind === 'traffic' && plan.phase.then ? [plan.phase.then.edits] : [];
  return sha256(canonicalJson([plan.incident.id, plan.good.sha, plan.edits, ...then])).slice(0, 12);
}

const MODES: readonly string[] = ['100644', '100755', '120000', '160000'] satisfies readonly FileMode[];

function known(path: string, found: ReadFile | null): FileAt | null {
  if (!found) return null;
  const { blob, mode, text } = found;
  if (!isMode(mode)) throw new RollbackError('internal', `${path}: file mode ${mode} is none that Git uses for a file`);
  return { blob, mode, text };
}

function isMode(mode: string): mode is FileMode {
  return MODES.includes(mode);
}

export function versionChanges(path: string, before: string | null, after: string | null): readonly VersionChange[] {
  const read = (text: string | null) =>
    new Map((text === null ? [] : versionsOf(path, text)).map((version) => [version.key, version]));
  const [from, to] = [read(before), read(after)];
  return [...new Map([...from, ...to]).values()]
    .map(({ key, moves }) => ({ path, key, from: from.get(key)?.value ?? null, to: to.get(key)?.value ?? null, moves }))
    .filter((change) => change.from !== change.to);
}

function conflictSentence(conflicts: readonly Conflict[]): string {
  const [first] = conflicts;
  const place = first ? `${first.path}${first.key === null ? '' : ` ${first.key}`}` : '';
  const more = conflicts.length > 1 ? ` and ${conflicts.length - 1} more` : '';
  return `${place}${more} changed again after the bad release: a person must say which value is meant`;
}

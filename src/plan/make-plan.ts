import { RollbackError } from '../errors.ts';
import { canonicalJson } from '../ledger/canonical.ts';
import type { Sha256 } from '../ledger/canonical.ts';
import { versionsOf } from '../manifests/versions.ts';
import type { Incident } from './incident.ts';
import { climb } from './ladder.ts';
import type { FileAt, FileStates } from './ladder.ts';
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
  readonly files: readonly {
    readonly path: string;
    readonly good: ReadFile | null;
    readonly bad: ReadFile | null;
    readonly now: ReadFile | null;
  }[];
}

/** All files go back, or none: half a rollback is a version that nobody has ever run. */
export function makePlan(input: PlanInput, sha256: Sha256): Planned {
  const { incident, base, baseBranch, good, undoes } = input;
  const edits: FileEdit[] = [];
  const changes: VersionChange[] = [];
  const conflicts: Conflict[] = [];
  const files = input.files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  for (const raw of files) {
    const file: FileStates = {
      path: raw.path,
      good: known(raw, 'good'),
      bad: known(raw, 'bad'),
      now: known(raw, 'now'),
    };
    const rung = climb(file);
    if (rung.kind === 'conflict') conflicts.push(...rung.conflicts);
    if (rung.kind !== 'edit') continue;
    edits.push(rung.edit);
    changes.push(...versionChanges(file.path, file.now?.text ?? null, rung.text));
  }
  if (conflicts.length > 0) return { kind: 'conflict', good, conflicts, because: conflictSentence(conflicts) };
  if (edits.length === 0) {
    const because = `the files already are as at ${good.sha.slice(0, 7)}; if the fault is still there, the cluster has yet to follow, or the fault lies elsewhere`;
    return { kind: 'nothing-to-do', good, because };
  }
  const hash = planHash({ incident, base, good, edits }, sha256);
  return { kind: 'planned', plan: { incident, base, baseBranch, good, edits, changes, undoes, hash } };
}

/** What a confirmation is bound to: another head, another target or another edit is another hash. */
export function planHash(plan: Pick<RollbackPlan, 'incident' | 'base' | 'good' | 'edits'>, sha256: Sha256): string {
  return sha256(canonicalJson([plan.incident.id, plan.base, plan.good.sha, plan.edits])).slice(0, 12);
}

const MODES: readonly string[] = ['100644', '100755', '120000', '160000'] satisfies readonly FileMode[];

function known(file: PlanInput['files'][number], state: 'good' | 'bad' | 'now'): FileAt | null {
  const found = file[state];
  if (!found) return null;
  const { blob, mode, text } = found;
  if (!isMode(mode))
    throw new RollbackError('internal', `${file.path}: file mode ${mode} is none that Git uses for a file`);
  return { blob, mode, text };
}

function isMode(mode: string): mode is FileMode {
  return MODES.includes(mode);
}

function versionChanges(path: string, before: string | null, after: string | null): readonly VersionChange[] {
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

/** What a plan moves, as the tables and lists that the pull request and the plan comment share. */
import type { Conflict, RollbackPlan } from '../plan/plan.ts';
import { code, inline } from './escape.ts';
import { short } from './numbers.ts';

/** A person reads no more than this; GitHub refuses a body over 65,536 characters. */
const ROWS = 40;

function more(all: number, rows: number): readonly string[] {
  return all > rows ? [`… and ${all - rows} more.`] : [];
}

/** One line each, the first `rows` of them, and how many there are beside. */
export function bulleted(lines: readonly string[], rows: number): string {
  const shown = lines.slice(0, rows).map((line) => `- ${inline(line)}`);
  return [shown.join('\n'), ...more(lines.length, rows)].join('\n\n').trim();
}

function or(value: string | null): string {
  return value === null ? '(absent)' : code(value, 120);
}

/** Versions before and after; an empty string when the plan names none. */
export function versionsTable(plan: RollbackPlan, rows = ROWS): string {
  if (plan.changes.length === 0) return '';
  const lines = plan.changes
    .slice(0, rows)
    .map(
      (change) => `| ${code(change.path, 200)} | ${code(change.key, 120)} | ${or(change.from)} | ${or(change.to)} |`,
    );
  const table = ['| File | Key | Now | After |', '| --- | --- | --- | --- |', ...lines].join('\n');
  return [table, ...more(plan.changes.length, rows)].join('\n\n');
}

function editWords(edit: RollbackPlan['edits'][number], onlyTraffic: boolean): string {
  switch (edit.kind) {
    case 'restore':
      return `${code(edit.path, 200)} - whole file as it was at the target (nothing else changed it since)`;
    case 'write':
      return onlyTraffic
        ? `${code(edit.path, 200)} - only the keys above; everything else stays`
        : `${code(edit.path, 200)} - only the keys of the bad release; later changes stay`;
    case 'delete':
      return `${code(edit.path, 200)} - removed: the bad release added it`;
  }
}

/** Every file, and how it goes back. */
export function filesList(plan: RollbackPlan, rows = ROWS): string {
  const lines = plan.edits.slice(0, rows).map((edit) => `- ${editWords(edit, plan.phase?.kind === 'traffic')}`);
  return [lines.join('\n'), ...more(plan.edits.length, rows)].join('\n\n');
}

/** The commits whose content goes away, newest first. */
export function undoneList(plan: Pick<RollbackPlan, 'undoes'>, rows = ROWS): string {
  const lines = plan.undoes
    .slice(0, rows)
    .map((commit) => `- ${short(commit.sha)} ${inline(commit.title, 120)} (${inline(commit.author, 60)})`);
  return [lines.join('\n'), ...more(plan.undoes.length, rows)].join('\n\n');
}

/** The places a person must settle, with the three values. */
export function conflictsTable(conflicts: readonly Conflict[], rows = ROWS): string {
  const lines = conflicts
    .slice(0, rows)
    .map(
      (c) =>
        `| ${code(c.path, 200)} | ${c.key === null ? 'whole file' : code(c.key, 120)} | ${or(c.good)} | ${or(c.bad)} | ${or(c.now)} |`,
    );
  const table = ['| File | Key | Last good | Bad release | Now |', '| --- | --- | --- | --- | --- |', ...lines].join(
    '\n',
  );
  return [table, ...more(conflicts.length, rows)].join('\n\n');
}

/** The second pull request of a way back whose first one only moves the traffic; empty where there is none. */
export function followsWords({ phase }: RollbackPlan, rows = ROWS): string {
  if (phase?.kind !== 'traffic') return '';
  const { then, stuck } = phase;
  if (stuck !== undefined)
    return `**The version cannot follow by itself**: ${inline(stuck.because)}. Once the traffic is away, a person is called for it.`;
  if (then === null)
    return 'Once what was left proves that it serves well again, a second pull request brings the route back.';
  return [
    `Once this is merged, applied and proven, a second pull request brings the version back to ${short(then.good.sha)}:`,
    versionsTable(then, rows),
    filesList(then, rows),
  ].join('\n\n');
}

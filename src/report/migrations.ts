/** What `lastgood migrations` says, and the two steps back that a revert pull request prints. */
import type { Finding } from '../migrations/finding.ts';
import type { Judged, ReleaseJudgement } from '../migrations/judge.ts';
import { medianOf, ms, proofVerdict, worstOf, type Proof, type ProofOf } from '../migrations/proof.ts';
import { oneLine } from './escape.ts';

const ANSWER = {
  nothing: 'YES: the older version runs on the newer schema; nothing has to be undone in the database',
  down: 'YES, in two steps: the down runs first, then the files go back',
  unproven: 'NOT KNOWN: nobody can say from the text; a person decides',
  impossible: 'NO: a revert takes back files, never rows',
} as const;

const MARK = { nothing: 'ok', down: 'down first', unproven: 'unproven', impossible: 'no way back' } as const;

export interface MigrationsView {
  readonly release: ReleaseJudgement;
  readonly proof: Proof | null;
  /** What a rollback does with it, by the playbook; null: none was read. */
  readonly policy: string | null;
}

export function migrationsText({ release, proof, policy }: MigrationsView): string {
  const lines = [
    `Can this release be taken back? ${ANSWER[release.undo]}.`,
    `  because ${oneLine(release.because)}`,
    '',
  ];
  for (const { path, line, says, cure } of release.misplaced)
    lines.push(`${path}:${line}  fault: ${oneLine(says)}`, `    ${oneLine(cure)}`);
  for (const path of release.unknown) lines.push(`${path}  unknown: no tool that is known here runs it`);
  for (const judged of release.migrations) lines.push(...judgedLines(judged));
  if (proof) lines.push('', ...proofLines(proof));
  if (policy !== null) lines.push('', policy);
  return lines.join('\n');
}

function judgedLines({ migration, undo, findings }: Judged): readonly string[] {
  const head = `${migration.path}:${migration.line}  ${migration.tool} ${oneLine(migration.id)}: ${MARK[undo]}`;
  return [head, ...findings.flatMap(findingLines)];
}

function findingLines({ path, line, kind, way, says, cure }: Finding): readonly string[] {
  return [`  ${path}:${line}  ${way} ${kind}: ${oneLine(says)}`, `      ${oneLine(cure)}`];
}

function proofLines(proof: Proof): readonly string[] {
  const { ok, faults } = proofVerdict(proof);
  const title = ok ? 'Proven on the scratch database: the schema is the same again.' : 'The scratch database says no:';
  return [title, ...faults.map((fault) => `  ${oneLine(fault)}`), ...proof.migrations.flatMap(ranLines)];
}

function ranLines(one: ProofOf): readonly string[] {
  if (one.kind !== 'ran') return [];
  const { path, downMs, locks } = one;
  const waits = locks.filter((trial) => trial.waits).map(({ beside }) => beside);
  const words =
    locks.length === 0
      ? 'who it waits for was not tried'
      : waits.length === 0
        ? 'waits for nobody'
        : `waits behind ${waits.join(' and ')} of a table it changes`;
  return [
    `  ${path}: down ${ms(medianOf(downMs))} median, ${ms(worstOf(downMs))} worst of ${downMs.length} runs; ${words}`,
  ];
}

/** How the database goes back before the files do: by the team's own job, which is the only one that knows a password. */
export function twoSteps(
  job: { readonly kind: 'github-workflow' | 'argocd-hook'; readonly name: string } | null,
  bad: string,
): readonly string[] {
  const image = `the image of the bad release (${bad.slice(0, 7)}), because only it has the way down`;
  const first =
    job === null
      ? `Step 1: run the migration tool's way down with ${image}; or leave the schema where the older version runs on it`
      : job.kind === 'github-workflow'
        ? `Step 1: start the workflow ${job.name} with ${image}`
        : `Step 1: let Argo CD run the hook ${job.name} with ${image}`;
  return [
    `${first}. Rows that the release removed or overwrote do not come back.`,
    job === null
      ? 'Step 2: merge this pull request, and the files go back.'
      : 'Step 2: the job writes the check or commit status lastgood/migration = success on the head of this pull request; then the files go back by its merge.',
  ];
}

/** What a rollback of this release does, by `rollback.migrations`. */
export function policyWords(policy: 'ask' | 'allow' | 'job', undo: ReleaseJudgement['undo']): string {
  if (undo === 'nothing') return `migrations: ${policy}: nothing stops an automatic rollback here.`;
  switch (policy) {
    case 'ask':
      return 'migrations: ask: the revert is opened at once, and a person merges it.';
    case 'allow':
      return 'migrations: allow: the playbook says that older versions run on the newer schema; the revert merges by itself.';
    case 'job':
      return 'migrations: job: the revert waits for lastgood/migration on its head; success lets it merge.';
  }
}

import { twoSteps } from '../report/migrations.ts';
import type { RollbackPolicy } from '../playbook/schema-rollback.ts';
import type { RollbackPlan } from '../plan/plan.ts';
import type { Observed, Remembered } from './observed.ts';
import type { Step } from './step.ts';

/** The check run or commit status on the head of the revert by which the team's own job says that the schema is back. */
export const MIGRATION_CHECK = 'lastgood/migration';

export interface MigrationGate {
  /** Why a person must merge; null: not because of the database. */
  readonly person: string | null;
  /** Name of the job whose verdict the merge waits for; null: none. */
  readonly job: string | null;
  /** The two steps, for whoever reads the pull request. */
  readonly notes: readonly string[];
}

const FREE: MigrationGate = { person: null, job: null, notes: [] };

/** What the database of the release means for the merge of its revert. What nobody has judged counts as not provable. */
export function migrationGate(plan: RollbackPlan, rollback: RollbackPolicy): MigrationGate {
  const [first] = plan.migrations ?? [];
  if (first === undefined || rollback.migrations === 'allow' || rollback.migrations === 'reversible') return FREE;
  const undo = plan.database?.undo ?? 'unproven';
  if (undo === 'nothing') return FREE;
  const job = rollback['migration-job'] ?? null;
  const notes = twoSteps(rollback.migrations === 'job' ? job : null, plan.incident.bad);
  const why = plan.database ? ` (${plan.database.because})` : '';
  if (rollback.migrations === 'job' && job !== null && undo !== 'impossible')
    return { person: null, job: job.name, notes };
  return {
    person: `the release brought a database change (${first}) that a revert does not undo${why}: merge only if the older version runs on the newer schema, or undo it first with the release's own image`,
    job: null,
    notes,
  };
}

/** Waits for the team's job; null: the merge need not, or no longer. */
export function awaitMigration(seen: Observed, { pull, job }: Remembered): Step | null {
  if (job === undefined || job === null || pull.adopted === true) return null;
  const verdict = seen.migration ?? null;
  if (verdict?.state === 'success') return null;
  const deadline = Date.parse(pull.createdAt) + seen.rules.rollback['merge-within'];
  const failed = verdict?.state === 'failure';
  const late = seen.now > deadline;
  const what = failed
    ? `${job} says that the database is not back: ${verdict.says || 'no words'}`
    : verdict === null
      ? `#${pull.number} waits for ${MIGRATION_CHECK}, and ${job} has not said anything yet`
      : `${job} is running: ${verdict.says || 'no words'}`;
  if ((failed || late) && !seen.escalated)
    return {
      kind: 'escalate',
      trouble: 'migration-job',
      because: what,
      todo: [
        `Look at ${job}; once the schema is back, let it write ${MIGRATION_CHECK} = success on ${pull.head.slice(0, 7)}.`,
        `Or merge #${pull.number} yourself if the older version runs on the newer schema.`,
      ],
      commands: [],
      final: false,
    };
  const until = failed || late ? null : new Date(deadline).toISOString();
  return { kind: 'wait', for: 'migration', until, lookAgainMs: 10_000, because: what, commands: [] };
}

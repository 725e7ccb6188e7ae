/** Everything `/rollback plan` shows, and what moved when a printed plan is no longer the one that would run. */
import { readOrNone } from '../ledger/chain.ts';
import { pastDurations } from '../ledger/durations.ts';
import { groupChanges } from '../plan/changes.ts';
import type { Cause } from '../plan/incident.ts';
import type { RollbackPlan } from '../plan/plan.ts';
import type { Target } from '../playbook/target.ts';
import type { Overview } from '../ports.ts';
import { diffDetails, expectedTime, movedList, routeWords, type FileTexts } from '../report/plan-more.ts';
import type { PlanView } from '../report/plan.ts';
import { quarantineList } from '../report/quarantine.ts';
import { approvalsNeeded } from './approvals.ts';
import type { Doors } from './doors.ts';
import type { Draft } from './draft.ts';
import { migrationGate } from './decide-migration.ts';
import type { PrintedPlan } from './reply.ts';

export async function viewOfPlan(
  doors: Pick<Doors, 'repository'>,
  target: Target,
  drafted: Draft,
  plan: RollbackPlan,
  cause: Cause,
): Promise<PlanView> {
  const [ledger, files, outlook] = await Promise.all([
    doors.repository.ledger(),
    textsOf(doors, plan, drafted),
    drafted.outlook,
  ]);
  const { rollback } = target.rules;
  const gate = migrationGate(plan, rollback);
  const quarantine = quarantineList(drafted.quarantine?.added ?? [], plan.incident.key);
  return {
    plan,
    route: routeWords(drafted.activeRules, {
      approvals: approvalsNeeded(rollback.approvals, cause),
      codeOwners: rollback.approvals.codeowners,
    }),
    blockers: [...(gate.person === null ? [] : [gate.person]), ...gate.notes, ...outlook],
    expected: expectedTime(pastDurations(readOrNone(ledger).lines)),
    more: [diffDetails(files), quarantine === '' ? '' : `Quarantined from then on:\n\n${quarantine}`],
    printedIn: 'comment',
  };
}

/** Each file of the plan as it is on its base, and as the revert leaves it. */
async function textsOf(
  { repository }: Pick<Doors, 'repository'>,
  plan: RollbackPlan,
  drafted: Draft,
): Promise<FileTexts[]> {
  const paths = plan.edits.map(({ path }) => path);
  if (paths.length === 0) return [];
  const now = (await repository.trees(paths, [plan.base])).get(plan.base) ?? [];
  const texts = await repository.texts(now.map(({ blob }) => blob));
  return plan.edits.map((edit) => {
    const blob = now.find(({ path }) => path === edit.path)?.blob;
    const after = edit.kind === 'write' ? edit.text : edit.kind === 'restore' ? drafted.texts.get(edit.blob) : null;
    return { path: edit.path, before: (blob && texts.get(blob)) || null, after: after ?? null };
  });
}

/** What a printed plan remembers of itself. */
export function madeOf(plan: RollbackPlan): NonNullable<PrintedPlan['made']> {
  return { base: plan.base, good: plan.good.sha, files: plan.edits.map(({ path }) => path).slice(0, 50) };
}

/** Empty where the printed plan does not say what it was made on. */
export async function whatMoved(
  { repository }: Pick<Doors, 'repository'>,
  { rules }: Target,
  { head, defaultBranch }: Overview,
  { made }: PrintedPlan,
  drafted: Draft | null,
): Promise<string> {
  if (made === undefined) return '';
  const [now, before] = await Promise.all([
    repository.history(rules.paths, head),
    repository.history(rules.paths, made.base),
  ]);
  const known = new Set(groupChanges(before).map(({ revision }) => revision));
  const commits = groupChanges(now).filter(({ revision }) => !known.has(revision));
  const plan = drafted?.planned.kind === 'planned' ? drafted.planned.plan : null;
  const files = plan === null ? [] : plan.edits.map(({ path }) => path);
  return movedList({
    from: made.base,
    to: head,
    branch: defaultBranch,
    commits: commits.map(({ revision, title, author }) => ({ sha: revision, title, author })),
    target: plan === null || plan.good.sha === made.good ? null : { from: made.good, to: plan.good.sha },
    files: [
      ...files.filter((path) => !made.files.includes(path)),
      ...made.files.filter((path) => plan !== null && !files.includes(path)),
    ],
  });
}

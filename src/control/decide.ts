import type { Cause } from '../plan/incident.ts';
import type { LastGood, Planned, RollbackPlan } from '../plan/plan.ts';
import { instant } from '../report/numbers.ts';
import { liftComment } from '../report/orders.ts';
import { approvalsNeeded } from './approvals.ts';
import { decideCluster } from './decide-cluster.ts';
import { decideMerge } from './decide-merge.ts';
import { migrationGate } from './decide-migration.ts';
import type { Before, Observed } from './observed.ts';
import type { Step } from './step.ts';

/** The next step of a rollback. Pure: the same observation gives the same step, whatever event made us look. */
export function decide(seen: Observed): Step {
  const { stage } = seen;
  if (stage.kind === 'opened') {
    const { pull } = stage.remembered;
    switch (pull.state) {
      case 'closed':
        return {
          kind: 'finish',
          outcome: 'cancelled',
          because: `pull request #${pull.number} was closed without a merge`,
        };
      case 'open':
        return decideMerge(seen, stage.remembered);
      case 'merged':
        return decideCluster(seen, stage.remembered);
    }
  }
  const { planned } = stage;
  switch (planned.kind) {
    case 'no-last-good':
      return needsPerson('no-last-good', planned.because, [
        `Name the target: /rollback ${seen.incident.key.service} ${seen.incident.key.environment} to <sha>`,
      ]);
    case 'conflict':
      return needsPerson('conflict', planned.because, conflictTodo(seen, planned));
    case 'unfit':
      return needsPerson('unfit-target', planned.because, [planned.cure]);
    case 'nothing-to-do':
      return (
        adoption(stage.before, planned.good) ??
        refuseRevertOfRevert(seen, stage.before) ?? {
          kind: 'finish',
          outcome: 'nothing-to-do',
          because: planned.because,
        }
      );
    case 'planned':
      return (
        adoption(stage.before, planned.plan.good) ??
        refuseAutomatic(seen, stage.before) ??
        open(seen, planned.plan, stage.before)
      );
  }
}

/** A person was faster: a second pull request for the same files would only collide with theirs. */
function adoption({ human }: Before, good: LastGood): Step | null {
  if (!human) return null;
  const done = human.state === 'merged' ? 'merged' : 'opened';
  const because = `${human.by} already ${done} the revert as #${human.number}: it is followed to its proof, and there is no second one`;
  return { kind: 'adopt', number: human.number, good, because };
}

function open(seen: Observed, plan: RollbackPlan, before: Before): Step {
  const asked = modeOf(seen);
  const slower = asked === 'auto' ? reasonsForAPerson(seen, plan, before) : [];
  const mode = slower.length > 0 ? 'human' : asked;
  const { job, notes } = migrationGate(plan, seen.rules.rollback);
  return {
    kind: 'open',
    plan,
    mode,
    because: [plan.good.because, ...slower].join('; '),
    notes: [...slower, ...notes],
    ...(job === null ? {} : { job }),
    ...(slower.length === 0 ? {} : { person: slower.join('; ') }),
  };
}

/** What takes one rung from the ladder: it is opened as fast as ever, and a person merges it. */
function reasonsForAPerson(seen: Observed, plan: RollbackPlan, before: Before): readonly string[] {
  const { rollback } = seen.rules;
  const reasons: string[] = [];
  const { person } = migrationGate(plan, rollback);
  if (person !== null) reasons.push(person);
  if ((before.openedRecently ?? 0) > 0 && !isPersonal(seen.incident.cause))
    reasons.push(
      `another rollback was opened less than ${Math.round(rollback.pause / 60_000)} min ago (pause): a person merges this one`,
    );
  return reasons;
}

/** Later changes that one line names; the plan names all of them. */
const LISTED = 4;

/** The two ways on, each as it is typed. */
function conflictTodo(seen: Observed, planned: Extract<Planned, { kind: 'conflict' }>): readonly string[] {
  const { service, environment } = seen.incident.key;
  const later = planned.later ?? [];
  const list = later
    .slice(0, LISTED)
    .map(({ sha, title, author }) => `${sha.slice(0, 7)} ${title.slice(0, 60)} (${author.slice(0, 20)})`);
  const more = later.length > LISTED ? [`${later.length - LISTED} more`] : [];
  const { good, instead } = planned;
  // What is typed goes first: a long list may be cut.
  return [
    ...(later.length > 0
      ? [`/rollback ${service} ${environment} to ${good.sha} reverts these too: ${[...list, ...more].join('; ')}`]
      : []),
    ...(instead
      ? [
          `To set only ${instead.changes.map(({ key }) => key).join(', ')} to the last good value and keep the rest: /rollback plan ${service} ${environment} prints it with a hash to confirm.`,
        ]
      : []),
    'Or settle the named keys by hand in a pull request, and merge it: lastgood leaves later changes alone.',
  ];
}

/** A person's own `/rollback` is the human decision; otherwise the playbook says who merges. */
function modeOf(seen: Observed): 'human' | 'auto' {
  if (approvalsNeeded(seen.rules.rollback.approvals, seen.incident.cause) > 0) return 'human';
  if (isPersonal(seen.incident.cause)) return 'auto';
  return asksFirst(seen.incident.cause) ? 'human' : seen.rules.rollback.approval;
}

function isPersonal(cause: Cause): boolean {
  return cause.kind === 'command';
}

function asksFirst(cause: Cause): boolean {
  return cause.kind === 'gate' && cause.then === 'ask';
}

/** An alert that outlives a rollback says that the fault lies elsewhere: a person must know, and nothing is put back. */
function refuseRevertOfRevert(seen: Observed, before: Before): Step | null {
  if (isPersonal(seen.incident.cause) || !before.isRollback) return null;
  const { service, environment } = seen.incident.key;
  return needsPerson(
    'is-a-rollback',
    `the newest change of ${service} in ${environment} is itself a rollback; reverting it would bring the fault back`,
    [`Name a target that is known to be good: /rollback ${service} ${environment} to <sha>`],
  );
}

/** What stops a machine but not a person: a revert of a revert, an old release, a storm. */
function refuseAutomatic(seen: Observed, before: Before): Step | null {
  if (isPersonal(seen.incident.cause)) return null;
  const { rollback } = seen.rules;
  const { service, environment } = seen.incident.key;
  const aside = seen.incident.way === 'fallback';
  const byHand = [
    `If ${aside ? 'users are to be sent to the fallback' : 'this release is to go back'} all the same: /rollback ${service} ${environment}${aside ? ' to fallback' : ''}`,
  ];
  const { hold } = before;
  if (hold) {
    const why = hold.reason === null ? '' : ` (${hold.reason})`;
    return needsPerson('held', `${hold.by} stopped automatic rollbacks here at ${instant(hold.since)}${why}`, [
      ...byHand,
      `To allow automatic ones again: ${liftComment('hold', hold)}`,
    ]);
  }
  const unreadable = before.unreadable ?? null;
  if (unreadable !== null)
    return needsPerson('held', `nobody knows whether automatic rollbacks are stopped here: ${unreadable}`, [
      ...byHand,
      'Compare the named line with the Git history of the branch of the ledger, and put it back.',
    ]);
  const { cause } = seen.incident;
  if (cause.kind === 'quarantine' && (before.keptBefore ?? 0) > 0) {
    return needsPerson(
      'set-again',
      `${cause.writer} set ${cause.value} again after lastgood had taken it back ${before.keptBefore === 1 ? 'once' : `${before.keptBefore} times`}`,
      [`Stop what writes it (${cause.path}), or allow it: /release ${service} ${environment}`, ...byHand],
    );
  }
  // A fallback accuses no release, so it asks neither for its age nor for what it was.
  const again = aside ? null : refuseRevertOfRevert(seen, before);
  if (again) return again;
  const age = seen.now - Date.parse(before.releasedAt);
  if (!aside && age > rollback['max-age']) {
    return needsPerson('too-old', `the release is ${hours(age)} old > max-age ${hours(rollback['max-age'])}`, byHand);
  }
  if (before.openedToday >= rollback['max-per-day']) {
    return needsPerson(
      'daily-cap',
      `${before.openedToday} rollbacks were opened in the last 24 h >= max-per-day ${rollback['max-per-day']}`,
      byHand,
    );
  }
  return null;
}

function needsPerson(
  trouble:
    'no-last-good' | 'conflict' | 'unfit-target' | 'is-a-rollback' | 'too-old' | 'daily-cap' | 'held' | 'set-again',
  because: string,
  todo: readonly string[],
): Step {
  return { kind: 'escalate', trouble, because, todo, commands: [], final: true };
}

function hours(ms: number): string {
  return `${(ms / 3_600_000).toFixed(1)} h`;
}

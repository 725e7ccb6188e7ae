/** The answer to `/rollback plan`: what would happen, and the exact words that make it happen. */
import type { Planned, RollbackPlan } from '../plan/plan.ts';
import { causeMarkdown } from './cause.ts';
import { conflictsTable, filesList, followsWords, undoneList, versionsTable } from './changes.ts';
import { fitted } from './body.ts';
import { block, inline } from './escape.ts';
import { short } from './numbers.ts';

export interface PlanView {
  readonly plan: RollbackPlan;
  /** How the pull request would be merged, in one sentence. */
  readonly route: string;
  /** What stands between this plan and its merge, each in one sentence; empty when nothing does. */
  readonly blockers: readonly string[];
  /** Only a plan printed in a comment can be confirmed by its hash. */
  readonly printedIn: 'comment' | 'terminal';
  /** How long it took before, in one sentence. */
  readonly expected?: string;
  /** The lines that change and what is quarantined, as Markdown. */
  readonly more?: readonly string[];
}

export function planComment(view: PlanView): string {
  return fitted((rows) => planWith(view, rows));
}

function planWith(view: PlanView, rows: number): string {
  const { plan } = view;
  const { service, environment } = plan.incident.key;
  const sections = [
    `**Plan ${plan.hash}**: ${inline(service)} in ${inline(environment)} ${goesWhere(plan)}. Nothing has been changed yet.`,
    [
      ...(plan.strategy === undefined ? [] : [`- **Strategy:** ${plan.strategy}`]),
      `- **Why:** ${causeMarkdown(plan.incident.cause)}`,
      `- **Target:** ${short(plan.good.sha)} - ${inline(plan.good.because)}`,
      `- **Made on:** ${short(plan.base)} of ${inline(plan.baseBranch)}`,
      `- **Route:** ${inline(view.route)}`,
      ...(view.expected === undefined ? [] : [`- **Expected:** ${inline(view.expected)}`]),
      ...view.blockers.map((blocker) => `- **In the way:** ${inline(blocker)}`),
      ...(plan.verified ?? []).slice(0, rows).map((line) => `- **Verified:** ${inline(line)}`),
      ...(plan.notes ?? []).map((note) => `- **Know:** ${inline(note)}`),
    ].join('\n'),
    versionsTable(plan, rows),
    filesList(plan, rows),
    followsWords(plan, rows),
    plan.undoes.length === 0 ? '' : `Undoes here:\n\n${undoneList(plan, rows)}`,
    ...(view.more ?? []),
    ...howToRun(view),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function goesWhere({ incident, good, phase }: RollbackPlan): string {
  if (incident.way === 'fallback') return 'sends its users to the fallback';
  const first = phase?.kind === 'traffic' ? ', its traffic first' : '';
  return `goes from ${short(incident.bad)} back to ${short(good.sha)}${first}`;
}

function howToRun({ plan, printedIn }: PlanView): string[] {
  const { service, environment } = plan.incident.key;
  if (printedIn === 'terminal') {
    const named = plan.good.reason.kind === 'named' ? ` to ${plan.good.sha}` : '';
    return [
      `To run it, ask for it in a comment on an issue or pull request of ${inline(plan.incident.key.repo)}, and confirm the hash of the answer:\n\n${block(`/rollback plan ${service} ${environment}${named}`)}`,
    ];
  }
  return [
    `To run exactly this plan:\n\n${block(`/rollback confirm ${plan.hash}`)}`,
    'A plan of another hash is never run in its place: if the repository moves meanwhile, ask for a new plan.',
  ];
}

/** Later changes touched the same keys: everything since goes back, or only these keys do. */
function waysOn(
  planned: Extract<Planned, { kind: 'conflict' }>,
  key: { service: string; environment: string },
  printedIn: 'answer' | 'confirmable',
  rows: number,
): string[] {
  const { later = [], instead = null } = planned;
  const ask = `/rollback ${key.service} ${key.environment}`;
  const these = [
    `Later commits changed the same places. **Revert these too**, all of them:`,
    later.length === 0 ? '' : undoneList({ undoes: later }, rows),
    block(`${ask} to ${planned.good.sha}`),
  ];
  const only = instead && [
    '**Or set only these keys** to their last good value, and keep everything else that came later:',
    versionsTable(instead, rows),
    block(
      printedIn === 'confirmable'
        ? `/rollback confirm ${instead.hash}`
        : `/rollback plan ${key.service} ${key.environment}`,
    ),
  ];
  return [...these, ...(only ?? ['Or settle these keys by hand in a pull request.'])].filter((part) => part !== '');
}

/** What stands in the way of a plan, and what would work. */
export function noPlanComment(
  planned: Exclude<Planned, { kind: 'planned' }>,
  key: { service: string; environment: string },
  printedIn: 'answer' | 'confirmable' = 'answer',
): string {
  const where = `${inline(key.service)} in ${inline(key.environment)}`;
  switch (planned.kind) {
    case 'conflict':
      return fitted((rows) =>
        [
          `**A person is needed**: ${where} cannot go back to ${short(planned.good.sha)} by itself: ${inline(planned.because)}`,
          conflictsTable(planned.conflicts, rows),
          ...waysOn(planned, key, printedIn, rows),
        ].join('\n\n'),
      );
    case 'unfit':
      return `**A person is needed**: ${where} cannot go back to ${short(planned.good.sha)}: ${inline(planned.because)}. ${inline(planned.cure)}\n`;
    case 'nothing-to-do':
      return `**Nothing to revert in Git** for ${where}: ${inline(noPlanWords(planned))}. Look at Argo CD, or name an older target.\n`;
    case 'no-last-good':
      return [
        `**No last good revision known** for ${where}: ${inline(planned.because)}`,
        `Name the target yourself:\n\n${block(`/rollback ${key.service} ${key.environment} to <sha>`)}\n`,
      ].join('\n\n');
  }
}

/** The same in one sentence. */
export function noPlanWords(planned: Exclude<Planned, { kind: 'planned' }>): string {
  return planned.because.replace(/[.\s]+$/, '');
}

/** The answer to a confirmation that is not the last one needed. */
export function approvalComment(because: string): string {
  return `**Noted**: ${inline(because)}\n`;
}

import type { Cause } from '../plan/incident.ts';
import type { Entry, EntryKind } from '../ledger/entry.ts';
import { gateSaid } from '../report/cause.ts';
import type { Moments } from '../report/timeline.ts';
import { exitOfStep } from './exit.ts';
import type { Observed } from './observed.ts';
import type { Step } from './step.ts';

/**
 * The ledger lines that follow from what was observed and decided. The same observation gives the same ids. `page`: where people
 * read about it; null: nowhere.
 */
export function entriesOf(seen: Observed, moments: Moments, step: Step, page: number | null): Entry[] {
  if (seen.stage.kind === 'planning') return step.kind === 'escalate' ? [escalated(seen, step, null, page)] : [];
  const { pull, good, mode, bypass = null, approvedBy = null, half = null, evidence = null } = seen.stage.remembered;
  const entries = [
    entry(
      seen,
      'requested',
      seen.incident.openedAt,
      seen.incident.way === 'fallback' ? null : seen.incident.bad,
      actorOf(seen.incident.cause),
      reasonOf(seen.incident.cause),
      {
        ...(evidence === null ? {} : { evidence }),
        ...(seen.incident.cause.kind === 'quarantine' ? { value: detailOf(seen.incident.cause.value) } : {}),
      },
    ),
    entry(seen, 'opened', pull.createdAt, good.sha, 'lastgood', good.because, {
      pullRequest: pull.number,
      mode,
      ...(half === null ? {} : { half: half.kind, strategy: half.strategy }),
    }),
  ];
  if (pull.mergedAt) {
    entries.push(
      entry(
        seen,
        'merged',
        pull.mergedAt,
        pull.mergeCommit,
        pull.mergedBy ?? 'unknown',
        `pull request #${pull.number} was merged${bypass === null ? '' : ` under bypass of ${bypass}`}${approvedBy === null ? '' : `, approved by ${approvedBy}`}`,
        { head: pull.head, ...(bypass === null ? {} : { bypass }), ...(approvedBy === null ? {} : { approvedBy }) },
      ),
    );
  }
  if (moments.applied)
    entries.push(
      entry(
        seen,
        'applied',
        moments.applied,
        pull.mergeCommit,
        'Argo CD',
        'the merge commit or a descendant of it was applied',
      ),
    );
  if (isRelieved(seen, step))
    entries.push(
      entry(
        seen,
        'relieved',
        new Date(seen.now).toISOString(),
        pull.mergeCommit,
        'lastgood',
        `the traffic is away from ${seen.incident.bad.slice(0, 7)}: ${seen.proof?.because ?? ''}`,
      ),
    );
  if (step.kind === 'finish' && step.outcome !== 'nothing-to-do') {
    const at = new Date(seen.now).toISOString();
    const kind = endOf(step.outcome);
    entries.push(entry(seen, kind, at, pull.mergeCommit, 'lastgood', step.because, { ...exitOfStep(step) }));
  }
  if (step.kind === 'escalate') entries.push(escalated(seen, step, pull.mergeCommit, page));
  return entries;
}

function escalated(
  seen: Observed,
  step: Extract<Step, { kind: 'escalate' }>,
  revision: string | null,
  page: number | null,
): Entry {
  const at = new Date(seen.now).toISOString();
  const line = entry(seen, 'escalated', at, revision, 'lastgood', step.because, {
    trouble: step.trouble,
    final: step.final,
    ...(page === null ? {} : { page }),
    ...exitOfStep(step),
  });
  return { ...line, id: `${line.id}/${step.trouble}` };
}

/** The line that an end is written as; its reason code tells the two ways to be cancelled apart. */
export function endOf(outcome: 'recovered' | 'cancelled' | 'superseded'): 'recovered' | 'cancelled' {
  return outcome === 'recovered' ? 'recovered' : 'cancelled';
}

/** Users are proven to be well before the version is back. */
export function isRelieved({ stage, proof }: Pick<Observed, 'stage' | 'proof'>, step: Step): boolean {
  return (
    step.kind !== 'wait' &&
    stage.kind === 'opened' &&
    stage.remembered.half?.kind === 'traffic' &&
    stage.remembered.pull.state === 'merged' &&
    proof?.status === 'pass'
  );
}

/** The second half has lines of its own, for what happens twice. */
function idOf({ incident, stage }: Observed, kind: EntryKind): string {
  const twice = kind === 'opened' || kind === 'merged' || kind === 'applied' || kind === 'escalated';
  const isSecond = stage.kind === 'opened' && stage.remembered.half?.kind === 'version';
  return isSecond && twice ? `${incident.id}/version/${kind}` : `${incident.id}/${kind}`;
}

function entry(
  seen: Observed,
  kind: EntryKind,
  at: string,
  revision: string | null,
  actor: string,
  because: string,
  details: Entry['details'] = {},
): Entry {
  const { id, key } = seen.incident;
  return {
    at,
    kind,
    id: idOf(seen, kind),
    service: key.service,
    environment: key.environment,
    revision,
    incident: id,
    actor,
    because,
    details,
  };
}

/** A value of a manifest as a line keeps it: the memory of the pull request, from which the line follows, cuts it, too. */
export function detailOf(value: string): string {
  return value.slice(0, 200);
}

/** The actor of a rollback that only keeps a quarantine; no login has a blank. */
export const QUARANTINE = 'the quarantine';

function actorOf(cause: Cause): string {
  switch (cause.kind) {
    case 'command':
      return cause.by;
    case 'gate':
      return 'gate';
    case 'alert':
      return cause.source;
    case 'quarantine':
      return QUARANTINE;
  }
}

/** Why, in the words of whoever or whatever asked. */
export function reasonOf(cause: Cause): string {
  switch (cause.kind) {
    case 'command':
      return cause.reason ?? 'no reason given';
    case 'gate':
      return `${cause.trigger}: ${gateSaid(cause)}`;
    case 'alert':
      return cause.alert;
    case 'quarantine':
      return `${cause.writer} set ${cause.value} again`;
  }
}

/**
 * Every way something of ours can end: one decision and one stable code, for workflows, webhooks and the ledger to compare.
 * The same tables are the reference in the docs. Codes of errors stand in their own table and are decision `error`.
 */
import type { Decision } from './check-run.ts';

interface GateRow {
  readonly decision: Decision;
  readonly meaning: string;
}

/** How a gate can end. */
export const GATE_REASONS = {
  'harm-excluded': {
    decision: 'pass',
    meaning: 'Every deciding trigger is proven inside its harm limit, and the soak is over.',
  },
  'harm-proven': { decision: 'fail', meaning: 'The evidence of harm reached the limit set by false-alarm.' },
  'no-data-fails': { decision: 'fail', meaning: 'A trigger with `on-no-data: fail` had no data for several looks.' },
  'not-proven': { decision: 'inconclusive', meaning: 'At the deadline neither harm nor safety was proven.' },
  'no-traffic': { decision: 'inconclusive', meaning: 'The canary had no events, so there was nothing to judge.' },
  terminated: { decision: 'inconclusive', meaning: 'The run was cancelled before a verdict.' },
  'no-data': { decision: 'no-data', meaning: 'A deciding trigger had no usable data at the deadline.' },
  'source-broken': {
    decision: 'error',
    meaning: 'A deciding source did not answer, refused, or answered something else than asked for.',
  },
  'playbook-valid': {
    decision: 'pass',
    meaning: 'Mode lint: the playbook has no faults. Says nothing about any release.',
  },
} as const satisfies Record<string, GateRow>;

/** What became of a rollback, or of an order given to one. */
export type ExitDecision =
  'recovered' | 'verified' | 'needs-you' | 'expired' | 'escalated' | 'refused' | 'held' | 'cancelled' | 'nothing-to-do';

interface ExitRow {
  readonly decision: ExitDecision;
  readonly meaning: string;
}

/** How a rollback, or the wish for one, can end or come to rest. */
export const EXIT_REASONS = {
  'recovery-proven': {
    decision: 'recovered',
    meaning: 'The revert is applied and healthy, and every criterion of `verify` is proven.',
  },
  'release-verified': { decision: 'verified', meaning: 'A release met its `verify` criteria without any rollback.' },
  'approval-needed': { decision: 'needs-you', meaning: 'The revert waits for a person, as `approval: human` says.' },
  'foreign-commit': { decision: 'needs-you', meaning: 'Somebody else changed the revert, so a person must merge it.' },
  'merge-conflict': { decision: 'needs-you', meaning: 'The default branch changed the same lines after the revert.' },
  'migration-job': {
    decision: 'escalated',
    meaning: 'The job that takes the database back failed, or said nothing within `merge-within`.',
  },
  'not-merged-in-time': {
    decision: 'expired',
    meaning: 'Checks or reviews are missing after `merge-within`; a merge is still followed to its proof.',
  },
  'merge-refused': { decision: 'needs-you', meaning: 'GitHub refused the merge for good; a person must merge it.' },
  'sync-window': {
    decision: 'needs-you',
    meaning: 'The revert is merged, but a sync window of Argo CD keeps it from being applied.',
  },
  'unfit-target': {
    decision: 'escalated',
    meaning: 'What the revert would bring back no longer exists or may not run.',
  },
  'not-recovered': { decision: 'escalated', meaning: 'Merged, but not proven within `within`.' },
  'argocd-refused': { decision: 'escalated', meaning: 'Argo CD rejects the token, or does not know the application.' },
  'no-last-good': { decision: 'escalated', meaning: 'Nothing older is known that nothing speaks against.' },
  conflict: { decision: 'escalated', meaning: 'Later commits changed the same keys.' },
  'is-a-rollback': { decision: 'refused', meaning: 'A machine does not undo a rollback.' },
  'too-old': { decision: 'refused', meaning: 'The release is older than `max-age`.' },
  held: { decision: 'held', meaning: 'A person stopped automatic rollbacks here.' },
  'set-again': {
    decision: 'refused',
    meaning: 'A quarantined version was set again after lastgood had already taken it back once.',
  },
  'daily-cap': { decision: 'refused', meaning: '`max-per-day` automatic rollbacks were opened already.' },
  'order-refused': { decision: 'refused', meaning: 'A command was refused; the answer says what would work.' },
  stopped: { decision: 'held', meaning: 'A person stopped automatic rollbacks, or changes, here.' },
  resumed: { decision: 'held', meaning: 'A person allowed them again.' },
  'closed-unmerged': { decision: 'cancelled', meaning: 'A person closed the revert without a merge.' },
  superseded: {
    decision: 'cancelled',
    meaning: 'Another rollback of the same service was merged later and took over.',
  },
  'already-undone': { decision: 'nothing-to-do', meaning: 'The files already are as they were at the target.' },
} as const satisfies Record<string, ExitRow>;

export type ExitReason = keyof typeof EXIT_REASONS;

/** A code with its decision, as it stands in the ledger, the log and every webhook. */
export interface Exit {
  readonly decision: ExitDecision;
  readonly reasonCode: ExitReason;
}

export function exitOf(reasonCode: ExitReason): Exit {
  return { decision: EXIT_REASONS[reasonCode].decision, reasonCode };
}

/** What is known of a code that was read somewhere; null for one that is none of ours. */
export function exitNamed(text: string): Exit | null {
  return isExitReason(text) ? exitOf(text) : null;
}

function isExitReason(text: string): text is ExitReason {
  return Object.hasOwn(EXIT_REASONS, text);
}

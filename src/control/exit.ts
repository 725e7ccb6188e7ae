import { exitOf, type Exit, type ExitReason } from '../report/reason-codes.ts';
import type { Step } from './step.ts';

/** How a step ends a rollback, or where it comes to rest; null while it goes on by itself. */
export function exitOfStep(step: Step): Exit | null {
  switch (step.kind) {
    case 'open':
    case 'adopt':
    case 'close':
    case 'disarm':
    case 'merge':
    case 'update':
    case 'terminate':
    case 'second':
    case 'served':
      return null;
    case 'wait':
      return step.for === 'approval' ? exitOf('approval-needed') : null;
    case 'escalate':
      return exitOf(step.trouble);
    case 'finish':
      return exitOf(OUTCOMES[step.outcome]);
  }
}

const OUTCOMES = {
  recovered: 'recovery-proven',
  cancelled: 'closed-unmerged',
  superseded: 'superseded',
  'nothing-to-do': 'already-undone',
} as const satisfies Record<Extract<Step, { kind: 'finish' }>['outcome'], ExitReason>;

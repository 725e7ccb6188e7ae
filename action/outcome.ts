/** From a verdict to what the Action does about it. Pure. */
import type { Verdict } from '../src/judge/verdict.ts';
import type { Conclusion, Decision, GateNote } from '../src/report/check-run.ts';
import type { Next } from '../src/report/gate-next.ts';
import type { GateOptions } from './inputs.ts';
import type { ReasonCode } from './reason-codes.ts';

export interface Outcome {
  readonly decision: Decision;
  readonly reasonCode: ReasonCode;
  /** What the lastgood app is asked for. */
  readonly rollback: GateNote['rollback'];
  readonly next: Next;
  readonly conclusion: Conclusion;
  /** 0 pass, 1 fail, 2 inconclusive or no data, 3 error. GitHub tells only zero from the rest. */
  readonly exitCode: 0 | 1 | 2 | 3;
}

export interface Judged {
  readonly verdict: Verdict;
  readonly terminated: boolean;
  /** Of the gate: tells proof of harm from a failure for lack of data. */
  readonly falseAlarm: number;
}

/** A dry run decides the same, asks for nothing and exits 0. */
export function outcomeOf(judged: Judged, options: GateOptions): Outcome {
  const outcome = compared(judged.verdict.role, decided(judged, options));
  return options.dryRun ? { ...outcome, rollback: 'not-requested', exitCode: 0 } : outcome;
}

/** A shadow is never rolled back, whatever the options say; what passed beside a champion may be promoted. */
function compared(role: Verdict['role'], outcome: Outcome): Outcome {
  if (role === undefined) return outcome;
  if (outcome.next.kind === 'go') return { ...outcome, next: { kind: 'promote' } };
  if (role !== 'shadow') return outcome;
  const quiet = { ...outcome, rollback: 'not-requested' } as const;
  if (outcome.decision === 'fail') return { ...quiet, next: { kind: 'shelve' } };
  return outcome.next.kind === 'rollback' || outcome.next.kind === 'hold'
    ? { ...quiet, next: { kind: 'compare-on' } }
    : quiet;
}

function decided(judged: Judged, options: GateOptions): Outcome {
  const { verdict, terminated } = judged;
  switch (verdict.status) {
    case 'pass':
      return {
        decision: 'pass',
        reasonCode: 'harm-excluded',
        rollback: 'not-requested',
        next: { kind: 'go' },
        conclusion: 'success',
        exitCode: 0,
      };
    case 'fail':
      return failed(judged, options);
    case 'error':
      // A broken source is no statement about the release, so no policy may turn it into a rollback.
      return {
        decision: 'error',
        reasonCode: 'source-broken',
        rollback: 'not-requested',
        next: { kind: 'repair', hint: 'Repair the source or the query named above, then run the gate again.' },
        conclusion: 'failure',
        exitCode: 3,
      };
    case 'no-data':
      return held({ decision: 'no-data', reasonCode: 'no-data' }, options);
    case 'continue':
    case 'inconclusive':
      // A person stopped it: nothing automatic follows.
      if (terminated) return stoppedByHand();
      return held({ decision: 'inconclusive', reasonCode: idle(verdict) ? 'no-traffic' : 'not-proven' }, options);
  }
}

function failed({ verdict, falseAlarm }: Judged, options: GateOptions): Outcome {
  const proven = verdict.logE >= Math.log(1 / falseAlarm);
  const then = verdict.then ?? 'ask';
  const rolls = options.onFail === 'rollback';
  return {
    decision: 'fail',
    reasonCode: proven ? 'harm-proven' : 'no-data-fails',
    rollback: !rolls || then === 'notify' ? 'not-requested' : then === 'ask' ? 'ask' : 'requested',
    next: { kind: (then === 'rollback' || then === 'fallback') && !rolls ? 'report' : then },
    conclusion: 'failure',
    exitCode: 1,
  };
}

/** Neutral would satisfy a required check, so a held release asks for action. */
function held(what: Pick<Outcome, 'decision' | 'reasonCode'>, { onInconclusive }: GateOptions): Outcome {
  const rolls = onInconclusive === 'rollback';
  return {
    ...what,
    rollback: rolls ? 'requested' : 'not-requested',
    next: { kind: rolls ? 'rollback' : 'hold' },
    conclusion: onInconclusive === 'hold' ? 'action_required' : 'failure',
    exitCode: 2,
  };
}

function stoppedByHand(): Outcome {
  return {
    decision: 'inconclusive',
    reasonCode: 'terminated',
    rollback: 'not-requested',
    next: { kind: 'terminated' },
    conclusion: 'action_required',
    exitCode: 2,
  };
}

function idle(verdict: Verdict): boolean {
  return verdict.findings.every((finding) => finding.canaryCount === 0);
}

/** The JSON document of a gate. */
import type { GateResult } from '../src/control/gate.ts';
import type { GateId } from '../src/report/check-run.ts';
import { odds } from '../src/report/numbers.ts';
import type { ResultDocument } from './ending.ts';
import type { Outcome } from './outcome.ts';

export interface Judgement {
  readonly id: GateId;
  readonly outcome: Outcome;
  readonly judged: GateResult;
  readonly because: string;
  readonly dryRun: boolean;
}

export function gateResult({ id, outcome, judged, because, dryRun }: Judgement): ResultDocument {
  const { verdict } = judged;
  return {
    version: 1,
    mode: 'gate',
    decision: outcome.decision,
    reason_code: outcome.reasonCode,
    because,
    gate: {
      service: id.service,
      environment: id.environment,
      sha: id.sha,
      dry_run: dryRun,
      rollback: outcome.rollback,
      blame: verdict.blame,
      then: verdict.then,
      odds: odds(verdict.logE),
      log_e: verdict.logE,
      looks: judged.timeline.length,
      started_at: new Date(judged.startedAt).toISOString(),
      decided_at: new Date(judged.decidedAt).toISOString(),
      elapsed_seconds: verdict.elapsedSeconds,
      findings: verdict.findings,
    },
  };
}

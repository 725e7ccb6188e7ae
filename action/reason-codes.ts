/** Every way the Action can end. Stable: workflows compare these words. The table is also the reference in the docs. */
import { ERRORS, type ErrorCode } from '../src/errors.ts';
import type { Decision } from '../src/report/check-run.ts';

interface ReasonRow {
  readonly decision: Decision;
  readonly meaning: string;
}

const GATE = {
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
} as const satisfies Record<string, ReasonRow>;

export type ReasonCode = keyof typeof GATE | ErrorCode;

/** Codes of errors are the codes of the error table; each of them is decision `error`. */
export const REASON_CODES: Readonly<Record<ReasonCode, ReasonRow>> = { ...GATE, ...errorRows() };

function errorRows(): Record<ErrorCode, ReasonRow> {
  const codes = Object.keys(ERRORS) as ErrorCode[];
  return Object.fromEntries(codes.map((code) => [code, { decision: 'error', meaning: ERRORS[code].hint }])) as Record<
    ErrorCode,
    ReasonRow
  >;
}

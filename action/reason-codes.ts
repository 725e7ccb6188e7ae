/** Every way the Action can end. Stable: workflows compare these words. The table is also the reference in the docs. */
import { ERRORS, type ErrorCode } from '../src/errors.ts';
import type { Decision } from '../src/report/check-run.ts';
import { GATE_REASONS } from '../src/report/reason-codes.ts';

interface ReasonRow {
  readonly decision: Decision;
  readonly meaning: string;
}

export type ReasonCode = keyof typeof GATE_REASONS | ErrorCode;

/** Codes of errors are the codes of the error table; each of them is decision `error`. */
export const REASON_CODES: Readonly<Record<ReasonCode, ReasonRow>> = { ...GATE_REASONS, ...errorRows() };

function errorRows(): Record<ErrorCode, ReasonRow> {
  const codes = Object.keys(ERRORS) as ErrorCode[];
  return Object.fromEntries(codes.map((code) => [code, { decision: 'error', meaning: ERRORS[code].hint }])) as Record<
    ErrorCode,
    ReasonRow
  >;
}

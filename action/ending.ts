/** How a run ends: everything the shell tells the world, as one value. */
import { ERRORS, RollbackError } from '../src/errors.ts';
import { errorAnnotation, type Annotation } from '../src/report/annotations.ts';
import type { Decision } from '../src/report/check-run.ts';
import { errorSummary } from '../src/report/gate-summary.ts';
import type { ReasonCode } from './reason-codes.ts';

/** The output `result`: stable names, one JSON document. */
export interface ResultDocument {
  readonly version: 1;
  readonly mode: 'gate' | 'lint' | null;
  readonly decision: Decision;
  readonly reason_code: ReasonCode;
  readonly because: string;
  /** What a gate adds; absent in mode lint and after an error. */
  readonly gate?: Readonly<Record<string, unknown>>;
}

export interface Ending {
  readonly result: ResultDocument;
  readonly checkRunUrl: string;
  readonly summary: string;
  readonly annotations: readonly (Annotation & {
    readonly file?: string;
    readonly line?: number;
    readonly column?: number;
  })[];
  readonly exitCode: 0 | 1 | 2 | 3;
  /** The folder of the explain page, for actions/upload-artifact; absent where no gate ran. */
  readonly report?: string;
}

/** What broke, as one of our errors: anything unknown is a fault of ours and says so. */
export function asRollbackError(error: unknown): RollbackError {
  if (error instanceof RollbackError) return error;
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new RollbackError('internal', message, { cause: error });
}

/** One clear sentence and its cure, everywhere people look. An error is never a pass. */
export function errorEnding(error: RollbackError, mode: ResultDocument['mode'], checkRunUrl = ''): Ending {
  const hint = error.hint === '' ? ERRORS[error.code].hint : error.hint;
  return {
    result: { version: 1, mode, decision: 'error', reason_code: error.code, because: error.message },
    checkRunUrl,
    summary: errorSummary({ message: error.message, hint, code: error.code }),
    annotations: [errorAnnotation({ message: error.message, hint })],
    exitCode: 3,
  };
}

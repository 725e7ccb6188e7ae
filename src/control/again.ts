/** When what could not be told is told again. */
import { RollbackError } from '../errors.ts';

/** GitHub failed for a passing reason and did not say how long it will. */
export const SAY_AGAIN_MS = 2_000;

/** Milliseconds until it is worth another try; null: it never will be. */
export function waitAfter(error: unknown): number | null {
  return error instanceof RollbackError && error.retryable ? (error.retryAfterMs ?? SAY_AGAIN_MS) : null;
}

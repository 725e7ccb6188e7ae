import { RollbackError, messageOf } from '../../errors.ts';
import type { AfterFailure } from './queue.ts';

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 60_000;
/** About a minute: what nobody foresaw seldom heals by itself, and it holds back its lane. */
const UNFORESEEN_TRIES = 8;
/** An outage of GitHub is waited for, whole. */
const PATIENCE_MS = 86_400_000;

/** Failures of this task so far, this one included, and how long ago it was put. */
export interface Past {
  readonly failures: number;
  readonly ageMs: number;
}

/**
 * Repeats what fails for a passing reason after 0.5, 1, 2 ... at most 60 s, or when the other side said; for a day. What needs a
 * person is given up at once, what nobody foresaw after eight tries.
 */
export function afterFailure(error: unknown, { failures, ageMs }: Past): AfterFailure {
  const reason = messageOf(error);
  const known = error instanceof RollbackError ? error : null;
  if (known && !known.retryable) return { kind: 'dead', because: reason };
  if (known ? ageMs > PATIENCE_MS : failures >= UNFORESEEN_TRIES) {
    return { kind: 'dead', because: `${reason} (given up after ${failures} tries)` };
  }
  const backOff = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 20));
  return { kind: 'again', delayMs: known?.retryAfterMs ?? backOff };
}

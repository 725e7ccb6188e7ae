import type { Sample } from '../measure/sample.ts';
import type { Question } from './question.ts';
import { addTotals, noTotals, type Totals } from './totals.ts';

/**
 * What was counted since the evidence of a recovery was lowest: where errors end late, a proof stands on these looks alone,
 * and the numbers of the whole time would contradict it. For the report; no verdict depends on it.
 */
export interface Since {
  /** Seconds since the first look; 0: it is about the whole time. */
  readonly t: number;
  /** Natural log of the least evidence so far. */
  readonly lowest: number;
  readonly totals: Totals;
}

export function beginSince(asked: Question): Since {
  return { t: 0, lowest: 0, totals: noTotals(asked) };
}

/** Adds one look after which the evidence is `logE`; a new low begins again. */
export function addSince(
  asked: Question,
  since: Since,
  {
    sample,
    logE,
    now,
  }: { readonly sample: Exclude<Sample, { kind: 'missing' }>; readonly logE: number; readonly now: number },
): Since {
  if (logE < since.lowest) return { t: now, lowest: logE, totals: noTotals(asked) };
  return { ...since, totals: addTotals(asked, since.totals, sample) };
}

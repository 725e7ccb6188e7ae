import type { Missing } from './sample.ts';

/** What identifies a series from one look to the next. */
interface Identified {
  /** Canonical label set without `le`, so that the same series is recognised at the next look. */
  readonly id: string;
  /** Epoch ms at which the sample was taken. */
  readonly at: number;
  /** Only in a kept reading: absent at the last look, remembered in case it was a missed scrape and comes back. */
  readonly gone?: true;
  /**
   * False for a total that the source counted over a growing span of time: no process stands behind it that could begin
   * anew, so a total that falls is a contradiction. Absent for a counter of a process.
   */
  readonly restarts?: false;
}

/** One counter of one series (one pod) at one instant. Cumulative since the process began. */
export interface Series extends Identified {
  readonly value: number;
  /** Value of the label that the trigger keeps apart; absent where it keeps none. */
  readonly stratum?: string;
}

/** One histogram of one series at one instant: cumulative over buckets and over time. */
export interface BucketSeries extends Identified {
  /** Upper edges, ascending, the last is Infinity. */
  readonly edges: readonly number[];
  readonly cumulative: readonly number[];
}

/** Running sums of the scores of one series at one instant. Only `n` is sure to grow: scores may be negative. */
export interface MomentSeries extends Identified {
  readonly n: number;
  readonly sum: number;
  readonly sumOfSquares: number;
}

/** One item of a list: a scored answer, a labelled prediction. */
export interface Row {
  /** The id of the input, or the place in the list where rows have none. */
  readonly id: string;
  readonly value: number;
}

/** A running list of single values as the source shows it now: every row again, the old ones too. */
export interface RowsReading {
  readonly kind: 'values';
  /** given: every row has an id of its own. position: the list only ever grows at its end. */
  readonly ids: 'given' | 'position';
  /** In a kept reading: the rows that wait, for a partner or for their turn. */
  readonly rows: readonly Row[];
  /** Epoch ms at which the list last changed. */
  readonly at: number;
  /** Only in a kept reading: what was read so far, so that each row counts once. */
  readonly seen?: { readonly count: number; readonly digest: number; readonly ids: readonly string[] };
}

/** What a source says about one arm at one instant. */
export type ArmReading =
  | { readonly kind: 'counters'; readonly hits: readonly Series[]; readonly total: readonly Series[] }
  | { readonly kind: 'buckets'; readonly series: readonly BucketSeries[] }
  | { readonly kind: 'moments'; readonly series: readonly MomentSeries[] }
  | { readonly kind: 'gauge'; readonly value: number; readonly at: number }
  | RowsReading
  | Missing;

/** Both arms at one evaluation time. `baseline` is null where the question has no baseline. */
export interface Reading {
  /** Epoch ms of the evaluation. */
  readonly at: number;
  readonly canary: ArmReading;
  readonly baseline: ArmReading | null;
}

import type { Missing } from './sample.ts';

/** What identifies a series from one look to the next. */
interface Identified {
  /** Canonical label set without `le`, so that the same series is recognised at the next look. */
  readonly id: string;
  /** Epoch ms at which the sample was taken. */
  readonly at: number;
  /** Only in a kept reading: absent at the last look, remembered in case it was a missed scrape and comes back. */
  readonly gone?: true;
}

/** One counter of one series (one pod) at one instant. Cumulative since the process began. */
export interface Series extends Identified {
  readonly value: number;
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

/** What a source says about one arm at one instant. */
export type ArmReading =
  | { readonly kind: 'counters'; readonly hits: readonly Series[]; readonly total: readonly Series[] }
  | { readonly kind: 'buckets'; readonly series: readonly BucketSeries[] }
  | { readonly kind: 'moments'; readonly series: readonly MomentSeries[] }
  | { readonly kind: 'gauge'; readonly value: number; readonly at: number }
  | Missing;

/** Both arms at one evaluation time. `baseline` is null where the question has no baseline. */
export interface Reading {
  /** Epoch ms of the evaluation. */
  readonly at: number;
  readonly canary: ArmReading;
  readonly baseline: ArmReading | null;
}

import type { Missing } from './sample.ts';

/** One counter of one series (one pod) at one instant. Cumulative since the process began. */
export interface Series {
  /** Canonical label set without `le`, so that the same series is recognised at the next look. */
  readonly id: string;
  readonly value: number;
  /** Epoch ms at which the sample was taken. */
  readonly at: number;
}

/** One histogram of one series at one instant: cumulative over buckets and over time. */
export interface BucketSeries {
  readonly id: string;
  /** Upper edges, ascending, the last is Infinity. */
  readonly edges: readonly number[];
  readonly cumulative: readonly number[];
  readonly at: number;
}

/** What a source says about one arm at one instant. */
export type ArmReading =
  | { readonly kind: 'counters'; readonly hits: readonly Series[]; readonly total: readonly Series[] }
  | { readonly kind: 'buckets'; readonly series: readonly BucketSeries[] }
  | { readonly kind: 'gauge'; readonly value: number; readonly at: number }
  | Missing;

/** Both arms at one evaluation time. `baseline` is null where the question has no baseline. */
export interface Reading {
  /** Epoch ms of the evaluation. */
  readonly at: number;
  readonly canary: ArmReading;
  readonly baseline: ArmReading | null;
}

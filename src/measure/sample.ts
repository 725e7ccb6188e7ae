/** Bad (or good, as the trigger says) events out of all events of one window. Counts, not rates. */
export interface Events {
  readonly hits: number;
  readonly total: number;
}

/** The counts of one value of a label, such as one region. An arm without a series there is null. */
export interface Stratum {
  readonly name: string;
  readonly canary: Events | null;
  readonly baseline: Events | null;
}

/** Why there is no number. A missing sample is a value with a reason, never 0 or NaN. */
export type MissingReason =
  | 'no-series'
  | 'one-arm'
  | 'no-traffic'
  | 'not-a-number'
  | 'stale'
  /** Looked at again before the source measured again: says nothing, and is no fault. */
  | 'unchanged'
  | 'invalid'
  | 'first-look'
  | 'query-error'
  | 'unauthorized'
  | 'time-out'
  | 'wrong-type';

export interface Missing {
  readonly kind: 'missing';
  readonly reason: MissingReason;
  /** One sentence with the place and the value, free of secrets. */
  readonly detail: string;
}

/**
 * What one poll window showed for one trigger. `baseline` is null where the question has no baseline (a fixed limit).
 * Everything is per window (differences already taken), never cumulative over time.
 */
export type Sample =
  | {
      readonly kind: 'events';
      readonly canary: Events;
      readonly baseline: Events | null;
      /** The same counts kept apart by the label that the trigger names; together they are the two above. */
      readonly strata?: readonly Stratum[];
    }
  | {
      readonly kind: 'histogram';
      /** Upper edges, ascending, in the metric's own unit; the last is Infinity. */
      readonly edges: readonly number[];
      /** Counts per bucket (not cumulative over buckets), same length as `edges`. */
      readonly canary: readonly number[];
      readonly baseline: readonly number[] | null;
    }
  | {
      readonly kind: 'values';
      readonly canary: readonly number[];
      readonly baseline: readonly number[] | null;
      /** The i-th values of both arms answer the same input; then both lists have the same length. */
      readonly paired?: true;
    }
  /** Sums of scores in a known interval: enough for the empirical Bernstein bet. */
  | { readonly kind: 'moments'; readonly canary: Moments; readonly baseline: Moments | null }
  | { readonly kind: 'gauge'; readonly canary: number; readonly baseline: number | null }
  | Missing;

export interface Moments {
  readonly n: number;
  readonly sum: number;
  readonly sumOfSquares: number;
}

/** One look at one release: the samples of every trigger over the same minutes. */
export interface Look {
  /** Seconds since the gate began. */
  readonly t: number;
  readonly samples: Readonly<Record<string, Sample>>;
  /** By trigger, for those that are judged in segments: the sample of each segment. */
  readonly segments?: Readonly<Record<string, Readonly<Record<string, Sample>>>>;
}

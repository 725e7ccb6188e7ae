/**
 * The sentence after `if:` and `pass-when:`, as data. Grammar (white space free, case-insensitive words):
 *
 *     condition := statistic op limit { ("and" | "or") [statistic] op limit }
 *     statistic := rate | p50 .. p99.99 | ks | mean | value
 *     op        := ">" | "<"
 *     limit     := quantity | "baseline" [ ("+" | "-") quantity ] | "baseline" "*" number [ ("+" | "-") quantity ]
 *     quantity  := number with its unit: % (share, or relative after "baseline"), pp (percentage points), us, ms, s; bare for ks, mean, value
 */

/** What is compared. Direction and statistic are explicit: a p-value can never be mistaken for a distance. */
export type Statistic =
  | { readonly kind: 'rate' }
  /** `q` in (0, 1): p99 is 0.99. */
  | { readonly kind: 'quantile'; readonly q: number }
  /** Two-sample Kolmogorov-Smirnov distance D in [0, 1], never its p-value. */
  | { readonly kind: 'ks' }
  | { readonly kind: 'mean' }
  | { readonly kind: 'value' };

/**
 * limit(baseline) = factor * baseline + plus. `factor` 0 is a fixed limit.
 * `plus` is a ratio 0..1 for rates, milliseconds for quantiles, the metric's own unit for mean and value.
 */
export interface Limit {
  readonly factor: number;
  readonly plus: number;
}

export interface Condition {
  /** As the user wrote it, for reports. */
  readonly text: string;
  readonly statistic: Statistic;
  /** `>`: higher than the limit; `<`: lower than the limit. */
  readonly op: '>' | '<';
  /** More than one limit: `all` must be exceeded (and), or `any` of them (or). */
  readonly limits: readonly Limit[];
  readonly join: 'all' | 'any';
}

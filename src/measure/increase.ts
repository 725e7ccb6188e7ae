import type { BucketSeries, MomentSeries, Series } from './reading.ts';
import type { Moments } from './sample.ts';

/** How one kind of cumulative series grows. */
interface Growth<S, D> {
  /** True when a number that can only rise has fallen between the two samples. */
  fell(before: S, now: S): boolean;
  difference(before: S, now: S): D;
  whole(now: S): D;
  /** True when the series says that something happened. */
  counted(series: S): boolean;
}

export interface Increase<S, D> {
  readonly parts: readonly D[];
  /** What the next look compares with: the series of now, and those that are gone, in case they come back. */
  readonly keep: readonly S[];
  readonly events: readonly { readonly kind: 'restarted' | 'appeared' | 'gone'; readonly series: string }[];
  /** Series that fell although they cannot restart (`restarts: false`): the source corrected itself, or is wrong. */
  readonly corrected: readonly string[];
}

type Kept = Series | BucketSeries | MomentSeries;

const ROUNDING = 1e-9;

/**
 * What each series added since the last look. A series that the last look did not have is a new pod and counts from 0;
 * one that was only away for a look (a failed scrape) is remembered, or its whole life would be counted again.
 * A process whose counter fell began anew: then everything it shows now is new. A total that cannot restart is not
 * counted again from 0 when it falls: it is reported as corrected, and so is one that is gone after it had counted.
 */
function increase<S extends Kept, D>(growth: Growth<S, D>, before: readonly S[], now: readonly S[]): Increase<S, D> {
  const old = new Map(before.map((s) => [s.id, s]));
  const parts: D[] = [];
  const events: Increase<S, D>['events'][number][] = [];
  const corrected: string[] = [];
  for (const series of now) {
    const last = old.get(series.id);
    old.delete(series.id);
    const fell = last !== undefined && growth.fell(last, series);
    if (last === undefined) events.push({ kind: 'appeared', series: series.id });
    else if (fell && series.restarts === false) corrected.push(series.id);
    else if (fell) events.push({ kind: 'restarted', series: series.id });
    parts.push(last !== undefined && !fell ? growth.difference(last, series) : growth.whole(series));
  }
  const away = [...old.values()];
  for (const series of away) {
    if (series.restarts === false && growth.counted(series)) corrected.push(series.id);
    else if (series.gone === undefined) events.push({ kind: 'gone', series: series.id });
  }
  return { parts, keep: [...now, ...away.map((series): S => ({ ...series, gone: true }))], events, corrected };
}

export function counterIncrease(before: readonly Series[], now: readonly Series[]): Increase<Series, number> {
  return increase(
    {
      fell: (b, n) => below(n, n.value, b.value),
      difference: (b, n) => Math.max(0, n.value - b.value),
      whole: (n) => n.value,
      counted: (s) => s.value > 0,
    },
    before,
    now,
  );
}

/** Per bucket over time; still cumulative over buckets. Other edges than before are another program: a restart. */
export function bucketIncrease(
  before: readonly BucketSeries[],
  now: readonly BucketSeries[],
): Increase<BucketSeries, readonly number[]> {
  return increase(
    {
      fell: (b, n) => !sameEdges(b.edges, n.edges) || n.cumulative.some((c, i) => below(n, c, b.cumulative[i] ?? 0)),
      difference: (b, n) => n.cumulative.map((c, i) => Math.max(0, c - (b.cumulative[i] ?? 0))),
      whole: (n) => n.cumulative,
      counted: (s) => s.cumulative.some((c) => c > 0),
    },
    before,
    now,
  );
}

/** The count and the squares tell a restart; the sum of scores may fall when scores may be negative. */
export function momentIncrease(
  before: readonly MomentSeries[],
  now: readonly MomentSeries[],
): Increase<MomentSeries, Moments> {
  return increase(
    {
      fell: (b, n) => below(n, n.n, b.n) || below(n, n.sumOfSquares, b.sumOfSquares),
      difference: (b, n) => ({
        n: Math.max(0, n.n - b.n),
        sum: n.sum - b.sum,
        sumOfSquares: Math.max(0, n.sumOfSquares - b.sumOfSquares),
      }),
      whole: ({ n, sum, sumOfSquares }) => ({ n, sum, sumOfSquares }),
      counted: (s) => s.n > 0,
    },
    before,
    now,
  );
}

/** A total that a database added up anew may differ in the last digits of a float; a counter of a process may not. */
function below({ restarts }: Kept, now: number, before: number): boolean {
  return restarts === false ? now < before * (1 - ROUNDING) : now < before;
}

export function sameEdges(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((edge, i) => edge === b[i]);
}

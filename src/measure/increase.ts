import type { BucketSeries, MomentSeries, Series } from './reading.ts';
import type { Moments } from './sample.ts';

/** How one kind of cumulative series grows. */
interface Growth<S, D> {
  /** True when the process began anew between the two samples: then everything it shows now is new. */
  restarted(before: S, now: S): boolean;
  difference(before: S, now: S): D;
  whole(now: S): D;
}

export interface Increase<S, D> {
  readonly parts: readonly D[];
  /** What the next look compares with: the series of now, and those that are gone, in case they come back. */
  readonly keep: readonly S[];
  readonly events: readonly { readonly kind: 'restarted' | 'appeared' | 'gone'; readonly series: string }[];
}

type Kept = Series | BucketSeries | MomentSeries;

/**
 * What each series added since the last look. A series that the last look did not have is a new pod and counts from 0;
 * one that was only away for a look (a failed scrape) is remembered, or its whole life would be counted again.
 */
function increase<S extends Kept, D>(growth: Growth<S, D>, before: readonly S[], now: readonly S[]): Increase<S, D> {
  const old = new Map(before.map((s) => [s.id, s]));
  const parts: D[] = [];
  const events: Increase<S, D>['events'][number][] = [];
  for (const series of now) {
    const last = old.get(series.id);
    old.delete(series.id);
    if (last === undefined) events.push({ kind: 'appeared', series: series.id });
    else if (growth.restarted(last, series)) events.push({ kind: 'restarted', series: series.id });
    const grew = last !== undefined && !growth.restarted(last, series);
    parts.push(grew ? growth.difference(last, series) : growth.whole(series));
  }
  const away = [...old.values()];
  for (const series of away) if (series.gone === undefined) events.push({ kind: 'gone', series: series.id });
  return { parts, keep: [...now, ...away.map((series): S => ({ ...series, gone: true }))], events };
}

export function counterIncrease(before: readonly Series[], now: readonly Series[]): Increase<Series, number> {
  return increase(
    {
      restarted: (b, n) => n.value < b.value,
      difference: (b, n) => n.value - b.value,
      whole: (n) => n.value,
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
      restarted: (b, n) => !sameEdges(b.edges, n.edges) || n.cumulative.some((c, i) => c < (b.cumulative[i] ?? 0)),
      difference: (b, n) => n.cumulative.map((c, i) => c - (b.cumulative[i] ?? 0)),
      whole: (n) => n.cumulative,
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
      restarted: (b, n) => n.n < b.n || n.sumOfSquares < b.sumOfSquares,
      difference: (b, n) => ({ n: n.n - b.n, sum: n.sum - b.sum, sumOfSquares: n.sumOfSquares - b.sumOfSquares }),
      whole: ({ n, sum, sumOfSquares }) => ({ n, sum, sumOfSquares }),
    },
    before,
    now,
  );
}

export function sameEdges(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((edge, i) => edge === b[i]);
}

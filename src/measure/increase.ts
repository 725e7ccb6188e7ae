import type { BucketSeries, MomentSeries, Series } from './reading.ts';
import type { Moments } from './sample.ts';

/** How one kind of cumulative series grows. */
interface Growth<S, D> {
  /** True when a number that can only rise has fallen between the two samples. */
  fell(before: S, now: S): boolean;
  difference(before: S, now: S): D;
  whole(now: S): D;
  /** As if nothing had happened in it. */
  nothing(now: S): D;
  /** How many events a difference counts. */
  amount(difference: D): number;
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
  /** A series came into sight that had counted long before the last look, and how much. Null: there is none. */
  readonly old: { readonly series: string; readonly events: number } | null;
}

type Kept = Series | BucketSeries | MomentSeries;

const ROUNDING = 1e-9;

/**
 * A series that appears with so many events, and so many times as many as any other added since the last look, is taken for no new pod: its
 * scrape failed at the first look, and its life would be one window of a baseline that is long past. A new pod of a busy service stays far
 * below. Where it was new all the same, one look of it is lost.
 */
const OLD_EVENTS = 10_000;
const OLD_TIMES = 100;

/**
 * What each series added since the last look. A series that the last look did not have is a new pod and counts from 0 (`old`: counting
 * begins with it); one that was only away for a look (a failed scrape) is remembered, or its whole life would be counted again.
 * A process whose counter fell began anew: then everything it shows now is new. A total that cannot restart is not
 * counted again from 0 when it falls: it is reported as corrected, and so is one that is gone after it had counted.
 */
function increase<S extends Kept, D>(
  growth: Growth<S, D>,
  { before, now }: { readonly before: readonly S[]; readonly now: readonly S[] },
  known?: Increase<S, D>['old'],
): Increase<S, D> {
  const last = new Map(before.map((s) => [s.id, s]));
  const old = known === undefined ? oldIn(growth, last, now) : known;
  const parts: D[] = [];
  const events: Increase<S, D>['events'][number][] = [];
  const corrected: string[] = [];
  for (const series of now) {
    const was = last.get(series.id);
    last.delete(series.id);
    const fell = was !== undefined && growth.fell(was, series);
    if (was === undefined) events.push({ kind: 'appeared', series: series.id });
    else if (fell && series.restarts === false) corrected.push(series.id);
    else if (fell) events.push({ kind: 'restarted', series: series.id });
    if (was === undefined) parts.push(old === null ? growth.whole(series) : growth.nothing(series));
    else parts.push(fell ? growth.whole(series) : growth.difference(was, series));
  }
  const away = [...last.values()];
  for (const series of away) {
    if (series.restarts === false && growth.counted(series)) corrected.push(series.id);
    else if (series.gone === undefined) events.push({ kind: 'gone', series: series.id });
  }
  return { parts, keep: [...now, ...away.map((series): S => ({ ...series, gone: true }))], events, corrected, old };
}

function oldIn<S extends Kept, D>(
  growth: Growth<S, D>,
  last: ReadonlyMap<string, S>,
  now: readonly S[],
): Increase<S, D>['old'] {
  let [most, seen] = [0, false];
  let largest = { series: '', events: 0 };
  for (const series of now) {
    const was = last.get(series.id);
    if (was === undefined) {
      const events = growth.amount(growth.whole(series));
      if (events > largest.events) largest = { series: series.id, events };
    } else if (!growth.fell(was, series)) {
      seen = true;
      most = Math.max(most, growth.amount(growth.difference(was, series)));
    }
  }
  return seen && largest.events > OLD_EVENTS && largest.events > OLD_TIMES * most ? largest : null;
}

/** `old`: what another counter of the same pods has shown; left out, this one decides by itself. */
export function counterIncrease(
  before: readonly Series[],
  now: readonly Series[],
  old?: Increase<Series, number>['old'],
): Increase<Series, number> {
  return increase(
    {
      fell: (b, n) => below(n, n.value, b.value),
      difference: (b, n) => Math.max(0, n.value - b.value),
      whole: (n) => n.value,
      nothing: () => 0,
      amount: (d) => d,
      counted: (s) => s.value > 0,
    },
    { before, now },
    old,
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
      nothing: (n) => n.cumulative.map(() => 0),
      amount: (d) => d.at(-1) ?? 0,
      counted: (s) => s.cumulative.some((c) => c > 0),
    },
    { before, now },
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
      nothing: () => ({ n: 0, sum: 0, sumOfSquares: 0 }),
      amount: (d) => d.n,
      counted: (s) => s.n > 0,
    },
    { before, now },
  );
}

/** A total that a database added up anew may differ in the last digits of a float; a counter of a process may not. */
function below({ restarts }: Kept, now: number, before: number): boolean {
  return restarts === false ? now < before * (1 - ROUNDING) : now < before;
}

export function sameEdges(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((edge, i) => edge === b[i]);
}

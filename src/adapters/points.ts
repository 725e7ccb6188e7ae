/** Answers that are one series of buckets: added up to a count, or the newest of them. */
import { missing } from '../measure/arms.ts';
import type { Missing } from '../measure/sample.ts';
import { told } from './span-source.ts';
import type { Asker, Span, Told } from './span-source.ts';

/** One bucket; null where nothing was reported, which is not zero. */
export interface Bucket {
  /** Epoch ms at which it begins. */
  readonly from: number;
  readonly value: number | null;
}

export interface Series {
  readonly buckets: readonly Bucket[];
  /** Width of the buckets in ms. */
  readonly stepMs: number;
}

/** Counts are the sum of the buckets in the span, a gauge is the newest of them. `placeOf` names the question in messages. */
export function bucketAsker(
  ask: (text: string, span: Span) => Promise<Series | Missing>,
  placeOf: (text: string) => string,
): Asker {
  const by =
    (take: typeof sumOf): Asker['count'] =>
    async (text, span) => {
      const series = await ask(text, span);
      return 'kind' in series ? series : take(series, span, placeOf(text));
    };
  return { count: by(sumOf), latest: by(newestOf) };
}

/** The buckets that lie in the span as a whole, so that none is counted before it is full. */
function whole({ buckets, stepMs }: Series, span: Span): readonly (Bucket & { readonly value: number })[] {
  return buckets.flatMap(({ from, value }) =>
    value === null || from < span.from || from + stepMs > span.to ? [] : [{ from, value }],
  );
}

function sumOf(series: Series, span: Span, place: string): Told | Missing {
  const inside = whole(series, span);
  if (inside.length === 0) return none(place);
  const total = inside.reduce((sum, { value }) => sum + value, 0);
  return told(total, Math.max(...inside.map(({ from }) => from)) + series.stepMs);
}

function newestOf(series: Series, span: Span, place: string): Told | Missing {
  const newest = whole(series, span).toSorted((a, b) => b.from - a.from)[0];
  return newest === undefined ? none(place) : told(newest.value, newest.from + series.stepMs);
}

function none(place: string): Missing {
  return missing('no-series', `${place}: no data in this span`);
}

/** Only one series is a number: which of several was meant, nobody can tell. */
export function tooMany(series: number, place: string, cure: string): Missing {
  return missing('wrong-type', `${place}: ${series} series instead of one; ${cure}`);
}

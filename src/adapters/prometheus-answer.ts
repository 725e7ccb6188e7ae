/** What the Prometheus query API says, named. Its format: prometheus.io/docs/prometheus/latest/querying/api. */
import * as z from 'zod';
import { missing } from '../measure/arms.ts';
import { numberOf } from '../measure/openmetrics.ts';
import type { Found } from '../measure/point.ts';
import type { Missing } from '../measure/sample.ts';

export type Answered<T> = T | Missing;

const sample = z.tuple([z.number(), z.string()]);
const answer = z.discriminatedUnion('status', [
  z.object({ status: z.literal('error'), errorType: z.string().default('unknown'), error: z.string().default('') }),
  z.object({
    status: z.literal('success'),
    // Info annotations are advice; warnings mean that part of the data is not there.
    warnings: z.array(z.string()).default([]),
    isPartial: z.boolean().default(false),
    data: z.discriminatedUnion('resultType', [
      z.object({
        resultType: z.literal('vector'),
        result: z.array(
          z.object({
            metric: z.record(z.string(), z.string()),
            value: sample.optional(),
            histogram: z.unknown().optional(),
          }),
        ),
      }),
      z.object({ resultType: z.literal('scalar'), result: sample }),
      z.object({ resultType: z.literal('string'), result: z.unknown() }),
      z.object({
        resultType: z.literal('matrix'),
        result: z.array(
          z.object({
            metric: z.record(z.string(), z.string()),
            values: z.array(sample).optional(),
            histograms: z.unknown().optional(),
          }),
        ),
      }),
    ]),
  }),
]);

type Data = Extract<z.output<typeof answer>, { status: 'success' }>['data'];

function dataOf(text: string, place: string): Answered<{ readonly kind: 'data'; readonly data: Data }> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return missing('query-error', `${place}: the answer is not JSON; is the url that of a Prometheus server?`);
  }
  const parsed = answer.safeParse(json);
  if (!parsed.success)
    return missing('query-error', `${place}: the answer has not the shape of the Prometheus query API`);
  const said = parsed.data;
  if (said.status === 'error') {
    const reason = said.errorType === 'timeout' || said.errorType === 'canceled' ? 'time-out' : 'query-error';
    return missing(reason, `${place}: ${said.errorType}: ${said.error.slice(0, 300)}`);
  }
  const warning = said.warnings[0] ?? (said.isPartial ? 'partial response' : undefined);
  if (warning !== undefined) return missing('query-error', `${place}: incomplete answer: ${warning.slice(0, 300)}`);
  return { kind: 'data', data: said.data };
}

/** The server's own words about a query that it refused; null when the text holds none. */
export function explanationOf(text: string, place: string): Missing | null {
  if (!text.startsWith('{')) return null;
  const found = dataOf(text, place);
  return found.kind === 'missing' ? found : null;
}

/** The points of an instant vector, stamped as the server says. An empty vector is an answer: no points. */
export function parseVector(text: string, place: string): Found {
  const found = dataOf(text, place);
  if (found.kind === 'missing') return found;
  if (found.data.resultType !== 'vector')
    return missing('wrong-type', `${place}: a ${found.data.resultType}, not a vector`);
  const points = [];
  for (const { metric, value } of found.data.result) {
    if (value === undefined)
      return missing('wrong-type', `${place}: a native histogram; lastgood reads classic buckets`);
    const parsed = numberOf(value[1]);
    if (parsed === null) return missing('not-a-number', `${place}: '${value[1].slice(0, 40)}'`);
    points.push({ labels: metric, value: parsed, at: value[0] * 1000 });
  }
  return { kind: 'points', points };
}

export function parseScalar(
  text: string,
  place: string,
): Answered<{ readonly kind: 'scalar'; readonly value: number }> {
  const found = dataOf(text, place);
  if (found.kind === 'missing') return found;
  if (found.data.resultType !== 'scalar')
    return missing('wrong-type', `${place}: a ${found.data.resultType}, not a scalar`);
  const value = numberOf(found.data.result[1]);
  return value === null || !Number.isFinite(value)
    ? missing('not-a-number', `${place}: '${found.data.result[1].slice(0, 40)}'`)
    : { kind: 'scalar', value };
}

/** The courses of several series. */
export interface Matrix {
  readonly kind: 'matrix';
  readonly series: readonly {
    readonly labels: Record<string, string>;
    readonly values: readonly { readonly at: number; readonly value: number }[];
  }[];
}

/** The answer to a range query. One number that cannot be read spoils it all, as in `parseVector`. */
export function parseMatrix(text: string, place: string): Answered<Matrix> {
  const found = dataOf(text, place);
  if (found.kind === 'missing') return found;
  if (found.data.resultType !== 'matrix')
    return missing('wrong-type', `${place}: a ${found.data.resultType}, not a matrix`);
  const series: Matrix['series'][number][] = [];
  for (const { metric, values } of found.data.result) {
    if (values === undefined)
      return missing('wrong-type', `${place}: a native histogram; lastgood reads classic buckets`);
    const course: { at: number; value: number }[] = [];
    for (const [at, written] of values) {
      const value = numberOf(written);
      if (value === null) return missing('not-a-number', `${place}: '${written.slice(0, 40)}'`);
      course.push({ at: at * 1000, value });
    }
    series.push({ labels: metric, values: course });
  }
  return { kind: 'matrix', series };
}

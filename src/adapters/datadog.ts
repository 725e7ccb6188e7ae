/**
 * Datadog, by POST /api/v2/query/timeseries. Not the older v1 query: v1 chooses the width of its buckets by the length of the
 * span, so a growing span would be cut into other buckets at every look; v2 takes the width as `interval`.
 * Format: docs.datadoghq.com/api/latest/metrics/#query-timeseries-data-across-multiple-products
 */
import * as z from 'zod';
import type { Missing } from '../measure/sample.ts';
import { missing } from '../measure/arms.ts';
import type { Clock, MetricSource } from '../ports.ts';
import { jsonOf } from './json-answer.ts';
import type { Send } from './patient.ts';
import { bucketAsker, tooMany } from './points.ts';
import type { Series } from './points.ts';
import { spanSource } from './span-source.ts';
import type { Span } from './span-source.ts';

export interface DatadogOptions {
  /** Such as datadoghq.eu. */
  readonly site: string;
  readonly apiKey: string;
  readonly appKey: string;
  readonly timeoutMs: number;
  readonly settleMs: number;
  readonly clock: Pick<Clock, 'now'>;
  readonly send: Send;
}

const STEP_MS = 60_000;

const answerSchema = z.object({
  errors: z.union([z.string(), z.array(z.string())]).optional(),
  data: z
    .object({
      attributes: z.object({
        times: z.array(z.number()).nullish(),
        values: z.array(z.array(z.number().nullable())).nullish(),
      }),
    })
    .optional(),
});

export function datadogSource(options: DatadogOptions): MetricSource {
  const host = `api.${options.site}`;
  const placeOf = (text: string): string => `${text.slice(0, 200)} at ${host}`;

  async function ask(text: string, span: Span): Promise<Series | Missing> {
    const attributes = {
      from: span.from,
      to: span.to,
      interval: STEP_MS,
      queries: [{ data_source: 'metrics', name: 'a', query: text }],
      formulas: [{ formula: 'a' }],
    };
    const answer = await options.send({
      url: `https://${host}/api/v2/query/timeseries`,
      method: 'POST',
      headers: {
        'dd-api-key': options.apiKey,
        'dd-application-key': options.appKey,
        'content-type': 'application/json',
        accept: 'application/json',
      },
      body: JSON.stringify({ data: { type: 'timeseries_request', attributes } }),
      timeoutMs: options.timeoutMs,
      maxBytes: 8_000_000,
    });
    const place = placeOf(text);
    const said = jsonOf(answer, answerSchema, place);
    if (said.kind === 'missing') return said;
    const { errors, data } = said.value;
    if (errors !== undefined && errors.length > 0)
      return missing('query-error', `${place}: ${[errors].flat().join('; ').slice(0, 300)}`);
    const times = data?.attributes.times ?? [];
    const values = data?.attributes.values ?? [];
    if (values.length > 1) return tooMany(values.length, place, "leave out 'by {...}'");
    return seriesOf(times, values[0] ?? [], place);
  }

  return spanSource(bucketAsker(ask, placeOf), { clock: options.clock, settleMs: options.settleMs, stepMs: STEP_MS });
}

/** Datadog may widen the buckets of a very long span; then their real width counts. */
function seriesOf(times: readonly number[], values: readonly (number | null)[], place: string): Series | Missing {
  if (times.length !== values.length)
    return missing('query-error', `${place}: ${times.length} times for ${values.length} values`);
  const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0));
  const stepMs = gaps.length === 0 ? STEP_MS : Math.min(...gaps);
  if (stepMs <= 0) return missing('query-error', `${place}: its times do not rise`);
  return { stepMs, buckets: times.map((from, i) => ({ from, value: values[i] ?? null })) };
}

/** Graphite, by GET /render with format=json. Format: graphite.readthedocs.io/en/latest/render_api.html */
import * as z from 'zod';
import type { Missing } from '../measure/sample.ts';
import type { Clock, MetricSource } from '../ports.ts';
import { headersOf, hostOf } from './http.ts';
import type { Credentials } from './http.ts';
import { jsonOf } from './json-answer.ts';
import type { Send } from './patient.ts';
import { bucketAsker, tooMany } from './points.ts';
import type { Series } from './points.ts';
import { spanSource } from './span-source.ts';
import type { Span } from './span-source.ts';

export interface GraphiteOptions {
  readonly url: string;
  readonly auth: Credentials;
  /** Width of the points as they are stored. */
  readonly stepMs: number;
  readonly timeoutMs: number;
  readonly settleMs: number;
  readonly clock: Pick<Clock, 'now'>;
  readonly send: Send;
}

const answerSchema = z.array(z.object({ datapoints: z.array(z.tuple([z.number().nullable(), z.number()])) }));

export function graphiteSource(options: GraphiteOptions): MetricSource {
  const placeOf = (text: string): string => `${text.slice(0, 200)} at ${hostOf(options.url)}`;

  async function ask(text: string, span: Span): Promise<Series | Missing> {
    // `from` is exclusive: a second earlier, or the first point would be left out.
    const form = new URLSearchParams({
      target: text,
      from: String(Math.floor(span.from / 1000) - 1),
      until: String(Math.floor(span.to / 1000)),
      format: 'json',
    });
    const answer = await options.send({
      url: `${options.url.replace(/\/+$/, '')}/render?${form.toString()}`,
      method: 'GET',
      headers: { ...headersOf(options.auth), accept: 'application/json' },
      body: null,
      timeoutMs: options.timeoutMs,
      maxBytes: 8_000_000,
    });
    const place = placeOf(text);
    const said = jsonOf(answer, answerSchema, place);
    if (said.kind === 'missing') return said;
    if (said.value.length > 1) return tooMany(said.value.length, place, 'wrap it in sumSeries(...)');
    const buckets = (said.value[0]?.datapoints ?? []).map(([value, at]) => ({ from: at * 1000, value }));
    return { stepMs: options.stepMs, buckets };
  }

  return spanSource(bucketAsker(ask, placeOf), {
    clock: options.clock,
    settleMs: options.settleMs,
    stepMs: options.stepMs,
  });
}

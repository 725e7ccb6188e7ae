/**
 * Amazon CloudWatch, by GetMetricData in its JSON protocol, signed with Signature Version 4.
 * Format: docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
 */
import { AwsClient } from 'aws4fetch';
import * as z from 'zod';
import { missing } from '../measure/arms.ts';
import type { Missing } from '../measure/sample.ts';
import type { Clock, MetricSource } from '../ports.ts';
import type { HttpAnswer } from './http.ts';
import { hostOf } from './http.ts';
import { jsonOf } from './json-answer.ts';
import type { Send } from './patient.ts';
import { bucketAsker, tooMany } from './points.ts';
import type { Series } from './points.ts';
import { spanSource } from './span-source.ts';
import type { Span } from './span-source.ts';

export interface CloudWatchOptions {
  readonly region: string;
  /** Base URL of the endpoint; null for the public one of the region. */
  readonly url: string | null;
  readonly keys: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string | null;
  };
  /** Width of the data points; one minute or a multiple. */
  readonly periodMs: number;
  readonly timeoutMs: number;
  readonly settleMs: number;
  readonly clock: Pick<Clock, 'now'>;
  readonly send: Send;
}

const faultSchema = z.object({
  __type: z.string(),
  message: z.string().optional(),
  Message: z.string().optional(),
});

const answerSchema = z.object({
  MetricDataResults: z
    .array(
      z.object({
        StatusCode: z.string().optional(),
        Timestamps: z.array(z.number()).default([]),
        Values: z.array(z.number()).default([]),
        Messages: z.array(z.object({ Code: z.string().optional(), Value: z.string().optional() })).default([]),
      }),
    )
    .default([]),
  Messages: z.array(z.object({ Code: z.string().optional(), Value: z.string().optional() })).default([]),
  NextToken: z.string().nullish(),
});

/** CloudWatch refuses haste with HTTP 400 and a name. */
export function throttled(answer: HttpAnswer): boolean {
  return answer.kind === 'answer' && answer.status === 400 && /"__type"\s*:\s*"[^"]*Throttl/i.test(answer.text);
}

export function cloudWatchSource(options: CloudWatchOptions): MetricSource {
  const url = `${(options.url ?? endpointOf(options.region)).replace(/\/+$/, '')}/`;
  const { accessKeyId, secretAccessKey, sessionToken } = options.keys;
  const signer = new AwsClient({
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === null ? {} : { sessionToken }),
    region: options.region,
    service: 'monitoring',
    retries: 0,
  });
  const placeOf = (text: string): string => `${text.slice(0, 200)} at ${hostOf(url)}`;

  async function ask(text: string, span: Span): Promise<Series | Missing> {
    const place = placeOf(text);
    const body = JSON.stringify({
      StartTime: span.from / 1000,
      EndTime: span.to / 1000,
      ScanBy: 'TimestampDescending',
      MetricDataQueries: [{ Id: 'q1', Expression: text, Period: options.periodMs / 1000, ReturnData: true }],
    });
    const signed = await signer.sign(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'GraniteServiceVersion20100801.GetMetricData',
        accept: 'application/json',
      },
      body,
      aws: { datetime: stampOf(options.clock.now()), allHeaders: true },
    });
    const answer = await options.send({
      url,
      method: 'POST',
      headers: Object.fromEntries(signed.headers),
      body,
      timeoutMs: options.timeoutMs,
      maxBytes: 8_000_000,
    });
    const said = refusalOf(answer, place) ?? jsonOf(answer, answerSchema, place);
    if (said.kind === 'missing') return said;
    const { MetricDataResults: results, Messages: messages, NextToken: next } = said.value;
    const told = [...messages, ...results.flatMap((result) => result.Messages)][0];
    if (told !== undefined)
      return missing('query-error', `${place}: ${told.Code ?? ''} ${(told.Value ?? '').slice(0, 300)}`);
    const [result, ...others] = results;
    if (others.length > 0) return tooMany(results.length, place, 'wrap it in SUM(...), or leave out GROUP BY');
    if (typeof next === 'string' && next !== '')
      return missing('query-error', `${place}: the answer goes on on another page`);
    if (result === undefined) return { stepMs: options.periodMs, buckets: [] };
    const { StatusCode: status = 'Complete', Timestamps: times, Values: values } = result;
    if (status !== 'Complete') return missing('query-error', `${place}: an incomplete answer (${status})`);
    if (times.length !== values.length)
      return missing('query-error', `${place}: ${times.length} times for ${values.length} values`);
    return { stepMs: options.periodMs, buckets: times.map((t, i) => ({ from: t * 1000, value: values[i] ?? null })) };
  }

  return spanSource(bucketAsker(ask, placeOf), {
    clock: options.clock,
    settleMs: options.settleMs,
    stepMs: options.periodMs,
  });
}

function endpointOf(region: string): string {
  return `https://monitoring.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

/** `20260822T101500Z`, as the signature wants it. */
function stampOf(now: number): string {
  return new Date(now).toISOString().replaceAll(/[:-]|\.\d{3}/g, '');
}

/** AWS says most refusals with HTTP 400 and the name of the fault. */
function refusalOf(answer: HttpAnswer, place: string): Missing | null {
  if (answer.kind !== 'answer' || answer.status < 400 || answer.status === 429) return null;
  let fault: z.output<typeof faultSchema>;
  try {
    fault = faultSchema.parse(JSON.parse(answer.text));
  } catch {
    return null;
  }
  const name = fault.__type.replace(/^.*#/, '');
  const words = `${place}: ${name}: ${(fault.message ?? fault.Message ?? '').slice(0, 300)}`;
  if (/Throttl/i.test(name)) return missing('query-error', `${words} (rate limit)`);
  return /AccessDenied|Unrecognized|InvalidClientToken|Signature|ExpiredToken|MissingAuth|NotAuthorized|OptInRequired/i.test(
    name,
  )
    ? missing('unauthorized', `${place}: ${name}; check the credentials that this source names`)
    : missing('query-error', words);
}

/** Langfuse, by its metrics API v2. Format: langfuse.com/docs/metrics/features/metrics-api */
import * as z from 'zod';
import { missing } from '../measure/arms.ts';
import type { Missing } from '../measure/sample.ts';
import { ARM_COLUMNS, readLangfuseArm, readLangfuseQuery } from '../playbook/langfuse-query.ts';
import type { LangfuseArm, LangfuseQuery, LangfuseView } from '../playbook/langfuse-query.ts';
import type { Clock, MetricSource, Query } from '../ports.ts';
import { headersOf, hostOf } from './http.ts';
import { cellOf, jsonOf } from './json-answer.ts';
import type { Send } from './patient.ts';
import { spanSource } from './span-source.ts';
import type { Span, Told } from './span-source.ts';

export interface LangfuseOptions {
  readonly url: string;
  /** publicKey:secretKey */
  readonly keys: string;
  readonly environment: string | null;
  readonly timeoutMs: number;
  readonly settleMs: number;
  readonly clock: Pick<Clock, 'now'>;
  readonly send: Send;
}

const answerSchema = z.object({ data: z.array(z.record(z.string(), z.unknown())) });

/** Stands between query and arm on the way through the span source; neither can hold it. */
const ARM = '\u0000';

/** Counts and averages of scores and observations, by prompt version. The arm is a filter, so queries do not name it. */
export function langfuseSource(options: LangfuseOptions): MetricSource {
  const inner = spanSource(
    { count: (text, span) => ask(options, text, span), latest: (text, span) => ask(options, text, span) },
    { clock: options.clock, settleMs: options.settleMs },
  );
  return { remembers: true, look: (queries, at) => inner.look(queries.map(withArm), at) };
}

/** `total: score correct` names no type: it counts the scores that `bad` or `good` is a part of. */
function withArm(query: Query): Query {
  const { bad, good } = query.trigger;
  const hits = readLangfuseQuery(bad ?? good ?? '');
  const view = 'cure' in hits ? 'scores-numeric' : viewOf(hits);
  const marked = (['bad', 'good', 'total', 'gauge'] as const).flatMap((key) => {
    const text = query.trigger[key];
    return text === undefined ? [] : [[key, [text, '{{arm}}', view].join(ARM)] as const];
  });
  return { ...query, trigger: { ...query.trigger, ...Object.fromEntries(marked) } };
}

async function ask(options: LangfuseOptions, marked: string, span: Span): Promise<Told | Missing> {
  const [text = '', armText = '', view = ''] = marked.split(ARM);
  const place = `${text} of ${armText} at ${hostOf(options.url)}`;
  const query = readLangfuseQuery(text);
  const arm = readLangfuseArm(armText);
  for (const bad of [query, arm])
    if ('cure' in bad) return missing('query-error', `${place}: ${bad.message}; ${bad.cure}`);
  if ('cure' in query || 'cure' in arm) return missing('query-error', place);
  const json = JSON.stringify(requestOf({ query, arm, span, view }, options.environment));
  const answer = await options.send({
    url: `${options.url.replace(/\/+$/, '')}/api/public/v2/metrics?query=${encodeURIComponent(json)}`,
    method: 'GET',
    headers: { ...headersOf({ basic: options.keys }), accept: 'application/json' },
    body: null,
    timeoutMs: options.timeoutMs,
    maxBytes: 4_000_000,
  });
  if (answer.kind === 'answer' && answer.status === 400)
    return missing(
      'query-error',
      `${place}: HTTP 400, Langfuse refuses the query; is it a version with the metrics API v2?`,
    );
  const said = jsonOf(answer, answerSchema, place);
  if (said.kind === 'missing') return said;
  const [row, ...more] = said.value.data;
  if (more.length > 0) return missing('wrong-type', `${place}: ${more.length + 1} rows instead of one`);
  const counted = cellOf(row?.['count_count'], place);
  if (query.what === 'count' || counted.kind === 'missing') return counted;
  // An average of nothing is not 0.
  if (counted.value === 0) return missing('no-series', `${place}: no score in this span`);
  return cellOf(row?.['avg_value'], place);
}

interface Wanted {
  readonly query: LangfuseQuery;
  readonly arm: LangfuseArm;
  readonly span: Span;
  /** Of the trigger, for a query that does not say it itself. */
  readonly view: string;
}

function requestOf({ query, arm, span, view }: Wanted, environment: string | null): unknown {
  const column = query.of === 'score' ? 0 : 1;
  const text = (name: string, value: string) => ({ column: name, operator: '=', value, type: 'string' });
  return {
    view: query.of === 'score' && query.only === null && query.what === 'count' ? view : viewOf(query),
    metrics: [
      { measure: 'count', aggregation: 'count' },
      ...(query.what === 'avg' ? [{ measure: 'value', aggregation: 'avg' }] : []),
    ],
    dimensions: [],
    filters: [
      ...(query.name === null ? [] : [text('name', query.name)]),
      ...arm.map(({ key, value }) => text(ARM_COLUMNS[key][column], value)),
      ...(environment === null ? [] : [text('environment', environment)]),
      ...onlyOf(query),
    ],
    fromTimestamp: new Date(span.from).toISOString(),
    toTimestamp: new Date(span.to).toISOString(),
    config: { row_limit: 2 },
  };
}

function viewOf({ of, only }: LangfuseQuery): LangfuseView {
  if (of === 'observations') return 'observations';
  switch (only?.kind) {
    case 'boolean':
      return 'scores-boolean';
    case 'category':
      return 'scores-categorical';
    case 'number':
    case undefined:
      return 'scores-numeric';
  }
}

function onlyOf({ only }: LangfuseQuery): readonly unknown[] {
  switch (only?.kind) {
    case 'number':
      return [{ column: only.measure, operator: only.op, value: only.value, type: 'number' }];
    case 'boolean':
      return [{ column: 'booleanValue', operator: '=', value: only.value, type: 'boolean' }];
    case 'category':
      return [{ column: 'stringValue', operator: '=', value: only.value, type: 'string' }];
    case undefined:
      return [];
  }
}

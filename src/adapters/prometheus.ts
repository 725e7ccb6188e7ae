import { RollbackError } from '../errors.ts';
import { missing, readArms } from '../measure/arms.ts';
import type { Parts } from '../measure/arms.ts';
import { metricOf, partsOf, sumPart } from '../measure/metric.ts';
import type { Metric } from '../measure/metric.ts';
import type { Found, Point } from '../measure/point.ts';
import { seriesId } from '../measure/point.ts';
import type { Reading } from '../measure/reading.ts';
import type { Missing } from '../measure/sample.ts';
import { narrow, printMatchers, printSelector } from '../measure/selector.ts';
import { fillTemplate } from '../playbook/template.ts';
import { parseMatchers } from '../playbook/selector.ts';
import type { Matcher, Selector } from '../playbook/selector.ts';
import type { Clock, Grid, MetricSource, Query } from '../ports.ts';
import { headersOf, hostOf, request } from './http.ts';
import type { Credentials, Fetch } from './http.ts';
import { textOf } from './http-text.ts';
import type { Send } from './patient.ts';
import { explanationOf, parseMatrix, parseScalar, parseVector } from './prometheus-answer.ts';
import type { Answered, Matrix } from './prometheus-answer.ts';
import { courseOf } from './prometheus-history.ts';
import { inTurns } from './in-turns.ts';

export interface PrometheusOptions {
  readonly url: string;
  readonly auth: Credentials;
  /** Time allowed for one query. */
  readonly timeoutMs: number;
  readonly fetch?: Fetch;
  readonly clock?: Pick<Clock, 'now'>;
  /** How a request is sent; by default at once and only once. */
  readonly send?: Send;
  readonly maxBytes?: number;
}

const AT_ONCE = 6;

/** What the instant query said, by its text: equal questions of several triggers are asked once. */
type Ask = (promql: string) => Promise<Found>;

/**
 * Raw counters of both arms from a server that speaks the Prometheus query API (Mimir, Thanos and VictoriaMetrics do).
 * Every query of one look is evaluated at the same instant, by default the server's own present.
 */
export function prometheusSource(options: PrometheusOptions): MetricSource {
  return {
    remembers: true,
    course: (queries, grid) =>
      courseOf({ range: (promql, page) => matrix(options, promql, page), readingOf }, queries, grid),
    look: async (queries, at) => {
      const instant = at === null ? await presentOf(options) : { kind: 'scalar' as const, value: at / 1000 };
      const atMs = instant.kind === 'missing' ? (options.clock?.now() ?? Date.now()) : instant.value * 1000;
      if (instant.kind === 'missing') return new Map(queries.map((q) => [q.trigger.name, nothing(q, atMs, instant)]));
      const asked = new Map<string, Promise<Found>>();
      const turn = inTurns(AT_ONCE);
      const ask: Ask = (promql) => {
        const known = asked.get(promql) ?? turn(() => vector(options, promql, atMs));
        asked.set(promql, known);
        return known;
      };
      const readings = queries.map(async (q) => [q.trigger.name, await readingOf(q, atMs, ask)] as const);
      return new Map(await Promise.all(readings));
    },
  };
}

function nothing({ arms }: Query, at: number, why: Missing): Reading {
  return { at, canary: why, baseline: arms.baseline === null ? null : why };
}

async function readingOf(query: Query, at: number, ask: Ask): Promise<Reading> {
  try {
    const metric = metricOf(query.trigger);
    const arm = (text: string): Promise<Parts> => partsFor(metric, parseMatchers(text), ask);
    const [canary, baseline] = await Promise.all([
      arm(query.arms.canary),
      query.arms.baseline === null ? null : arm(query.arms.baseline),
    ]);
    return { at, ...readArms(metric, canary, baseline) };
  } catch (error) {
    if (error instanceof RollbackError) return nothing(query, at, missing('query-error', error.message));
    throw error;
  }
}

async function partsFor(metric: Metric, matchers: readonly Matcher[], ask: Ask): Promise<Parts> {
  if (metric.kind === 'expression')
    return new Map([['gauge', await ask(fillTemplate(metric.text, { arm: printMatchers(matchers) }))]]);
  const found = [...partsOf(metric)].map(async ([part, selector]) => {
    const narrowed = narrow(selector, matchers);
    const text = printSelector(narrowed);
    return [
      part,
      freshnessParts(metric).includes(part) ? await stamped(text, freshness(metric, narrowed), ask) : await ask(text),
    ] as const;
  });
  return new Map(await Promise.all(found));
}

/** The parts whose age decides whether the arm is stale. */
function freshnessParts(metric: Metric): readonly string[] {
  switch (metric.kind) {
    case 'counters':
      return metric.apart === true ? ['total', 'hits'] : ['total'];
    case 'buckets':
      return ['bucket'];
    case 'moments':
      return ['count'];
    case 'spent':
      return metric.terms.map((_, i) => sumPart(i));
    case 'gauge':
      return ['gauge'];
    case 'expression':
    case 'unclear':
      return [];
  }
}

/** One bucket of each histogram is enough to know its age. */
function freshness(metric: Metric, selector: Selector): string {
  const one = metric.kind === 'buckets' ? narrow(selector, [{ name: 'le', op: '=', value: '+Inf' }]) : selector;
  return `timestamp(${printSelector(one)})`;
}

/**
 * An instant vector is stamped with the moment of the question, even where the sample is five minutes old;
 * only `timestamp()` tells when it was taken. A series without a known age is refused.
 */
async function stamped(text: string, ages: string, ask: Ask): Promise<Found> {
  const [values, stamps] = await Promise.all([ask(text), ask(ages)]);
  if (values.kind === 'missing') return values;
  if (stamps.kind === 'missing') return stamps;
  const without = ['__name__', 'le'];
  const taken = new Map(stamps.points.map((p) => [seriesId(p.labels, without), p.value * 1000]));
  const points: Point[] = [];
  for (const point of values.points) {
    const at = taken.get(seriesId(point.labels, without));
    if (at === undefined || !Number.isFinite(at))
      return missing('stale', `${ages} does not tell the age of ${seriesId(point.labels)}`);
    points.push({ ...point, at });
  }
  return { kind: 'points', points };
}

/** The server's own present, in seconds. */
export async function presentOf(options: PrometheusOptions): Promise<Answered<{ kind: 'scalar'; value: number }>> {
  const text = await query(options, 'time()', null);
  return typeof text === 'string' ? parseScalar(text, `time() at ${hostOf(options.url)}`) : text;
}

async function vector(options: PrometheusOptions, promql: string, at: number): Promise<Found> {
  const text = await query(options, promql, at);
  return typeof text === 'string' ? parseVector(text, `${promql} at ${hostOf(options.url)}`) : text;
}

async function matrix(
  options: PrometheusOptions,
  promql: string,
  { from, to, stepMs }: Grid,
): Promise<Answered<Matrix>> {
  const [start, end, step] = [from, to, stepMs].map((ms) => (ms / 1000).toFixed(3));
  const text = await post(options, promql, { path: 'query_range', form: { start, end, step } });
  return typeof text === 'string' ? parseMatrix(text, `${promql} at ${hostOf(options.url)}`) : text;
}

function query(options: PrometheusOptions, promql: string, at: number | null): Promise<string | Missing> {
  return post(options, promql, { path: 'query', form: { time: at === null ? undefined : (at / 1000).toFixed(3) } });
}

/** The text of a 2xx answer, else why there is none. */
async function post(
  options: PrometheusOptions,
  promql: string,
  { path, form: fields }: { readonly path: string; readonly form: Readonly<Record<string, string | undefined>> },
): Promise<string | Missing> {
  const form = new URLSearchParams({ query: promql, timeout: `${options.timeoutMs}ms` });
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) form.set(name, value);
  const send: Send = options.send ?? ((asked) => request(options.fetch ?? fetch, asked));
  const answer = await send({
    url: `${options.url.replace(/\/+$/, '')}/api/v1/${path}`,
    method: 'POST',
    headers: {
      ...headersOf(options.auth),
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    },
    body: form.toString(),
    timeoutMs: options.timeoutMs,
    maxBytes: options.maxBytes ?? 32_000_000,
  });
  const place = `${promql} at ${hostOf(options.url)}`;
  // Prometheus explains a refused query in the body of its 400, 422 or 503; a proxy in front of it does not.
  const explains = answer.kind === 'answer' && [400, 422, 503].includes(answer.status);
  return (explains ? explanationOf(answer.text, place) : null) ?? textOf(answer, place);
}
